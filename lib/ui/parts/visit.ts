/** Going to another page of the dashboard as the browser's own history does. */

/** The address of a page of the dashboard. */
export function addressOf(path: string, params: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(params).toString();
  return query ? `${path}?${query}` : path;
}

/**
 * Open a page within this tab's session. Streamlit listens to the history; its own way, from
 * Python, leaves an entry between the pages on which "back" would end up.
 */
export function visit(path: string, params: Readonly<Record<string, string>>): void {
  history.pushState({}, "", addressOf(path, params));
  dispatchEvent(new PopStateEvent("popstate"));
}
