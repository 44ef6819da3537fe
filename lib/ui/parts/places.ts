/**
 * A new page begins at its top, and "back" returns to where the reader was. Browsers do this for the
 * window; here the page scrolls in an element of Streamlit's.
 */
const PAGE = "[data-testid=stMain]";
/** Says that what is loading has not been drawn yet. */
const BUSY = "[data-testid=stSkeleton], [data-stale=true]";
const KEY = "earshot.places";
const MOST_PLACES = 100;
/** A page that takes longer to come back stays where it is then, in milliseconds. */
const PATIENCE_MS = 10_000;
/** How long a page stays where it was put before that counts. */
const SETTLED_MS = 500;

export type Move = "push" | "traverse";

/** Follow the history from now on. Without the Navigation API pages stay as Streamlit leaves them. */
export function keepPlaces(signal: AbortSignal): void {
  const history = (window as { navigation?: Navigation }).navigation;
  if (!history) return;
  let stop: () => void = () => undefined;
  const options = { capture: true, passive: true, signal };
  window.addEventListener(
    "scroll",
    ({ target }) => {
      const key = history.currentEntry?.key;
      if (key && target instanceof Element && target.matches(PAGE)) save(key, target.scrollTop);
    },
    options,
  );
  for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    window.addEventListener(name, () => stop(), options);
  }
  history.addEventListener(
    "currententrychange",
    ({ navigationType, from }) => {
      const entry = history.currentEntry;
      if (!entry || pageOf(from.url) === pageOf(entry.url)) return;
      stop();
      if (navigationType === "push") {
        noteMove("push");
        document.querySelector(PAGE)?.scrollTo(0, 0);
      } else if (navigationType === "traverse") {
        noteMove("traverse");
        stop = hold(saved()[entry.key] ?? 0);
      }
    },
    { signal },
  );
}

/** How the reader came to this page, for the part of it that takes the focus; once. */
export function takeMove(move: Move): boolean {
  const { dataset } = document.documentElement;
  if (dataset["moved"] !== move) return false;
  delete dataset["moved"];
  return true;
}

function noteMove(move: Move): void {
  document.documentElement.dataset["moved"] = move;
}

/** What makes an address another page: not the filters of a list, which stay where they are. */
function pageOf(address: string | null): string {
  const { pathname, searchParams } = new URL(address ?? location.href);
  return JSON.stringify([pathname, searchParams.get("id"), searchParams.get("queue")]);
}

/** Put the page to a place while it is drawn, until it stays there. Returns how to stop. */
function hold(top: number): () => void {
  const start = performance.now();
  let frame = 0;
  let since = start;
  const step = () => {
    const now = performance.now();
    const page = document.querySelector(PAGE);
    if (!page || Math.abs(page.scrollTop - top) > 1 || document.querySelector(BUSY)) since = now;
    page?.scrollTo(0, top);
    if (now - since < SETTLED_MS && now - start < PATIENCE_MS) frame = requestAnimationFrame(step);
  };
  step();
  return () => cancelAnimationFrame(frame);
}

function saved(): Record<string, number> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Record<string, number>;
  } catch {
    return {}; // Switched off, or foreign: pages come back at their top.
  }
}

function save(key: string, top: number): void {
  const { [key]: _, ...others } = saved();
  const newest = Object.entries(others).slice(1 - MOST_PLACES);
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...Object.fromEntries(newest), [key]: top }));
  } catch {
    // Full or switched off.
  }
}
