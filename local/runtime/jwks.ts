/** Public keys of an identity provider: fetched, cached, refetched when an unknown key appears. */

import { lookup as dnsLookup } from "node:dns";
import { get as httpGet, type RequestOptions } from "node:http";
import { get as httpsGet } from "node:https";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { log, messageOf } from "./log.ts";

const FRESH_MS = 10 * 60_000;
/** Least time between two fetches, so that forged key ids cannot make us hammer the provider. */
const RETRY_MS = 5_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

export class KeySource {
  readonly #fetch: () => Promise<JSONWebKeySet>;
  #keys: JWTVerifyGetKey | null = null;
  #loading: Promise<void> | null = null;
  #loadedAt = -Infinity;
  #triedAt = -Infinity;

  private constructor(fetch: () => Promise<JSONWebKeySet>) {
    this.#fetch = fetch;
  }

  /** Keys at an https, loopback http or data: URL. */
  static fromJwks(url: string): KeySource {
    return new KeySource(() => fetchJson(url) as Promise<JSONWebKeySet>);
  }

  /** Keys named by the OpenID discovery document of an issuer. */
  static fromDiscovery(issuer: string): KeySource {
    return new KeySource(async () => {
      const url = `${issuer}/.well-known/openid-configuration`;
      const document = (await fetchJson(url)) as { issuer?: string; jwks_uri?: string };
      if (document.issuer?.replace(/\/+$/, "") !== issuer || !document.jwks_uri) {
        throw new Error("the discovery document is of another issuer or names no keys");
      }
      return fetchJson(document.jwks_uri) as Promise<JSONWebKeySet>;
    });
  }

  /** Finds the key for a token, as `jwtVerify` wants it. Stale keys serve while a fetch fails. */
  readonly resolve: JWTVerifyGetKey = async (header, token) => {
    if (Date.now() - this.#loadedAt > FRESH_MS) await this.#load();
    try {
      return await this.#find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#load();
      return this.#find(header, token);
    }
  };

  #find(...args: Parameters<JWTVerifyGetKey>): ReturnType<JWTVerifyGetKey> {
    if (!this.#keys) throw new errors.JWKSTimeout();
    return this.#keys(...args);
  }

  #load(): Promise<void> {
    if (!this.#loading && Date.now() - this.#triedAt < RETRY_MS) return Promise.resolve();
    this.#loading ??= this.#fetchOnce().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #fetchOnce(): Promise<void> {
    this.#triedAt = Date.now();
    try {
      this.#keys = createLocalJWKSet(await this.#fetch());
      this.#loadedAt = Date.now();
    } catch (error) {
      log("error", "keys_unavailable", { reason: messageOf(error) });
    }
  }
}

async function fetchJson(address: string): Promise<unknown> {
  if (address.startsWith("data:")) return JSON.parse(decodeDataUrl(address)) as unknown;
  const url = new URL(address);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    throw new Error("keys are fetched over https, or over http from this machine only");
  }
  return JSON.parse(await fetchText(url)) as unknown;
}

function fetchText(url: URL): Promise<string> {
  const get = url.protocol === "https:" ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const options = { lookup: lookupLocal, timeout: TIMEOUT_MS, agent: false } as RequestOptions;
    const request = get(url, options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_BYTES) request.destroy(new Error("the answer is too large"));
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString());
        else reject(new Error(`the provider answered ${response.statusCode}`));
      });
    });
    request.on("timeout", () => request.destroy(new Error("the provider did not answer in time")));
    request.on("error", reject);
  });
}

/** `*.localhost` is this machine (RFC 6761), whatever the system's resolver thinks. */
const lookupLocal: typeof dnsLookup = ((hostname: string, options: object, callback: never) => {
  const host = isLoopback(hostname) ? "127.0.0.1" : hostname;
  (dnsLookup as (name: string, options: object, callback: never) => void)(host, options, callback);
}) as typeof dnsLookup;

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname.endsWith(".localhost") || /^127(\.\d+){3}$/.test(hostname)
  );
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(",");
  const body = url.slice(comma + 1);
  return /;base64$/i.test(url.slice(0, comma))
    ? Buffer.from(body, "base64").toString()
    : decodeURIComponent(body);
}
