/** Reads requests and writes answers, within limits. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { RequestError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

/** @throws RequestError 413 when the body is longer than Convex accepts. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > LIMITS.requestBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LIMITS.requestBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** @throws RequestError 400 when the body is not a JSON object; an empty body is `{}`. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await readBody(request);
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new RequestError(400, "BadJsonBody", "The request body is not valid JSON");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new RequestError(400, "BadJsonBody", "The request body is not a JSON object");
}

export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  type = "application/json",
): void {
  const body = Buffer.from(text);
  response.writeHead(status, { "Content-Type": type, "Content-Length": body.length });
  response.end(body);
}

export function sendError(response: ServerResponse, error: RequestError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of a refused body is not read: the connection ends with this answer.
  if (error.status === 413) response.setHeader("Connection", "close");
  sendText(response, error.status, JSON.stringify({ code: error.code, message: error.message }));
}

function tooLarge(): RequestError {
  const limit = LIMITS.requestBytes;
  return new RequestError(413, "RequestTooLarge", `The request is larger than ${limit} bytes`);
}
