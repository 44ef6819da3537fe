/**
 * Preloaded into the Convex runtime by tests that hold the clock in their hands: functions see a
 * time that is ahead of the machine's by the milliseconds that a file holds. What surrounds the
 * functions (checks of tokens among it) keeps the machine's time.
 */
import { readFileSync } from "node:fs";
import { callContext } from "../../local/runtime/context.ts";

const FILE = process.env["EARSHOT_TEST_CLOCK"] ?? "";
const machine = Date.now.bind(Date);

Date.now = () =>
  callContext.getStore() === undefined ? machine() : machine() + Number(readFileSync(FILE, "utf8"));
