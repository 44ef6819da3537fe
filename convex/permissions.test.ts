/** Nobody calls what the table of roles does not allow, and no public function escapes the table. */
import { expect, test, vi } from "vitest";
import table from "../lib/auth/permissions.json" with { type: "json" };
import { PUBLIC_FUNCTIONS, call } from "../tests/convex/catalogue.ts";
import { CLERK_ISSUER, SERVICE_ISSUER, as, deployment, refused } from "../tests/convex/harness.ts";
import { prepared, samples, seed } from "../tests/convex/samples.ts";
import { api } from "./_generated/api.js";
import { allows, rolesFor } from "./model/permissions.ts";
import type { FunctionName } from "./model/permissions.ts";

const ROLES = Object.keys(table.inherits);

test("every public function has declared roles, and the table names no other", () => {
  const found = PUBLIC_FUNCTIONS.map(({ name }) => name).sort();
  expect(found).toEqual(Object.keys(table.functions).sort());
  for (const name of found) expect(rolesFor(name), name).not.toHaveLength(0);
});

test("every public function validates arguments and result", () => {
  for (const { name, registered } of PUBLIC_FUNCTIONS) {
    expect(JSON.parse(registered.exportArgs()), name).toMatchObject({ type: "object" });
    const returns = JSON.parse(registered.exportReturns()) as { type: string } | null;
    expect(returns?.type ?? "any", name).not.toBe("any");
  }
});

/** Who may call does not depend on the data, so one deployment serves all. */
const shared = sharedDeployment();

function sharedDeployment() {
  const t = deployment();
  const ids = seed(t);
  return async (name: string) => ({ t, args: samples(await ids)[name as FunctionName] });
}

test.each(PUBLIC_FUNCTIONS)("$name refuses callers without token or role", async (entry) => {
  const { t, args } = await shared(entry.name);
  await refused(call(t, entry, args), "UNAUTHENTICATED");
  await refused(call(t, entry, args, "nobody"), "FORBIDDEN");
});

test.each(PUBLIC_FUNCTIONS)("$name refuses the roles that are not in the table", async (entry) => {
  const needed = rolesFor(entry.name);
  const { t, args } = await shared(entry.name);
  for (const role of ROLES.filter((role) => !allows(role, needed))) {
    const { message } = await refused(call(t, entry, args, role), "FORBIDDEN");
    // The message names the function: the wrapper was given the name under which it is exported.
    expect(message).toContain(`${entry.name} needs the role`);
  }
});

const ALLOWED = PUBLIC_FUNCTIONS.flatMap((entry) =>
  ROLES.filter((role) => allows(role, rolesFor(entry.name))).map((role) => ({
    entry,
    role,
    name: entry.name as FunctionName,
  })),
);

test.each(ALLOWED)("$name answers the role $role", async ({ entry, role, name }) => {
  const t = deployment();
  const args = await prepared(t, name);
  expect(await call(t, entry, args, role)).toBeDefined();
});

test("a name that is not in the table is for nobody", () => {
  expect(rolesFor("users:unknown")).toEqual([]);
  expect(rolesFor("constructor")).toEqual([]);
  for (const role of [...ROLES, "constructor"]) expect(allows(role, [])).toBe(false);
});

test("the issuer decides which roles a token may carry", async () => {
  const t = deployment();
  const ping = (identity: Record<string, unknown>) =>
    t.withIdentity({ subject: "s", ...identity }).query(api.system.ping, {});
  await refused(ping({ issuer: CLERK_ISSUER, role: "ingest" }), "FORBIDDEN");
  await refused(ping({ issuer: CLERK_ISSUER, role: "worker" }), "FORBIDDEN");
  await refused(ping({ issuer: SERVICE_ISSUER, role: "admin" }), "FORBIDDEN");
  await refused(ping({ issuer: CLERK_ISSUER, role: ["admin"] }), "FORBIDDEN");
  await refused(ping({ issuer: CLERK_ISSUER, role: "constructor" }), "FORBIDDEN");
  await refused(ping({ issuer: CLERK_ISSUER, role: "viewer", sts: "pending" }), "UNAUTHENTICATED");
  expect(await ping({ issuer: CLERK_ISSUER, role: "viewer" })).toHaveProperty("now");
});

test("the role claim may be nested or flattened, and only the configured one counts", async () => {
  const t = deployment();
  vi.stubEnv("EARSHOT_ROLE_CLAIM", "metadata.earshot.role");
  const ping = (claims: Record<string, unknown>) =>
    t.withIdentity({ subject: "s", issuer: CLERK_ISSUER, ...claims }).query(api.system.ping, {});
  expect(await ping({ "metadata.earshot.role": "viewer" })).toHaveProperty("now");
  expect(await ping({ metadata: { earshot: { role: "viewer" } } })).toHaveProperty("now");
  await refused(ping({ role: "viewer" }), "FORBIDDEN");
  await refused(ping({ metadata: { earshot: "viewer" } }), "FORBIDDEN");
  expect(await as(t, "ingest").query(api.system.ping, {})).toHaveProperty("now");
});

test("a malformed request id is refused", async () => {
  const t = deployment();
  const viewer = as(t, "viewer");
  await refused(viewer.query(api.system.ping, { requestId: "a b" }), "VALIDATION");
  expect(await viewer.query(api.system.ping, { requestId: "0190-abc" })).toHaveProperty("now");
});

test("tokens are accepted from Clerk and from the service issuer, each with its own audience", async () => {
  vi.stubEnv("CLERK_JWT_ISSUER_DOMAIN", CLERK_ISSUER);
  vi.stubEnv("EARSHOT_SERVICE_ISSUER", SERVICE_ISSUER);
  vi.stubEnv("EARSHOT_SERVICE_JWKS", "data:application/json;base64,e30=");
  vi.resetModules();
  const { default: config } = await import("./auth.config.ts");
  expect(config.providers).toEqual([
    {
      type: "customJwt",
      issuer: CLERK_ISSUER,
      jwks: `${CLERK_ISSUER}/.well-known/jwks.json`,
      algorithm: "RS256",
      applicationID: "convex",
    },
    {
      type: "customJwt",
      issuer: SERVICE_ISSUER,
      jwks: "data:application/json;base64,e30=",
      algorithm: "RS256",
      applicationID: "earshot",
    },
  ]);
});
