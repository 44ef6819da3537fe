// Answers authentication questions with Clerk's own server package, offline.
//
// Standard input: one JSON object per line
//   {url, method, headers, options, now, backend: {path: [status, body]}}
// Standard output: one JSON object per line
//   {status, reason, location, setCookies, userId} or {error}
import { createInterface } from "node:readline";

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const state = { now: Date.now(), backend: {} };

Date.now = () => state.now;
for (const name of ["log", "info", "warn", "error"]) console[name] = () => {};
// Retries wait with timers: time is frozen here, so they need not.
const setTimer = globalThis.setTimeout;
globalThis.setTimeout = (run, _delay, ...rest) => setTimer(run, 0, ...rest);
globalThis.fetch = async (input) => {
  const url = new URL(input instanceof Request ? input.url : String(input));
  const [status, body] = state.backend[url.pathname] ?? [404, { errors: [] }];
  const headers = { "content-type": "application/json" };
  return new Response(JSON.stringify(body), { status, headers });
};

const { createClerkClient } = await import("@clerk/backend");

async function decide({ url, method, headers, options, now, backend }) {
  state.now = now * 1000;
  state.backend = backend;
  const { secretKey, publishableKey, jwtKey, ...rest } = options;
  const client = createClerkClient({
    secretKey,
    publishableKey,
    jwtKey,
    telemetry: { disabled: true },
  });
  const request = new Request(url, { method, headers });
  const result = await client.authenticateRequest(request, rest);
  return {
    status: result.status,
    reason: result.reason,
    location: result.headers.get("location"),
    setCookies: result.headers.getSetCookie(),
    userId:
      result.status === "signed-in"
        ? result.toAuth({ treatPendingAsSignedOut: false }).userId
        : null,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    answer(await decide(JSON.parse(line)));
  } catch (error) {
    answer({ error: String(error?.message ?? error) });
  }
}
