/** The sentence under the waveform: what is wrong with the sound, if anything is. No DOM here. */
import type { Status } from "./engine.ts";
import type { Clip } from "./timeline.ts";
import type { AudioState, Masking, PlayerData } from "./types.ts";

const WHOLE: Record<AudioState, string> = {
  ready: "",
  pending: "The recording is still being uploaded. It appears here when the upload is complete.",
  expired: "The recording was removed when its privacy window ended. The transcript is kept.",
  deleted: "The recording was erased on request. The transcript is kept.",
  missing: "The recording is missing from storage. Storage health lists lost recordings.",
  corrupt: "The recording is damaged and cannot be played.",
};

/** What playback has to say, or null when all is well. */
export function statusNotice(status: Status, problem: string | null): string | null {
  if (status === "offline") return "You are offline. Playback continues when the network is back.";
  if (status === "failed") {
    return problem ?? "The recording could not be loaded. Press play to try again.";
  }
  return null;
}

/** Said above texts in clear that are usually masked. */
export function revealNotice({ state, reason }: Masking): string | null {
  if (state !== "revealed") return null;
  return `Shown in clear for you, on record with the reason “${reason ?? ""}”. Masked again when you leave.`;
}

/** What there is to say about the recordings themselves. */
export function audioNotice(
  data: Pick<PlayerData, "audio" | "channel">,
  clips: readonly Clip[],
): string | null {
  const silent = data.audio.filter((item) => item.state !== "ready");
  if (data.channel === "chat" && data.audio.length === 0) return null;
  if (data.audio.length === 0) return "This session has no recording.";
  if (clips.length === 0) return WHOLE[commonState(silent.map((item) => item.state))];
  if (silent.length === 0) return null;
  const turns = silent.length === 1 ? "1 turn has" : `${silent.length} turns have`;
  return `${turns} no playable recording; the transcript says why.`;
}

/** The state to explain when nothing can be played: the most frequent one. */
function commonState(states: readonly AudioState[]): AudioState {
  const counts = new Map<AudioState, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1])[0]?.[0] ?? "missing";
}
