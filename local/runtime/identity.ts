/** The user identity that functions get, made from the claims of a verified token as Convex does. */

import type { Json, JsonObject } from "./values.ts";

/** `tokenIdentifier`, `issuer`, `subject` and whatever else the token claims. */
export type Identity = JsonObject & { tokenIdentifier: string };

/** OpenID Connect claims that have a name of their own in `UserIdentity`. */
const STANDARD = new Map([
  ["name", "name"],
  ["given_name", "givenName"],
  ["family_name", "familyName"],
  ["nickname", "nickname"],
  ["preferred_username", "preferredUsername"],
  ["profile", "profileUrl"],
  ["picture", "pictureUrl"],
  ["website", "websiteUrl"],
  ["email", "email"],
  ["email_verified", "emailVerified"],
  ["gender", "gender"],
  ["birthdate", "birthday"],
  ["zoneinfo", "timezone"],
  ["locale", "language"],
  ["phone_number", "phoneNumber"],
  ["phone_number_verified", "phoneNumberVerified"],
  ["updated_at", "updatedAt"],
]);

/** Claims that say something about the token, not about the user; `fva` changes with each token. */
const TOKEN_CLAIMS = new Set(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "fva"]);
const OIDC_CLAIMS = new Set([
  ...TOKEN_CLAIMS,
  "nonce",
  "auth_time",
  "acr",
  "amr",
  "azp",
  "at_hash",
  "c_hash",
]);

/** Identity of an OpenID Connect token: standard claims renamed, other claims as they are. */
export function oidcIdentity(claims: JsonObject): Identity {
  const identity = base(claims);
  for (const [claim, value] of Object.entries(claims)) {
    const name = STANDARD.get(claim);
    if (claim === "address") identity["address"] = addressOf(value);
    else if (claim === "updated_at") identity["updatedAt"] = timeOf(value);
    else if (name !== undefined) identity[name] = value;
    else if (!OIDC_CLAIMS.has(claim)) identity[claim] = value;
  }
  return identity;
}

/** Identity of a custom JWT: every claim under its own name, nested ones as `outer.inner`. */
export function customIdentity(claims: JsonObject): Identity {
  const identity = base(claims);
  flatten(claims, "", identity);
  return identity;
}

function base(claims: JsonObject): Identity {
  const issuer = claims["iss"] as string;
  const subject = claims["sub"] as string;
  return { tokenIdentifier: `${issuer}|${subject}`, issuer, subject };
}

function flatten(claims: JsonObject, prefix: string, into: JsonObject): void {
  for (const [claim, value] of Object.entries(claims)) {
    if (prefix === "" && TOKEN_CLAIMS.has(claim)) continue;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      flatten(value, `${prefix}${claim}.`, into);
    } else {
      into[`${prefix}${claim}`] = value;
    }
  }
}

function addressOf(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return value["formatted"] ?? null;
}

function timeOf(value: Json): Json {
  return typeof value === "number" ? new Date(value * 1000).toISOString() : value;
}
