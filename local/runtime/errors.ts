/** The two ways in which a request fails: in a function, or before one could run. */

import type { Json } from "./values.ts";

/**
 * A failure that the caller of a function sees as `{status: "error"}`.
 * Thrown by system calls too: the `convex/server` code rethrows `message`, or a `ConvexError`
 * with `data` (wire JSON) when there is one.
 */
export class FunctionError extends Error {
  readonly data: Json | undefined;

  constructor(message: string, data?: Json) {
    super(message);
    this.name = "FunctionError";
    this.data = data;
  }
}

/** A limit of the platform was passed; the transaction fails even if the function catches it. */
export class LimitError extends FunctionError {}

/** A failure of the request itself: answered as `{code, message}` with an HTTP status. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "RequestError";
    this.status = status;
    this.code = code;
  }
}

export function notImplemented(feature: string): FunctionError {
  return new FunctionError(`${feature} is not implemented by the local runtime.`);
}
