/** Checks of arguments beyond their types; problems are collected and refused together. */
import type { Value } from "convex/values";
import { refusal } from "./errors.ts";
import type { FieldProblem } from "./errors.ts";
import {
  FIRST_TIME_MS,
  IDENTIFIER_CHARS,
  LABELS,
  LABEL_CHARS,
  LAST_TIME_MS,
  MAX_DURATION_MS,
  METADATA_BYTES,
  METADATA_DEPTH,
} from "./limits.ts";
import { hasAtMost, sizeOf, utf8Bytes } from "./texts.ts";

/** The form of a language's tag (BCP 47, RFC 5646), without its registry. */
const LANGUAGE = /^(?=.{2,35}$)[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;

/** Problems named in one refusal; more would not help anybody. */
export const MAX_PROBLEMS = 20;

/**
 * Collects problems of one call. A check of an absent value passes, so that optional fields need
 * no conditions around it.
 */
export class Checks {
  /** What the names of the fields that are checked now begin with. */
  prefix = "";
  private readonly problems: FieldProblem[] = [];

  /** Note a problem with a field unless `isValid`. */
  that(isValid: boolean, field: string, message: string): void {
    if (!isValid && this.problems.length < MAX_PROBLEMS) {
      this.problems.push({ field: this.prefix + field, message });
    }
  }

  /** An identifier that others choose: 1 to 200 characters, no control characters or blanks at the ends. */
  identifier(field: string, value: string | undefined, max = IDENTIFIER_CHARS): void {
    this.text(field, value, max);
    const isClean =
      value === undefined || (value === value.trim() && !/[\x00-\x1f\x7f-\x9f]/.test(value));
    this.that(isClean, field, "must not hold control characters or blanks at its ends");
  }

  /** A text of 1 to `max` characters. */
  text(field: string, value: string | undefined, max: number): void {
    const isValid = value === undefined || (value.length > 0 && hasAtMost(value, max));
    this.that(isValid, field, `must have 1 to ${max} characters`);
  }

  /** A whole number within bounds. */
  integer(field: string, value: number | undefined, min: number, max: number): void {
    if (value === undefined) return;
    const isValid = Number.isSafeInteger(value) && value >= min && value <= max;
    if (!isValid) this.that(false, field, `must be a whole number from ${min} to ${max}`);
  }

  /** A finite number within bounds. */
  number(field: string, value: number | undefined, min: number, max: number): void {
    if (value === undefined) return;
    const isValid = Number.isFinite(value) && value >= min && value <= max;
    if (!isValid) this.that(false, field, `must be a number from ${min} to ${max}`);
  }

  /** A moment in Unix milliseconds between the years 2000 and 2200. */
  time(field: string, value: number | undefined): void {
    const isValid =
      value === undefined ||
      (Number.isFinite(value) && value >= FIRST_TIME_MS && value < LAST_TIME_MS);
    this.that(isValid, field, "must be Unix milliseconds between the years 2000 and 2200");
  }

  /** A duration in milliseconds of at most `max` (default: a day). */
  duration(field: string, value: number | undefined, max = MAX_DURATION_MS): void {
    this.number(field, value, 0, max);
  }

  /** The tag of a language. */
  language(field: string, value: string | undefined): void {
    const isTag = value === undefined || LANGUAGE.test(value);
    this.that(isTag, field, "must be a BCP 47 tag of at most 35 characters, such as de-CH");
  }

  /** A text of at most `max` bytes, empty or not. */
  bytes(field: string, value: string | undefined, max: number): void {
    // A UTF-16 unit takes three bytes at most.
    const isShort = value === undefined || 3 * value.length <= max || utf8Bytes(value) <= max;
    if (!isShort) this.that(false, field, `must have at most ${max} bytes`);
  }

  /** Free-form JSON of at most `max` bytes (default: 16 KiB) and 8 levels. */
  metadata(field: string, value: Record<string, Value> | undefined, max = METADATA_BYTES): void {
    if (value === undefined) return;
    this.that(depth(value) <= METADATA_DEPTH, field, `must have at most ${METADATA_DEPTH} levels`);
    this.that(sizeOf(value) <= max, field, `must have at most ${max} bytes as JSON`);
  }

  /** At most 32 different labels of 1 to 64 characters. */
  labels(field: string, value: string[] | undefined): void {
    if (value === undefined) return;
    this.that(value.length <= LABELS, field, `must have at most ${LABELS} entries`);
    this.that(new Set(value).size === value.length, field, "must not repeat an entry");
    value.slice(0, LABELS).forEach((label, index) => {
      this.identifier(`${field}[${index}]`, label, LABEL_CHARS);
    });
  }

  /** The first problem found, if there is one. */
  get first(): FieldProblem | undefined {
    return this.problems[0];
  }

  /** @throws VALIDATION if any check failed. */
  done(): void {
    if (this.problems.length > 0) {
      throw refusal("VALIDATION", "Some arguments are not valid.", this.problems);
    }
  }
}

function depth(value: Value): number {
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return 0;
  const inner = Array.isArray(value) ? value : Object.values(value);
  return 1 + inner.reduce<number>((max, item) => Math.max(max, depth(item as Value)), 0);
}
