/** Navigation to another page of the dashboard through the browser's history. */

type Params = Readonly<Record<string, string>>;

const VISIT = "earshot:visit";

/** The address of a page of the dashboard. */
export function addressOf(path: string, params: Params): string {
  const query = new URLSearchParams(params).toString();
  return query ? `${path}?${query}` : path;
}

/**
 * Open a page without a reload. Streamlit listens to the history; its own way, from Python,
 * leaves an extra history entry, so "back" would not work.
 */
export function visit(path: string, params: Params): void {
  const asked = new CustomEvent(VISIT, { detail: { path, params }, cancelable: true });
  if (!window.dispatchEvent(asked)) return;
  history.pushState({}, "", addressOf(path, params));
  dispatchEvent(new PopStateEvent("popstate"));
}

/** Let `taken` follow links to what is on the page already: it returns true for those. */
export function onVisit(taken: (path: string, params: Params) => boolean, signal: AbortSignal) {
  window.addEventListener(
    VISIT,
    (event) => {
      const { path, params } = (event as CustomEvent<{ path: string; params: Params }>).detail;
      if (taken(path, params)) event.preventDefault();
    },
    { signal },
  );
}
