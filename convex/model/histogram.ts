/**
 * Mergeable histograms (DDSketch mapping, relative error 1%), the same wire form and bins as the
 * recorders': a value v in milliseconds falls into bin ceil(ln v / ln g) with g = 1.01/0.99, and
 * 2 g^i / (g + 1) stands for every value of bin i.
 */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Histogram } from "./fields.ts";
import { named, whole } from "./fields.ts";

const GAMMA = 1.01 / 0.99;
const MULTIPLIER = 1 / Math.log(GAMMA);
const MIN_VALUE = 0.02;
const MAX_VALUE = 1e7;
const MIN_BIN = Math.ceil(Math.log(MIN_VALUE) * MULTIPLIER);
const MAX_BIN = Math.ceil(Math.log(MAX_VALUE) * MULTIPLIER);

/** What a summary says of a distribution; milliseconds, percentiles and `max` within 1%. */
export const distribution = named(
  "Distribution",
  v.object({
    count: whole(),
    mean: v.union(v.number(), v.null()),
    p50: v.union(v.number(), v.null()),
    p95: v.union(v.number(), v.null()),
    p99: v.union(v.number(), v.null()),
    max: v.union(v.number(), v.null()),
  }),
);
export type Distribution = Infer<typeof distribution>;

export function emptyHistogram(): Histogram {
  return { zero: 0, counts: {} };
}

/** Count values, milliseconds. */
export function histogramOf(values: readonly number[]): Histogram {
  const histogram = emptyHistogram();
  for (const value of values) {
    if (value > MIN_VALUE) {
      const bin = String(Math.ceil(Math.log(Math.min(value, MAX_VALUE)) * MULTIPLIER));
      histogram.counts[bin] = (histogram.counts[bin] ?? 0) + 1;
    } else histogram.zero += 1;
  }
  return histogram;
}

/** Return the sum of two histograms; `sign` -1 subtracts the second. Empty bins are left out. */
export function plus(left: Histogram, right: Histogram, sign: 1 | -1 = 1): Histogram {
  const counts = { ...left.counts };
  for (const [bin, count] of Object.entries(right.counts)) {
    const sum = (counts[bin] ?? 0) + sign * count;
    if (sum === 0) delete counts[bin];
    else counts[bin] = sum;
  }
  return { zero: left.zero + sign * right.zero, counts };
}

/** Say whether a histogram from outside has only bins of the mapping and positive counts. */
export function isHistogram(histogram: Histogram): boolean {
  const isCount = (count: number) => Number.isSafeInteger(count) && count >= 0;
  return (
    isCount(histogram.zero) &&
    Object.entries(histogram.counts).every(
      ([bin, count]) =>
        /^(0|-?[1-9]\d{0,3})$/.test(bin) &&
        Number(bin) >= MIN_BIN &&
        Number(bin) <= MAX_BIN &&
        isCount(count),
    )
  );
}

/**
 * Describe a histogram; `sumMs` is the exact sum of its values, `maxMs` the exact largest one if it
 * is known. No percentile is larger than that.
 */
export function describe(histogram: Histogram, sumMs: number, maxMs?: number): Distribution {
  const bins = Object.entries(histogram.counts)
    .map(([bin, count]) => ({ bin: Number(bin), count }))
    .sort((left, right) => left.bin - right.bin);
  const count = bins.reduce((sum, { count }) => sum + count, histogram.zero);
  if (count === 0) return { count, mean: null, p50: null, p95: null, p99: null, max: null };
  const quantile = (q: number) => {
    const rank = q * (count - 1);
    let seen = histogram.zero;
    if (rank < seen) return 0;
    for (const { bin, count } of bins) {
      seen += count;
      if (seen > rank) return Math.min((2 * GAMMA ** bin) / (GAMMA + 1), maxMs ?? Infinity);
    }
    return 0;
  };
  return {
    count,
    mean: sumMs / count,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: maxMs ?? quantile(1),
  };
}
