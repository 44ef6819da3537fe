/**
 * Numbers as people read them. Python has the same rules in `lib/product/figures.py`; one table of
 * cases holds both to them.
 */

const LEAST_DOLLARS = 1e-9;
const CENTS_FROM = 0.095;

const currency = { style: "currency", currency: "USD" } as const;
const cents = new Intl.NumberFormat("en-US", currency);
const parts = new Intl.NumberFormat("en-US", { ...currency, maximumSignificantDigits: 2 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Position or length in milliseconds as a clock: `0:07`, `12:30`, `1:02:03`. */
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
  const rounded = Math.round(ms);
  return rounded < 1000 ? `${rounded} ms` : `${(Math.round(ms / 10) / 100).toFixed(2)} s`;
}

/** US dollars with as many digits as it takes to say something: `$12.50`, `$0.000015`. */
export function dollars(cost: number): string {
  if (cost === 0) return "$0";
  if (cost < LEAST_DOLLARS) return "<$0.000000001";
  return (cost >= CENTS_FROM ? cents : parts).format(cost);
}

/** Whole number with thousands apart: `12,480`. */
export function count(number: number): string {
  return whole.format(number);
}
