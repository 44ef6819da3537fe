/** Where this browser keeps what was typed into reviews and is not stored yet. */
export const KEPT_REVIEWS = "earshot.review.";

/** Forget it: whoever signs in next has no business with it. */
export function forgetReviews(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(KEPT_REVIEWS)) localStorage.removeItem(key);
    }
  } catch {
    // Storage is switched off: nothing was kept.
  }
}
