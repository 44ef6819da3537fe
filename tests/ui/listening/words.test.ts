import fc from "fast-check";
import { expect, test } from "vitest";
import { BARS, lanesOf } from "../../../lib/ui/listening/transcript_player/src/lanes.ts";
import { MOST_PLACES, Memory } from "../../../lib/ui/listening/transcript_player/src/memory.ts";
import {
  momentLink,
  momentOf,
} from "../../../lib/ui/listening/transcript_player/src/moment_link.ts";
import {
  audioNotice,
  statusNotice,
} from "../../../lib/ui/listening/transcript_player/src/notices.ts";
import { layOut } from "../../../lib/ui/listening/transcript_player/src/timeline.ts";
import { audio, turn } from "./samples.ts";

test("a link to a moment holds session, turn and milliseconds, and nothing else of the address", () => {
  const here = "http://host:1/session?id=old&t=9&x=1#frag";
  const link = momentLink(here, "s 1", { sequence: 12, ms: 64_900.7 });
  expect(link).toBe("http://host:1/session?id=s+1&turn=12&t=64900");
  const before = momentLink(here, "s 1", { sequence: null, ms: 1234 });
  expect(before).toBe("http://host:1/session?id=s+1&t=1.234");
});

test("what a link names is read back, also from links of the time when they were in seconds", () => {
  const sequence = fc.option(fc.nat(1_000_000), { nil: null });
  fc.assert(
    fc.property(sequence, fc.nat(360_000_000), (sequence, ms) => {
      const link = new URL(momentLink("http://host/session", "s", { sequence, ms }));
      const read = momentOf(Object.fromEntries(link.searchParams));
      expect(read?.sequence).toBe(sequence);
      expect(read?.ms).toBeCloseTo(ms, 3);
    }),
  );
  expect(momentOf({ t: "64" })).toEqual({ sequence: null, ms: 64_000 });
  expect(momentOf({ turn: "7" })).toEqual({ sequence: 7, ms: null });
  for (const t of ["", "-1", "x", "Infinity"]) expect(momentOf({ t })).toBeNull();
});

test("each speaker's loudness is in their own lane", () => {
  const turns = [turn(0, 0), turn(1, 1000)];
  const items = [audio(0, { peaks: [100, 100] }), audio(1, { peaks: [50, 50] })];
  const { user, assistant } = lanesOf(turns, items, layOut(turns, items), 2000);
  expect([user[10], assistant[10]]).toEqual([1, 0]);
  expect([user[BARS - 10], assistant[BARS - 10]]).toEqual([0, 0.5]);
});

test("place and speed are kept per session, the newest only, and broken storage is no obstacle", () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const memory = new Memory(store);
  const place = { ms: 5000, sequence: 3 };
  for (let index = 0; index <= MOST_PLACES; index += 1) memory.savePlace(`s${index}`, place, 2);
  expect(memory.place(`s${MOST_PLACES}`)).toEqual(place);
  expect(memory.place("s0")).toBeNull();
  memory.savePlace(`s${MOST_PLACES}`, { ms: 0, sequence: null }, 1.5);
  expect(memory.place(`s${MOST_PLACES}`)).toBeNull();
  // A chat has no clock: the turn alone says where the reader was.
  memory.savePlace(`s${MOST_PLACES}`, { ms: 0, sequence: 9 }, 1.5);
  expect(memory.place(`s${MOST_PLACES}`)).toEqual({ ms: 0, sequence: 9 });
  memory.savePreferences({ speed: 3, skipSilence: true, keys: false });
  expect(memory.preferences("new").keys).toBe(false);
  const speeds = [`s${MOST_PLACES}`, "s1", "new"].map((id) => memory.preferences(id).speed);
  expect(speeds).toEqual([1.5, 2, 3]);
  for (const key of kept.keys()) kept.set(key, "{broken");
  expect(memory.preferences("s1")).toEqual({ speed: 1, skipSilence: false, keys: true });
  const refusing = {
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
  };
  expect(() => new Memory(refusing).savePlace("s", place, 1)).not.toThrow();
});

test("every state of a recording has its sentence; a chat without audio has none", () => {
  const states = ["pending", "expired", "deleted", "missing", "corrupt"] as const;
  const sentences = states.map((state) =>
    audioNotice({ audio: [audio(null, { state })], channel: "voice" }, []),
  );
  expect(new Set(sentences).size).toBe(states.length);
  expect(audioNotice({ audio: [], channel: "chat" }, [])).toBeNull();
  expect(audioNotice({ audio: [], channel: "voice" }, [])).toMatch(/no recording/);
  const mixed = [audio(0), audio(1, { state: "missing" })];
  const clips = layOut([turn(0, 0), turn(1, 1000)], mixed);
  expect(audioNotice({ audio: mixed, channel: "voice" }, clips)).toMatch(/^1 turn has no playable/);
});

test("failing says what Python says, being offline says so, playing says nothing", () => {
  expect(statusNotice("failed", "Request id: 1")).toBe("Request id: 1");
  expect(statusNotice("failed", null)).toMatch(/try again/);
  expect(statusNotice("offline", null)).toMatch(/offline/);
  expect(statusNotice("playing", "old problem")).toBeNull();
});
