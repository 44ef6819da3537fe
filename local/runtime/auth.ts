/** Who sent a request: nobody, a user with a verified token, or the holder of the admin key. */

import { timingSafeEqual, hash } from "node:crypto";
import { decodeJwt, jwtVerify, type JWTHeaderParameters, type JWTPayload } from "jose";
import { RequestError } from "./errors.ts";
import { customIdentity, oidcIdentity, type Identity } from "./identity.ts";
import { KeySource } from "./jwks.ts";
import { log, messageOf } from "./log.ts";
import type { JsonObject } from "./values.ts";

type Provider =
  | { domain: string; applicationID: string }
  | {
      type: "customJwt";
      issuer: string;
      jwks: string;
      algorithm: "RS256" | "ES256";
      applicationID?: string;
    };

interface KnownProvider {
  issuer: string;
  applicationID: string | null;
  algorithms: string[];
  keys: KeySource;
  identity: (claims: JsonObject) => Identity;
  leewaySeconds: number;
  requiredClaims: string[];
  /** Why a token that is signed and valid is refused nevertheless, or null. */
  objection: (claims: JWTPayload, header: JWTHeaderParameters) => string | null;
}

interface Verified {
  identity: Identity;
  /** Unix seconds after which the token must be checked anew. */
  until: number;
}

/** Whom the holder of the admin key wants to act as. */
type ActingAs = JsonObject & { issuer: string; subject: string };

export interface Credentials {
  identity: Identity | null;
  isAdmin: boolean;
}

const CACHED_TOKENS = 2_000;
const CACHE_SECONDS = 60;
const CUSTOM_LEEWAY_SECONDS = 5;
const MAX_TOKEN_LENGTH = 16_384;

export class Authenticator {
  readonly #adminKey: string;
  readonly #providers: KnownProvider[];
  readonly #verified = new Map<string, Verified>();

  /** @throws Error when `auth.config.ts` is malformed: no provider is better than a wrong one. */
  constructor(adminKey: string, authConfig: unknown) {
    this.#adminKey = adminKey;
    const providers = (authConfig as { providers?: Provider[] } | null)?.providers ?? [];
    this.#providers = providers.map(readProvider);
  }

  /**
   * Reads an `Authorization` header.
   *
   * @throws RequestError 401 for anything but a valid token or key.
   */
  async authenticate(header: string | undefined): Promise<Credentials> {
    if (header === undefined) return { identity: null, isAdmin: false };
    const [scheme, token] = splitOnce(header, " ");
    if (scheme.toLowerCase() === "bearer") return this.user(token.trim());
    if (scheme.toLowerCase() === "convex") return this.admin(token.trim());
    throw unauthenticated("InvalidAuthHeader", "Header must begin with `Bearer ` or `Convex `");
  }

  /** @throws RequestError 401 when the key is not this deployment's. */
  admin(token: string): Credentials {
    const [key, acting] = splitOnce(token, ":");
    const digest = (text: string): Buffer => hash("sha256", text, "buffer");
    if (!timingSafeEqual(digest(key), digest(this.#adminKey))) {
      throw unauthenticated("BadAdminKey", "The provided admin key was invalid for this instance");
    }
    if (acting === "") return { identity: null, isAdmin: true };
    try {
      const claims = JSON.parse(Buffer.from(acting, "base64").toString()) as ActingAs;
      const identity = { tokenIdentifier: `${claims.issuer}|${claims.subject}`, ...claims };
      return { identity, isAdmin: true };
    } catch {
      throw unauthenticated("BadAdminKey", "The identity to act as is not base64 JSON");
    }
  }

  /** @throws RequestError 401 when the token does not verify for a configured provider. */
  async user(token: string): Promise<Credentials> {
    const now = Date.now() / 1000;
    const known = this.#verified.get(token);
    if (known && known.until > now) return { identity: known.identity, isAdmin: false };
    this.#verified.delete(token);
    const verified = await this.#verify(token, now);
    if (this.#verified.size >= CACHED_TOKENS) {
      const [oldest] = this.#verified.keys();
      if (oldest !== undefined) this.#verified.delete(oldest);
    }
    this.#verified.set(token, verified);
    return { identity: verified.identity, isAdmin: false };
  }

  async #verify(token: string, now: number): Promise<Verified> {
    const provider = this.#providerOf(token);
    try {
      const { payload, protectedHeader } = await jwtVerify(token, provider.keys.resolve, {
        algorithms: provider.algorithms,
        clockTolerance: provider.leewaySeconds,
        requiredClaims: provider.requiredClaims,
      });
      const objection = provider.objection(payload, protectedHeader);
      if (objection !== null) throw Object.assign(new Error(objection), { code: objection });
      const until = Math.min(payload.exp ?? 0, now + CACHE_SECONDS);
      return { identity: provider.identity(payload as JsonObject), until };
    } catch (error) {
      const code = (error as { code?: string }).code ?? "ERR_JWT";
      log("warning", "token_refused", { issuer: provider.issuer, reason: code });
      const expired = code === "ERR_JWT_EXPIRED";
      throw unauthenticated(
        expired ? "IdTokenExpired" : "Unauthenticated",
        expired ? "Token has expired" : "Could not verify token claim",
      );
    }
  }

  #providerOf(token: string): KnownProvider {
    let claims: ReturnType<typeof decodeJwt>;
    try {
      if (token.length > MAX_TOKEN_LENGTH) throw new Error("too long");
      claims = decodeJwt(token);
    } catch (error) {
      log("warning", "token_refused", { reason: messageOf(error) });
      throw unauthenticated("InvalidAuthHeader", "Could not parse as id token");
    }
    const audiences = [claims.aud ?? []].flat();
    const issuer = normalIssuer(String(claims.iss));
    const provider = this.#providers.find(
      (item) =>
        item.issuer === issuer &&
        (item.applicationID === null || audiences.includes(item.applicationID)),
    );
    if (provider) return provider;
    log("warning", "token_refused", { issuer: issuer.slice(0, 200), reason: "NoAuthProvider" });
    throw unauthenticated("NoAuthProvider", "No auth provider found matching the given token");
  }
}

function readProvider(provider: Provider): KnownProvider {
  if ("type" in provider) {
    const { issuer, jwks, algorithm, applicationID } = provider;
    if (!issuer || !jwks || !["RS256", "ES256"].includes(algorithm)) {
      throw new Error("auth.config.ts: a customJwt provider needs issuer, jwks and algorithm");
    }
    return {
      issuer: normalIssuer(issuer),
      applicationID: applicationID ?? null,
      algorithms: [algorithm],
      keys: KeySource.fromJwks(jwks),
      identity: customIdentity,
      leewaySeconds: CUSTOM_LEEWAY_SECONDS,
      requiredClaims: ["iss", "sub", "exp"],
      objection: customObjection,
    };
  }
  const { domain, applicationID } = provider;
  if (!domain || !applicationID) {
    throw new Error("auth.config.ts: an OpenID provider needs domain and applicationID");
  }
  const issuer = normalIssuer(domain);
  return {
    issuer,
    applicationID,
    algorithms: ["RS256", "EdDSA"],
    keys: KeySource.fromDiscovery(issuer),
    identity: oidcIdentity,
    leewaySeconds: 0,
    requiredClaims: ["iss", "sub", "exp", "iat"],
    objection: oidcObjection,
  };
}

/** OpenID Connect Core 3.1.3.7: further audiences are not trusted; RFC 7519 5.1: `typ`. */
function oidcObjection({ aud }: JWTPayload, { typ }: JWTHeaderParameters): string | null {
  if (Array.isArray(aud) && aud.length > 1) return "OTHER_AUDIENCE";
  return typ === undefined || /^(application\/)?jwt$/i.test(typ) ? null : "OTHER_TYPE";
}

function customObjection({ iat }: JWTPayload, { kid }: JWTHeaderParameters): string | null {
  if (kid === undefined) return "NO_KID";
  const isFromTheFuture = iat !== undefined && iat - Date.now() / 1000 > CUSTOM_LEEWAY_SECONDS;
  return isFromTheFuture ? "ISSUED_LATER" : null;
}

/** An issuer as configured or claimed may lack the scheme or have a slash at the end. */
function normalIssuer(issuer: string): string {
  const withScheme = /^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`;
  return withScheme.replace(/\/+$/, "");
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function unauthenticated(code: string, message: string): RequestError {
  return new RequestError(401, code, message);
}
