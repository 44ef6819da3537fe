/**
 * Who may issue tokens for this deployment.
 *
 * - Clerk: the viewer's own session token or template token, audience `convex`. Declared as a custom
 *   JWT, because Convex drops `azp` of OpenID tokens and the functions must see it.
 * - Service tokens (custom JWT): machines with the roles `ingest` and `worker`, audience `earshot`;
 *   the public keys come as a `data:` URL, so no server has to be reachable.
 *
 * Which role a token carries is decided in `model/identity.ts`; no role means no access.
 */
import type { AuthConfig } from "convex/server";

export default {
  providers: [
    {
      type: "customJwt",
      issuer: process.env.CLERK_JWT_ISSUER_DOMAIN!,
      jwks: `${process.env.CLERK_JWT_ISSUER_DOMAIN!}/.well-known/jwks.json`,
      algorithm: "RS256",
      applicationID: "convex",
    },
    {
      type: "customJwt",
      issuer: process.env.EARSHOT_SERVICE_ISSUER!,
      jwks: process.env.EARSHOT_SERVICE_JWKS!,
      algorithm: "RS256",
      applicationID: "earshot",
    },
  ],
} satisfies AuthConfig;
