/** API keys: made, found while they work, rotated with a time of grace, ended for good, on record. */
import { afterEach, expect, test, vi } from "vitest";
import { as, deployment, refused } from "../tests/convex/harness.ts";
import type { Deployment } from "../tests/convex/harness.ts";
import { api } from "./_generated/api.js";
import { API_KEYS, KEY_KEPT_MS, KEY_USE_MS } from "./model/limits.ts";

afterEach(() => {
  vi.useRealTimers();
});

const FIRST = "a".repeat(64);
const SECOND = "b".repeat(64);

function publicId(number: number): string {
  return number.toString(16).padStart(16, "0");
}

function made(t: Deployment, number: number, more: { expiresAt?: number } = {}) {
  const key = { name: `key ${number}`, scope: "write" as const, publicId: publicId(number) };
  return as(t, "admin").mutation(api.apiKeys.create, { ...key, hash: FIRST, ...more });
}

function find(t: Deployment, number: number) {
  return as(t, "worker").query(api.apiKeys.find, { publicId: publicId(number) });
}

test("a key is found by its public id while it works, and nobody is shown its hash", async () => {
  const t = deployment();
  const key = await made(t, 1);
  expect(Object.keys(key)).not.toContain("hash");
  const { items } = await as(t, "admin").query(api.apiKeys.list, { cursor: null, limit: 10 });
  expect(items).toEqual([key]);
  expect(await find(t, 1)).toMatchObject({ id: key.id, scope: "write", hash: FIRST });
  expect(await find(t, 2)).toBeNull();
});

test("after a rotation the former secret works as long as was said", async () => {
  vi.useFakeTimers();
  const t = deployment();
  const { id } = await made(t, 1);
  const admin = as(t, "admin");
  const keepUntil = Date.now() + 1000;
  await admin.mutation(api.apiKeys.rotate, { id, hash: SECOND, keepUntil });
  expect(await find(t, 1)).toMatchObject({ id, hash: SECOND, formerHash: FIRST });
  vi.setSystemTime(keepUntil);
  expect(await find(t, 1)).not.toHaveProperty("formerHash");
  await admin.mutation(api.apiKeys.rotate, { id, hash: FIRST });
  expect(await find(t, 1)).not.toHaveProperty("formerHash");
  const late = Date.now() + KEY_KEPT_MS + 1000;
  const tooLong = admin.mutation(api.apiKeys.rotate, { id, hash: SECOND, keepUntil: late });
  await refused(tooLong, "VALIDATION");
});

test("a key ends at its time, or for good when it is revoked", async () => {
  vi.useFakeTimers();
  const t = deployment();
  await made(t, 1, { expiresAt: Date.now() + 1000 });
  const { id } = await made(t, 2);
  vi.setSystemTime(Date.now() + 1000);
  expect(await find(t, 1)).toBeNull();
  expect(await find(t, 2)).not.toBeNull();
  await as(t, "admin").mutation(api.apiKeys.revoke, { id });
  expect(await find(t, 2)).toBeNull();
  const again = as(t, "admin").mutation(api.apiKeys.rotate, { id, hash: SECOND });
  await refused(again, "CONFLICT");
});

test("the last use is noted once a minute", async () => {
  vi.useFakeTimers();
  const t = deployment();
  const { id } = await made(t, 1);
  const note = () => as(t, "worker").mutation(api.apiKeys.noteUse, { id });
  const page = { cursor: null, limit: 10 };
  const used = async () =>
    (await as(t, "admin").query(api.apiKeys.list, page)).items[0]!.lastUsedAt;
  await note();
  const first = await used();
  vi.setSystemTime(first! + KEY_USE_MS);
  await note();
  expect(await used()).toBe(first);
  vi.setSystemTime(first! + KEY_USE_MS + 1);
  await note();
  expect(await used()).toBe(first! + KEY_USE_MS + 1);
});

test("every change is on record, and there is a limit of keys that work", async () => {
  const t = deployment();
  const { id } = await made(t, 0);
  await as(t, "admin").mutation(api.apiKeys.rotate, { id, hash: SECOND });
  await as(t, "admin").mutation(api.apiKeys.revoke, { id });
  await as(t, "admin").mutation(api.apiKeys.revoke, { id });
  const list = { cursor: null, limit: 10, subjectId: id };
  const events = (await as(t, "admin").query(api.audit.list, list)).items;
  expect(events.map(({ action }) => action)).toEqual(["key.revoke", "key.rotate", "key.create"]);
  for (let number = 1; number <= API_KEYS; number++) await made(t, number);
  await refused(made(t, API_KEYS + 1), "CONFLICT");
});

test("what a key is found by is shown as it is, though it may look like a number of a card", async () => {
  const key = await made(deployment(), 1);
  expect(key.publicId).toBe("0000000000000001");
});
