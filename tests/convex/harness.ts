/// <reference types="vite/client" />
/** A fresh deployment per test, and the callers that the tests play. */
import { convexTest } from "convex-test";
import type { TestConvex } from "convex-test";
import { ConvexError } from "convex/values";
import { expect, vi } from "vitest";
import { api, internal } from "../../convex/_generated/api.js";
import { FOLD_AFTER_MS } from "../../convex/model/limits.ts";
import { SERVICE_ROLES } from "../../convex/model/permissions.ts";
import schema from "../../convex/schema.ts";

export const modules = import.meta.glob([
  "../../convex/**/*.{ts,js}",
  "!**/*.test.ts",
  "!**/*.d.ts",
]);
export type Deployment = TestConvex<typeof schema>;

export const SERVICE_ISSUER = "https://service.test";
export const CLERK_ISSUER = "https://clerk.test";
/** 2026-03-01 12:00 UTC. */
export const START = 1_772_366_400_000;

/**
 * Start an empty deployment whose transactions may read 8,000 documents and 4 MiB (plus what
 * bookkeeping takes), half of what Convex allows.
 */
export function deployment(): Deployment {
  vi.stubEnv("EARSHOT_SERVICE_ISSUER", SERVICE_ISSUER);
  vi.stubEnv("EARSHOT_ROLE_CLAIM", "role");
  return convexTest({
    schema,
    modules,
    transactionLimits: {
      documentsRead: 8000,
      bytesRead: 4.5 * 1024 * 1024,
      documentsWritten: 8000,
      bytesWritten: 4.5 * 1024 * 1024,
      databaseQueries: 4096,
    },
  });
}

/** The deployment as a caller with a role sees it: people by Clerk, machines by service token. */
export function as(t: Deployment, role: string, subject = `${role}_subject`) {
  const isService = SERVICE_ROLES.includes(role);
  return t.withIdentity({ issuer: isService ? SERVICE_ISSUER : CLERK_ISSUER, subject, role });
}

/** Expect a refusal with a code and return its data. */
export async function refused(call: Promise<unknown>, code: string) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConvexError);
  // convex-test hands the data over as the JSON text that goes over the wire.
  const raw = (error as ConvexError<string>).data as unknown;
  const data = (typeof raw === "string" ? JSON.parse(raw) : raw) as {
    code: string;
    message: string;
    fields?: { field: string; message: string }[];
  };
  expect(data).toMatchObject({ code });
  return data;
}

/** Store a user and return their Clerk id. */
export async function addUser(t: Deployment, clerkId = "user_1", more: object = {}) {
  await as(t, "ingest").mutation(api.users.upsert, { clerkId, kind: "product", ...more });
  return clerkId;
}

/** Store a user and a session of theirs, and return the session's id. */
export async function addSession(t: Deployment, externalId = "call-1", more: object = {}) {
  const clerkId = await addUser(t);
  const { id } = await as(t, "ingest").mutation(api.userSessions.create, {
    externalId,
    clerkId,
    channel: "voice",
    startedAt: START,
    ...more,
  });
  return id;
}

/** An interaction as a writer sends it. */
export function turn(sequence: number, more: object = {}) {
  const speaker = sequence % 2 === 0 ? ("user" as const) : ("assistant" as const);
  return { sequence, speaker, text: `turn ${sequence}`, startedAtMs: sequence * 1000, ...more };
}

/** Let time pass, and fold all that writes have counted into the sums, as the cron does. */
export async function foldAll(t: Deployment): Promise<void> {
  for (;;) {
    const newest = await t.run((ctx) => ctx.db.query("pendingTotals").order("desc").first());
    if (newest === null) return;
    vi.useFakeTimers({ toFake: ["Date"], now: newest._creationTime + 2 * FOLD_AFTER_MS });
    await t.mutation(internal.totals.fold, {});
    vi.useRealTimers();
    await t.finishInProgressScheduledFunctions();
  }
}
