/** Messages of the sync protocol: what clients send, checked, and what the server answers. */

import type { FunctionError } from "./errors.ts";
import { pointFloats } from "./wire.ts";

export interface AddQuery {
  type: "Add";
  queryId: number;
  udfPath: string;
  args: unknown;
}

export type QueryChange = AddQuery | { type: "Remove"; queryId: number };

export type ClientMessage =
  | { type: "Connect" | "Event" }
  | { type: "Authenticate"; tokenType: "User" | "Admin"; value: string; baseVersion: number }
  | { type: "Authenticate"; tokenType: "None"; baseVersion: number }
  | {
      type: "ModifyQuerySet";
      baseVersion: number;
      newVersion: number;
      modifications: QueryChange[];
    }
  | { type: "Mutation" | "Action"; requestId: number; udfPath: string; args: unknown };

export interface Version {
  querySet: number;
  identity: number;
  ts: bigint;
}

type Shape = Record<string, "string" | "number">;

const SHAPES = new Map<string, Shape>([
  ["Connect", {}],
  ["Event", {}],
  ["Authenticate", { tokenType: "string", baseVersion: "number" }],
  ["ModifyQuerySet", { baseVersion: "number", newVersion: "number" }],
  ["Mutation", { requestId: "number", udfPath: "string" }],
  ["Action", { requestId: "number", udfPath: "string" }],
]);

/** @throws Error when the text is not a message of the protocol. */
export function parseMessage(text: string): ClientMessage {
  const message = JSON.parse(text) as Record<string, unknown> | null;
  const shape = SHAPES.get(String(message?.["type"]));
  if (!message || !shape) throw new Error("unknown message type");
  requireShape(message, shape);
  if (message["type"] === "ModifyQuerySet") {
    if (!Array.isArray(message["modifications"])) throw new Error("modifications must be a list");
    for (const change of message["modifications"] as (Record<string, unknown> | null)[]) {
      const added: Shape = change?.["type"] === "Add" ? { udfPath: "string" } : {};
      requireShape(change, { type: "string", queryId: "number", ...added });
    }
  }
  if (message["type"] === "Authenticate" && message["tokenType"] !== "None") {
    requireShape(message, { value: "string" });
  }
  return message as unknown as ClientMessage;
}

function requireShape(message: Record<string, unknown> | null, shape: Shape): void {
  for (const [field, type] of Object.entries(shape)) {
    if (typeof message?.[field] !== type) throw new Error(`the field ${field} must be a ${type}`);
  }
}

export function queryUpdated(queryId: number, result: string, logs: string[]): string {
  return `{"type":"QueryUpdated","queryId":${queryId},"value":${pointFloats(result)},"logLines":${JSON.stringify(logs)},"journal":null}`;
}

export function queryFailed(queryId: number, error: FunctionError, message: string): string {
  const failure = { type: "QueryFailed", queryId, errorMessage: message, logLines: [] };
  return withErrorData({ ...failure, journal: null }, error);
}

export function queryRemoved(queryId: number): string {
  return JSON.stringify({ type: "QueryRemoved", queryId });
}

export function transition(start: Version, end: Version, modifications: string[]): string {
  return `{"type":"Transition","startVersion":${versionText(start)},"endVersion":${versionText(end)},"modifications":[${modifications.join(",")}]}`;
}

type Response = "MutationResponse" | "ActionResponse";

/**
 * @param result the value as wire JSON text.
 * @param ts commit timestamp of a mutation; null for an action.
 */
export function succeeded(
  type: Response,
  requestId: number,
  result: string,
  ts: bigint | null,
  logs: string[],
): string {
  const commit = ts === null ? "" : `,"ts":"${encodeTs(ts)}"`;
  return `{"type":"${type}","requestId":${requestId},"success":true,"result":${pointFloats(result)}${commit},"logLines":${JSON.stringify(logs)}}`;
}

export function failed(
  type: Response,
  requestId: number,
  error: FunctionError,
  message: string,
  logs: string[],
): string {
  return withErrorData({ type, requestId, success: false, result: message, logLines: logs }, error);
}

export function authError(
  error: string,
  baseVersion: number,
  authUpdateAttempted: boolean,
): string {
  return JSON.stringify({ type: "AuthError", error, baseVersion, authUpdateAttempted });
}

export function fatalError(error: string): string {
  return JSON.stringify({ type: "FatalError", error });
}

export const PING = JSON.stringify({ type: "Ping" });

function withErrorData(message: object, { data }: FunctionError): string {
  const text = JSON.stringify(message);
  return data === undefined
    ? text
    : `${text.slice(0, -1)},"errorData":${pointFloats(JSON.stringify(data))}}`;
}

function versionText({ querySet, identity, ts }: Version): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTs(ts)}"}`;
}

/** Timestamps travel as base64 of eight little-endian bytes. */
export function encodeTs(ts: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString("base64");
}
