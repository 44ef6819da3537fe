/** The functions and `lib/storage` accept the same keys: what one takes, the other can delete. */
import { expect, test } from "vitest";
import table from "../tests/storage/audio_keys.json" with { type: "json" };
import { isAudioKey } from "./model/audio.ts";

test.each(table.cases)("$why: $valid", ({ key, valid }) => {
  expect(isAudioKey(key)).toBe(valid);
});
