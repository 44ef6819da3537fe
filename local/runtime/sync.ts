/**
 * One WebSocket connection of the sync protocol. Messages are handled one after the other, so that
 * versions chain and mutations run in order; only actions run beside them.
 */

import { randomBytes } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { errorText, oneArgument } from "./api.ts";
import type { Credentials } from "./auth.ts";
import type { Caller } from "./context.ts";
import { FunctionError, RequestError } from "./errors.ts";
import { LiveQuery } from "./live.ts";
import { log, messageOf } from "./log.ts";
import * as protocol from "./protocol.ts";
import type { ClientMessage, QueryChange, Version } from "./protocol.ts";
import type { Runtime } from "./runtime.ts";
import { Transaction, type Touch } from "./transaction.ts";

const PING_MS = 15_000;
const MAX_QUERIES = 1_000;
const MAX_WAITING = 1_000;
/** A client that does not read what it asked for is dropped at this many unsent bytes. */
const MAX_UNSENT = 64 * 1024 * 1024;
/** WebSocket close codes: protocol violated, policy violated. */
const VIOLATION = 1002;
const REFUSED = 1008;
/** WebSocket close code "try again later": clients reconnect and send what is unanswered again. */
const AGAIN = 1013;

type Call = Extract<ClientMessage, { type: "Mutation" | "Action" }>;

export class SyncSession {
  readonly #runtime: Runtime;
  readonly #socket: WebSocket;
  readonly #origin: { ip: string | null; userAgent: string | null };
  readonly #queries = new Map<number, LiveQuery>();
  readonly #pinger: NodeJS.Timeout;
  #version: Version = { querySet: 0, identity: 0, ts: 0n };
  #verify: () => Promise<Credentials>;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isFlushQueued = false;

  constructor(
    runtime: Runtime,
    socket: WebSocket,
    origin: { ip: string | null; userAgent: string | null },
  ) {
    this.#runtime = runtime;
    this.#socket = socket;
    this.#origin = origin;
    this.#verify = () => runtime.authenticator.authenticate(undefined);
    this.#pinger = setInterval(() => this.#send(protocol.PING), PING_MS);
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("close", () => clearInterval(this.#pinger));
    // Oversized and malformed frames end the connection, nothing else.
    socket.on("error", (error) => log("warning", "socket_error", { reason: messageOf(error) }));
  }

  /** Marks queries that a commit made stale and sends their new results. */
  committed(touched: readonly Touch[] | null): void {
    let isAnyStale = false;
    for (const query of this.#queries.values()) {
      query.isStale ||= touched === null || query.isTouchedBy(touched);
      isAnyStale ||= query.isStale;
    }
    if (isAnyStale) this.#queueFlush();
  }

  #receive(data: RawData, isBinary: boolean): void {
    let message: ClientMessage;
    try {
      if (isBinary) throw new Error("binary frames are not part of the protocol");
      message = protocol.parseMessage((data as Buffer).toString());
    } catch (error) {
      this.#fail(VIOLATION, `Received an invalid message: ${messageOf(error)}`);
      return;
    }
    if (message.type === "Action") void this.#run(message);
    else this.#enqueue(() => this.#handle(message));
  }

  /** Runs tasks in order; a task that throws ends the connection. */
  #enqueue(task: () => Promise<void>): void {
    this.#waiting += 1;
    if (this.#waiting > MAX_WAITING) {
      this.#fail(REFUSED, "Too many messages are waiting");
      return;
    }
    this.#tail = this.#tail.then(async () => {
      this.#waiting -= 1;
      if (this.#socket.readyState !== this.#socket.OPEN) return;
      try {
        await task();
      } catch (error) {
        log("error", "sync_failed", { reason: messageOf(error) });
        this.#fail(VIOLATION, messageOf(error));
      }
    });
  }

  async #handle(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case "Authenticate":
        return this.#authenticate(message);
      case "ModifyQuerySet":
        return this.#modify(message);
      case "Mutation":
        return this.#run(message);
      default:
        return undefined;
    }
  }

  async #authenticate(message: Extract<ClientMessage, { type: "Authenticate" }>): Promise<void> {
    this.#requireBase(message.baseVersion, this.#version.identity);
    const { authenticator } = this.#runtime;
    if (message.tokenType === "None") this.#verify = () => authenticator.authenticate(undefined);
    else if (message.tokenType === "User") this.#verify = () => authenticator.user(message.value);
    else this.#verify = async () => authenticator.admin(message.value);
    if (!(await this.#caller(true))) return;
    for (const query of this.#queries.values()) query.isStale = true;
    await this.#advance({ identity: this.#version.identity + 1 }, []);
  }

  async #modify(message: Extract<ClientMessage, { type: "ModifyQuerySet" }>): Promise<void> {
    this.#requireBase(message.baseVersion, this.#version.querySet);
    const removed = message.modifications.flatMap((change) => this.#change(change));
    await this.#advance({ querySet: message.newVersion }, removed);
  }

  #change(change: QueryChange): string[] {
    if (change.type === "Add") {
      if (this.#queries.size >= MAX_QUERIES) throw new Error("Too many queries in one connection");
      this.#queries.set(change.queryId, new LiveQuery(change));
      return [];
    }
    this.#queries.delete(change.queryId);
    return [protocol.queryRemoved(change.queryId)];
  }

  async #run(message: Call): Promise<void> {
    const caller = await this.#caller(false);
    if (!caller) return;
    const kind = message.type === "Mutation" ? "mutation" : "action";
    const type = `${message.type}Response` as const;
    const { requestId } = message;
    const { functions } = this.#runtime;
    const logs: string[] = [];
    try {
      const target = functions.find(message.udfPath, kind, caller.isAdmin);
      const args = oneArgument(message.args);
      const { text, ts } = await functions.call(target, args, caller, { logs });
      const commit = kind === "mutation" ? ts : null;
      this.#send(protocol.succeeded(type, requestId, text, commit, logs));
    } catch (thrown) {
      if (thrown instanceof RequestError && thrown.status === 503) {
        this.#socket.close(AGAIN, thrown.code);
        return;
      }
      const error = asFunctionError(thrown);
      this.#send(protocol.failed(type, requestId, error, errorText(error, caller.requestId), logs));
    }
    // Clients settle a mutation, and an error with data, only when the next transition comes.
    if (kind === "mutation") await this.#advance({}, []);
    else this.#queueFlush();
  }

  #queueFlush(): void {
    if (this.#isFlushQueued) return;
    this.#isFlushQueued = true;
    this.#enqueue(async () => {
      this.#isFlushQueued = false;
      await this.#advance({}, []);
    });
  }

  /** Brings all stale queries to one snapshot and sends the step to it, even when it is empty. */
  async #advance(change: Partial<Version>, modifications: string[]): Promise<void> {
    const caller = await this.#caller(false);
    if (!caller) return;
    const { store, executor } = this.#runtime;
    const ts = await executor.read(async () => {
      for (const query of this.#queries.values()) {
        if (!query.isStale) continue;
        const result = await this.#refresh(query, caller);
        if (result !== query.sent) modifications.push(result);
        query.sent = result;
      }
      return store.lastTs;
    });
    const end = { ...this.#version, ...change, ts };
    this.#send(protocol.transition(this.#version, end, modifications));
    this.#version = end;
  }

  async #refresh(query: LiveQuery, caller: Caller): Promise<string> {
    const { store, functions } = this.#runtime;
    const tx = new Transaction(store, { tracksReads: true, isWritable: false });
    const logs: string[] = [];
    try {
      const target = functions.find(query.path, "query", caller.isAdmin);
      const text = await functions.callIn(tx, target, oneArgument(query.args), caller, logs);
      return protocol.queryUpdated(query.queryId, text, logs);
    } catch (thrown) {
      const error = asFunctionError(thrown);
      return protocol.queryFailed(query.queryId, error, errorText(error, caller.requestId));
    } finally {
      query.ran(tx.reads);
    }
  }

  /** Who is connected, verified anew; a token that is not valid (any more) ends the connection. */
  async #caller(isUpdate: boolean): Promise<Caller | null> {
    try {
      const credentials = await this.#verify();
      const requestId = randomBytes(8).toString("hex");
      return { ...credentials, ...this.#origin, requestId, scheduledJobId: null };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#send(protocol.authError(error.message, this.#version.identity, isUpdate));
      this.#socket.close(REFUSED, "authentication failed");
      return null;
    }
  }

  #requireBase(base: number, current: number): void {
    if (base !== current)
      throw new Error(`Base version ${base} passed up doesn't match the current version`);
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_UNSENT) this.#socket.terminate();
    else this.#socket.send(text);
  }

  #fail(code: number, reason: string): void {
    this.#send(protocol.fatalError(reason));
    this.#socket.close(code, "see the FatalError message");
  }
}

function asFunctionError(thrown: unknown): FunctionError {
  if (thrown instanceof FunctionError) return thrown;
  if (thrown instanceof RequestError) return new FunctionError(thrown.message);
  log("error", "request_failed", { reason: messageOf(thrown) });
  return new FunctionError("Your request couldn't be completed. Try again later.");
}
