/** The closed set of errors that the functions answer with. */
import { ConvexError } from "convex/values";

export type ErrorCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "GONE"
  | "VALIDATION"
  | "CONFLICT"
  | "IDEMPOTENCY_CONFLICT"
  | "RATE_LIMITED"
  | "LIMIT_EXCEEDED";

/** One argument that was refused; `field` is its path, for instance `interactions[3].text`. */
export type FieldProblem = { field: string; message: string };

export type ErrorData = { code: ErrorCode; message: string; fields?: FieldProblem[] };

/** Make the error to throw. Messages never hold values of the arguments: they get logged. */
export function refusal(
  code: ErrorCode,
  message: string,
  fields?: FieldProblem[],
): ConvexError<ErrorData> {
  return new ConvexError({ code, message, ...(fields === undefined ? {} : { fields }) });
}
