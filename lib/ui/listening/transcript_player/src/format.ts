/** Numbers and times as the reader sees them. */

/** Clock of a recording: `0:07`, `12:30`, `1:02:03`. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`
    : `${minutes}:${seconds}`;
}

/** Latency with its unit: `812 ms`, `1.93 s`. */
export function latency(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** Cost in US dollars with as many digits as it takes to say something. */
export function dollars(cost: number): string {
  return cost >= 0.1 ? `$${cost.toFixed(2)}` : `$${cost.toPrecision(2)}`;
}

/** Link to a moment of a session: the page's address with `t` in whole seconds. */
export function momentLink(address: string, sessionId: string, ms: number): string {
  const here = new URL(address);
  const link = new URL(here.pathname, here.origin);
  link.searchParams.set("id", sessionId);
  link.searchParams.set("t", String(Math.floor(ms / 1000)));
  return link.toString();
}
