/** Writes `convex/_generated` as the CLI of the pinned `convex` package makes it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pushed } from "./push.ts";

for (const [name, text] of Object.entries((await pushed()).generated)) {
  writeFileSync(join(import.meta.dirname, "../../convex/_generated", name), text);
}
