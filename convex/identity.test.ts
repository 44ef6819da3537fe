/** Roles in organizations count in the team's own organization only. */
import { expect, test, vi } from "vitest";
import { callerOf } from "./model/identity.ts";

const TEAM = "org_team";

function roleOf(claims: Record<string, unknown>, claim: string, organization: string) {
  vi.stubEnv("EARSHOT_ROLE_CLAIM", claim);
  vi.stubEnv("EARSHOT_ORGANIZATION_ID", organization);
  const issuer = "https://clerk.test";
  const identity = { tokenIdentifier: `${issuer}|u`, subject: "u", issuer, ...claims };
  try {
    return callerOf(identity).role;
  } catch {
    return undefined;
  }
}

test.each([
  ["nested", { o: { id: TEAM, rol: "ops" } }, "o.rol"],
  ["flattened by Convex", { "o.id": TEAM, "o.rol": "ops" }, "o.rol"],
  ["version 1", { org_id: TEAM, org_role: "org:ops" }, "org_role"],
  ["another claim", { org_id: TEAM, role: "ops" }, "role"],
])("a role in the team's organization counts: %s", (_, claims, claim) => {
  expect(roleOf(claims, claim, TEAM)).toBe("ops");
});

test.each([
  ["nested", { o: { id: "org_own", rol: "admin" } }, "o.rol"],
  ["flattened by Convex", { "o.id": "org_own", "o.rol": "admin" }, "o.rol"],
  ["version 1", { org_id: "org_own", org_role: "org:admin" }, "org_role"],
  ["none", { role: "admin" }, "role"],
])("a role in an organization of one's own does not count: %s", (_, claims, claim) => {
  expect(roleOf(claims, claim, TEAM)).toBeUndefined();
});

test("without a named organization no role in one counts", () => {
  expect(roleOf({ o: { id: TEAM, rol: "admin" } }, "o.rol", "")).toBeUndefined();
  expect(roleOf({ org_role: "org:admin" }, "org_role", "")).toBeUndefined();
  expect(roleOf({ role: "org:admin" }, "role", "")).toBeUndefined();
});

test.each([
  ["https://app.example.com", "viewer"],
  ["https://second.example.com", "viewer"],
  [undefined, "viewer"], // minted by a server
  ["https://other.example.com", undefined],
  ["https://app.example.com.evil.example", undefined],
  ["", undefined],
  [null, undefined],
  [["https://app.example.com"], undefined],
])("a token counts in the application that it was issued for: %j", (azp, role) => {
  vi.stubEnv("CLERK_AUTHORIZED_PARTIES", "https://app.example.com, https://second.example.com");
  expect(roleOf({ role: "viewer", ...(azp === undefined ? {} : { azp }) }, "role", "")).toBe(role);
});

test("a token that names an application is refused until the accepted ones are named", () => {
  vi.stubEnv("CLERK_AUTHORIZED_PARTIES", undefined);
  expect(roleOf({ role: "admin", azp: "https://app.example.com" }, "role", "")).toBeUndefined();
  expect(roleOf({ role: "admin", azp: "" }, "role", "")).toBeUndefined();
});
