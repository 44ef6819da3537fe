/** What functions can ask for and the runtime does not have is listed in docs/local-convex.md. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const CLIENT = "node_modules/convex/src/server";
const CALL = /"(1\.0\/[A-Za-z/]+)"/g;

/** The calls that the documentation lists, by what functions write. */
const LISTED: Record<string, readonly string[]> = {
  "`ctx.storage`": [
    "storageDelete",
    "storageGenerateUploadUrl",
    "storageGet",
    "storageGetMetadata",
    "storageGetUrl",
    "storageStore",
  ],
  "`ctx.vectorSearch`": ["actions/vectorSearch"],
  "`log.audit`": ["auditLog"],
  "signing of JWTs": ["signJwt"],
  "function handles": ["createFunctionHandle"],
  "service tokens": ["createServiceToken", "getServiceUrl"],
};

function callsIn(folder: string, names: string[]): Set<string> {
  const texts = names.map((name) => readFileSync(join(folder, name), "utf8"));
  return new Set(texts.flatMap((text) => [...text.matchAll(CALL)].map(([, name]) => name!)));
}

test("every call of the pinned package that the runtime lacks is listed", () => {
  const asked = callsIn(
    CLIENT,
    readdirSync(CLIENT, { recursive: true, encoding: "utf8" }).filter((name) =>
      /(?<!\.test)\.ts$/.test(name),
    ),
  );
  const answered = callsIn("local/runtime", ["syscalls.ts"]);
  const missing = [...asked].filter((name) => !answered.has(name)).sort();
  const listed = Object.values(LISTED).flat();
  expect(missing).toEqual(listed.map((name) => `1.0/${name}`).sort());
  const docs = readFileSync("docs/local-convex.md", "utf8");
  for (const name of Object.keys(LISTED)) expect(docs).toContain(name);
});
