/** Who calls: the role is in the verified token, and a token without a known role is nobody. */
import type { UserIdentity } from "convex/server";
import { refusal } from "./errors.ts";
import { MEMBER_ROLES, SERVICE_ROLES } from "./permissions.ts";
import type { Role } from "./permissions.ts";

export type Caller = {
  /** `iss|sub`: unique over all issuers. */
  tokenIdentifier: string;
  /** `sub`: the Clerk user id of a member, the machine's name of a service. */
  subject: string;
  role: Role;
  /** Clerk user id of whoever acts as this member (`act.sub`); absent normally. */
  impersonatorId?: string;
};

/**
 * Return the caller that a verified token stands for.
 *
 * Convex has checked signature, issuer, audience and times. Here the issuer decides which roles
 * the token may carry: a Clerk token can never be `ingest`, a service token never `admin`.
 *
 * @throws UNAUTHENTICATED without a token, or with one of a pending Clerk session or of another
 *   application; FORBIDDEN if it carries no role that its issuer may give.
 */
export function callerOf(identity: UserIdentity | null): Caller {
  if (identity === null) throw refusal("UNAUTHENTICATED", "A valid token is needed.");
  // Clerk marks sessions with unfinished tasks (for instance a second factor).
  if (claimAt(identity, "sts") === "pending") {
    throw refusal("UNAUTHENTICATED", "The session is not complete.");
  }
  const isService = sameIssuer(identity.issuer, process.env.EARSHOT_SERVICE_ISSUER);
  if (!isService && !isForThisApp(claimAt(identity, "azp"))) {
    throw refusal("UNAUTHENTICATED", "The token was issued for another application.");
  }
  const path = isService ? "role" : (process.env.EARSHOT_ROLE_CLAIM ?? "role");
  const role = isService ? claimAt(identity, path) : memberRole(identity, path);
  const known = isService ? SERVICE_ROLES : MEMBER_ROLES;
  if (typeof role !== "string" || !known.includes(role)) {
    throw refusal("FORBIDDEN", "The token carries no role of Earshot.");
  }
  const impersonator = claimAt(identity, "act.sub");
  return {
    tokenIdentifier: identity.tokenIdentifier,
    subject: identity.subject,
    role: role as Role,
    ...(typeof impersonator === "string" ? { impersonatorId: impersonator } : {}),
  };
}

/**
 * Several applications may share a Clerk instance: `azp` is the origin that asked for the token. One
 * that a server has minted names none, and only who holds the instance's secret key can mint.
 */
function isForThisApp(party: unknown): boolean {
  const accepted = (process.env.CLERK_AUTHORIZED_PARTIES ?? "").split(",").map((one) => one.trim());
  return (
    party === undefined || (typeof party === "string" && party !== "" && accepted.includes(party))
  );
}

/**
 * The role that a member's token names. Whoever creates an organization is its admin, and any user
 * may create one: a role in an organization counts only in EARSHOT_ORGANIZATION_ID.
 */
function memberRole(identity: UserIdentity, path: string): unknown {
  const organization = process.env.EARSHOT_ORGANIZATION_ID ?? "";
  if (organization === "") return /^(o\.|org_)/.test(path) ? undefined : claimAt(identity, path);
  const active = claimAt(identity, "o.id") ?? claimAt(identity, "org_id");
  const role = active === organization ? claimAt(identity, path) : undefined;
  return typeof role === "string" ? role.replace(/^org:/, "") : undefined;
}

/** Convex names nested claims with dots on its own, other engines keep them nested: accept both. */
function claimAt(identity: UserIdentity, path: string): unknown {
  if (Object.hasOwn(identity, path)) return identity[path];
  let value: unknown = identity;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function sameIssuer(issuer: string, expected: string | undefined): boolean {
  return expected !== undefined && expected !== "" && issuer === expected;
}
