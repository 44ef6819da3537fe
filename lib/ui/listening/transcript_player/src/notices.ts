/** The sentence under the waveform: what is wrong with the sound, if anything is. No DOM here. */
import type { Status } from "./engine.ts";
import type { Clip } from "./timeline.ts";
import type { AudioItem, AudioState, Masking, PlayerData } from "./types.ts";

const WHOLE: Record<AudioState, string> = {
  ready: "",
  pending: "The recording is still being uploaded. It appears here when the upload is complete.",
  expired: "The recording was removed when its privacy window ended. The transcript is kept.",
  deleted: "The recording was erased on request. The transcript is kept.",
  missing: "The recording is missing from storage. Storage health lists lost recordings.",
  corrupt: "The recording is damaged and cannot be played.",
  download_only: "Browsers cannot play this recording; download it to listen.",
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
  return `Unmasked for you until you leave. The audit trail has your reason: “${reason ?? ""}”.`;
}

/** What there is to say about the recordings themselves. */
export function audioNotice(
  data: Pick<PlayerData, "audio" | "channel">,
  clips: readonly Clip[],
): string | null {
  const silent = data.audio.filter((item) => item.state !== "ready");
  if (data.channel === "chat" && data.audio.length === 0) return null;
  if (data.audio.length === 0) return "This session has no recording.";
  if (clips.length === 0)
    return `${WHOLE[commonState(silent.map((item) => item.state))]}${codecs(silent)}`;
  const said: (string | null)[] = [remark(data.audio, clips)];
  const whole = silent.find((item) => item.sequence === null);
  const silentTurns = silent.filter((item) => item.sequence !== null).length;
  if (clips[0]?.turn === null) return said[0] ?? null;
  if (whole)
    said.push(`${WHOLE[whole.state]}${codecs([whole])} Recordings of single turns can be played.`);
  if (silentTurns > 0) {
    const turns = silentTurns === 1 ? "1 turn has" : `${silentTurns} turns have`;
    said.push(`${turns} no playable recording; the transcript says why.`);
  }
  return said.filter((sentence) => sentence !== null).join(" ") || null;
}

/** True when a recording can be heard only after it was downloaded. */
export function needsDownload(audio: readonly AudioItem[]): boolean {
  return audio.some((item) => item.state === "download_only");
}

/** The codecs that browsers do not play, by FFmpeg's names. */
function codecs(items: readonly AudioItem[]): string {
  const foreign = items.filter((item) => item.state === "download_only");
  const names = [...new Set(foreign.flatMap((item) => item.codec ?? []))];
  return names.length === 0 ? "" : ` Codec: ${names.join(", ")}.`;
}

/** What is wrong with recordings that play. */
function remark(audio: readonly AudioItem[], clips: readonly Clip[]): string | null {
  const played = new Set(clips.map((clip) => clip.audioId));
  const remarks = new Set(audio.filter((item) => played.has(item.id)).map((item) => item.remark));
  if (remarks.has("truncated"))
    return "The recording is incomplete: it is shorter than its header says.";
  if (remarks.has("partly_damaged")) return "Parts of the recording are damaged and were left out.";
  return null;
}

/** The state to explain when nothing can be played: the most frequent one. */
function commonState(states: readonly AudioState[]): AudioState {
  const counts = new Map<AudioState, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1])[0]?.[0] ?? "missing";
}
