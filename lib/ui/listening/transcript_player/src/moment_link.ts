/** Link to a moment of a session: the page's address with `t` in whole seconds. */
export function momentLink(address: string, sessionId: string, ms: number): string {
  const here = new URL(address);
  const link = new URL(here.pathname, here.origin);
  link.searchParams.set("id", sessionId);
  link.searchParams.set("t", String(Math.floor(ms / 1000)));
  return link.toString();
}
