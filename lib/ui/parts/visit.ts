/** Navigation to another page of the dashboard through the browser's history. */

/** The address of a page of the dashboard. */
export function addressOf(path: string, params: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(params).toString();
  return query ? `${path}?${query}` : path;
}

/**
 * Open a page without a reload. Streamlit listens to the history; its own way, from Python,
 * leaves an extra history entry, so "back" would not work.
 */
export function visit(path: string, params: Readonly<Record<string, string>>): void {
  history.pushState({}, "", addressOf(path, params));
  dispatchEvent(new PopStateEvent("popstate"));
}
