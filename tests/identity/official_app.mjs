// A minimal app behind Clerk's own SDK: what `@clerk/backend` makes of the local instance.
// Usage: node official_app.mjs '{"port", "publishableKey", "secretKey", "apiUrl", "proxyUrl",
// "signInUrl", "appUrl"}'

import { createServer } from "node:http";

import { createClerkClient } from "@clerk/backend";

const options = JSON.parse(process.argv[2]);
const { publishableKey, secretKey, apiUrl, proxyUrl, signInUrl, appUrl } = options;
const clerk = createClerkClient({ publishableKey, secretKey, apiUrl });

createServer(async (incoming, outgoing) => {
  const request = new Request(new URL(incoming.url, appUrl), {
    method: incoming.method,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  });
  try {
    const state = await clerk.authenticateRequest(request, {
      proxyUrl,
      signInUrl,
      authorizedParties: [appUrl],
      clockSkewInMs: 0, // one clock here: tests need not wait for tokens to die
    });
    answer(outgoing, request, state);
  } catch (error) {
    outgoing.writeHead(500).end(String(error));
  }
}).listen(options.port, "127.0.0.1");

function answer(outgoing, request, state) {
  for (const [name, value] of state.headers) outgoing.appendHeader(name, value);
  if (state.headers.has("location")) {
    outgoing.writeHead(307).end();
    return;
  }
  const auth = state.toAuth();
  if (auth?.userId) {
    const { userId, sessionId, sessionClaims } = auth;
    outgoing.setHeader("content-type", "application/json");
    outgoing.end(
      JSON.stringify({ userId, sessionId, role: sessionClaims.role, aud: sessionClaims.aud }),
    );
    return;
  }
  if (request.headers.get("sec-fetch-dest") !== "document") {
    outgoing.writeHead(401).end(state.reason ?? "");
    return;
  }
  const target = new URL(signInUrl);
  target.searchParams.set("redirect_url", request.url);
  outgoing.writeHead(303, { location: target.href }).end();
}
