/** Link to a moment of a session. Python reads it in `lib/ui/parts/moments.py`. */

/** A turn by its sequence, and a position in the session in milliseconds. */
export interface Named {
  sequence: number | null;
  ms: number | null;
}

/** `turn` and `t` in milliseconds; before the first turn only `t`, which alone is in seconds. */
export function momentLink(address: string, sessionId: string, moment: Named): string {
  const here = new URL(address);
  const link = new URL(here.pathname, here.origin);
  link.searchParams.set("id", sessionId);
  const ms = Math.floor(moment.ms ?? 0);
  if (moment.sequence === null) link.searchParams.set("t", String(ms / 1000));
  else {
    link.searchParams.set("turn", String(moment.sequence));
    link.searchParams.set("t", String(ms));
  }
  return link.toString();
}

/** The moment that a page's parameters name; null for none. */
export function momentOf(params: Readonly<Record<string, string>>): Named | null {
  const given = numberOf(params["t"]);
  const sequence = numberOf(params["turn"]);
  if (sequence !== null) return { sequence, ms: given };
  return given === null ? null : { sequence: null, ms: given * 1000 };
}

function numberOf(text: string | undefined): number | null {
  const number = text ? Number(text) : NaN;
  return Number.isFinite(number) && number >= 0 ? number : null;
}
