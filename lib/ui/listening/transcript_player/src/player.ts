/** The listening room: joins engine, waveform, transcript, controls and keyboard. */
import { visit } from "../../../parts/visit.ts";
import { Controls } from "./controls.ts";
import { element, takesKeys } from "../../../parts/dom.ts";
import { Engine } from "./engine.ts";
import type { Status } from "./engine.ts";
import { clock } from "../../../parts/figures.ts";
import { momentLink } from "./moment_link.ts";
import { Help } from "./help.ts";
import { commandOf } from "./keys.ts";
import type { Command } from "./keys.ts";
import { lanesOf } from "./lanes.ts";
import { Memory } from "./memory.ts";
import { Solo } from "./solo.ts";
import { nextSpeed } from "./speed.ts";
import { endOf, inTimeOrder, isReordered, layOut, loopOf, soundEnd, turnAt } from "./timeline.ts";
import type { Clip } from "./timeline.ts";
import { Strip } from "./strip.ts";
import { Transcript } from "./transcript.ts";
import { answerWhere, tellCommand, tellMoment } from "./review.ts";
import type { Moment, ReviewCommand } from "./review.ts";
import type { AudioItem, PlayerData, Send, Turn } from "./types.ts";
import { UrlBook } from "./urls.ts";
import { Wave } from "./wave.ts";
import { audioNotice, needsDownload, revealNotice, statusNotice } from "./notices.ts";

/** The position is written down this often while playing, in milliseconds. */
const REMEMBER_MS = 2000;
const FLASH_MS = 4000;

export class Player {
  readonly sessionId: string;
  readonly #send: Send;
  readonly #ended = new AbortController();
  readonly #memory = new Memory(localStorage);
  readonly #media = element("audio");
  readonly #urls: UrlBook;
  readonly #engine: Engine;
  readonly #solo: Solo;
  readonly #controls: Controls;
  readonly #wave: Wave;
  readonly #transcript: Transcript;
  readonly #notice = element("p", { class: "notice", role: "status" });
  readonly #clear = element("p", { class: "clear", role: "status" });
  readonly #download = element(
    "a",
    { class: "download", download: "" },
    "Download recordings (ZIP)",
  );
  readonly #order = element(
    "p",
    { class: "order" },
    "Turns are shown in chronological order, which differs from the order in which they were stored.",
  );
  readonly #follow = element("button", { type: "button", class: "follow" }, "Follow playback");
  readonly #strip = new Strip((turn) => this.#choose(turn));
  readonly #help = new Help();
  #data: PlayerData;
  #edition = -1;
  #turns: readonly Turn[] = [];
  #clips: readonly Clip[] = [];
  #durationMs = 0;
  #lit = -1;
  /** Index of the turn that the reader went to last. */
  #chosen = -1;
  #skipSilence: boolean;
  #speed: number;
  #said = "";
  /** A passing word, for instance that the link was copied, stays this long. */
  #flash: { sentence: string; until: number } | null = null;
  #lastStatus: Status = "paused";
  #rememberedAt = 0;
  /** Until the reader is where they left off, there is no position to write down. */
  #isPlaced = false;

  constructor(root: HTMLElement, data: PlayerData, send: Send) {
    this.sessionId = data.sessionId;
    this.#send = send;
    this.#data = data;
    ({ speed: this.#speed, skipSilence: this.#skipSilence } = this.#memory.preferences(
      data.sessionId,
    ));
    this.#urls = new UrlBook(send, () => performance.now());
    this.#engine = new Engine(this.#media, this.#urls, () => this.#refresh());
    this.#solo = new Solo(() => this.#engine.pause());
    this.#controls = new Controls({
      toggle: () => this.#engine.toggle(),
      setSpeed: (speed) => this.#setSpeed(speed),
      setSkipSilence: (skip) => this.#setSkipSilence(skip),
      toggleLoop: () => this.#toggleLoop(),
      copyLink: () => void this.#copyLink(),
      help: () => this.#showHelp(),
    });
    const waveHost = element("div", { class: "wave" });
    this.#wave = new Wave(waveHost, (ms) => this.#seek(ms));
    const scroller = element("div", { class: "scroller", tabindex: "0" });
    scroller.setAttribute("aria-label", "Transcript, scrollable");
    scroller.setAttribute("role", "region");
    this.#follow.hidden = true;
    this.#follow.addEventListener("click", () => this.#transcript.follow());
    this.#transcript = new Transcript(scroller, (following) => {
      this.#follow.hidden = following || this.#clips.length === 0;
    });
    const frame = element("div", { class: "frame" }, scroller, this.#follow);
    root.replaceChildren(this.#controls.root, waveHost, this.#strip.root, this.#notice);
    root.append(this.#download, this.#clear, this.#order, frame, this.#help.root, this.#media);
    document.addEventListener("keydown", (event) => this.#keydown(event), {
      signal: this.#ended.signal,
    });
    answerWhere(() => this.#moment(), this.#ended.signal);
    this.update(data);
    this.#setSpeed(this.#speed);
    this.#setSkipSilence(this.#skipSilence);
    this.#goToStart(data);
    if (data.hasWaves) send("waves", true);
  }

  /** Take in new data from Python; the sound goes on. */
  update(data: PlayerData): void {
    const turns = data.turns ? inTimeOrder(data.turns) : this.#turns;
    if (data.turns) this.#edition = data.edition;
    else if (data.edition !== this.#edition) this.#send("whole", true);
    const audioChanged = JSON.stringify(data.audio) !== JSON.stringify(this.#data.audio);
    const isNew = turns !== this.#turns && JSON.stringify(turns) !== JSON.stringify(this.#turns);
    this.#data = data;
    this.#clear.textContent = revealNotice(data.masking) ?? "";
    if (isNew || audioChanged) this.#lay(turns);
    if (this.#urls.accept(data)) this.#engine.urlsArrived();
    this.#refresh();
  }

  destroy(): void {
    this.#remember(true);
    this.#ended.abort();
    this.#engine.destroy();
    this.#solo.destroy();
    this.#wave.destroy();
    this.#transcript.destroy();
  }

  #lay(turns: readonly Turn[]): void {
    const { audio } = this.#data;
    this.#turns = turns;
    this.#clips = layOut(turns, audio);
    const playable = this.#clips.length > 0;
    const heardMs = playable ? soundEnd(this.#clips) : this.#data.durationMs;
    this.#durationMs = Math.max(heardMs, endOf(turns));
    this.#engine.setScore({ clips: this.#clips, durationMs: this.#durationMs });
    this.#controls.setPlayable(playable);
    this.#wave.setShown(playable);
    if (playable)
      this.#wave.draw(lanesOf(turns, audio, this.#clips, this.#durationMs), this.#durationMs);
    this.#strip.draw(turns, this.#durationMs, this.#data.objectives);
    const bySequence = new Map(audio.map((item) => [item.sequence, item]));
    this.#transcript.show(turns, (turn) => this.#rowContext(turn, bySequence));
    this.#order.hidden = !isReordered(turns);
    const { downloadPath } = this.#data;
    this.#download.hidden = downloadPath === null || !needsDownload(audio);
    if (downloadPath !== null) this.#download.href = downloadPath;
    this.#lit = -1;
  }

  #rowContext(turn: Turn, bySequence: ReadonlyMap<number | null, AudioItem>) {
    return {
      total: this.#turns.length,
      speakers: this.#data.speakers,
      objectives: this.#data.objectives,
      audio: bySequence.get(turn.sequence) ?? null,
      playable: this.#clips.length > 0,
      masked: this.#data.masking.state === "masked",
      choose: (index: number) => this.#choose(index),
    };
  }

  #goToStart(data: PlayerData): void {
    const ms = data.startAtMs ?? this.#memory.position(data.sessionId);
    this.#isPlaced = true;
    if (ms > 0) this.#seek(Math.min(ms, this.#durationMs));
  }

  #choose(index: number): void {
    const turn = this.#turns[index];
    if (!turn) return;
    if (this.#engine.loop) this.#engine.setLoop(null);
    this.#chosen = index;
    this.#engine.goTo(index, turn.startMs);
    this.#refresh();
    this.#remember(true);
    this.#light(index);
  }

  #seek(ms: number): void {
    this.#engine.seek(ms);
    this.#refresh();
    this.#remember(true);
  }

  #refresh(): void {
    const { status, positionMs } = this.#engine;
    if (status === "playing" && this.#lastStatus !== "playing") this.#solo.claim();
    this.#lastStatus = status;
    this.#controls.setStatus(status);
    this.#controls.setClock(positionMs, this.#durationMs);
    this.#controls.setLooping(this.#engine.loop !== null);
    this.#wave.setPosition(positionMs);
    if (this.#clips.length > 0) this.#light(this.#current());
    this.#say(
      this.#flashed() ??
        statusNotice(status, this.#data.problem) ??
        audioNotice(this.#data, this.#clips),
    );
    this.#remember(status !== "playing");
  }

  /** Index of the turn to light: the one that sounds, or was chosen, or else began last. */
  #current(): number {
    const { turn, positionMs } = this.#engine;
    if (turn !== null) return turn;
    // Several turns may begin at the same time.
    if (this.#turns[this.#chosen]?.startMs === positionMs) return this.#chosen;
    return turnAt(this.#turns, positionMs);
  }

  #light(index: number): void {
    this.#lit = index;
    this.#transcript.light(index);
    this.#strip.setTurn(index);
    if (this.#data.reviewing) tellMoment(this.#moment());
  }

  #flashed(): string | null {
    if (this.#flash && performance.now() > this.#flash.until) this.#flash = null;
    return this.#flash?.sentence ?? null;
  }

  /** Say something in passing. */
  #mention(sentence: string): void {
    this.#flash = { sentence, until: performance.now() + FLASH_MS };
    this.#refresh();
    window.setTimeout(() => this.#refresh(), FLASH_MS + 50);
  }

  #say(sentence: string | null): void {
    const said = sentence ?? "";
    if (said === this.#said) return;
    this.#said = said;
    this.#notice.textContent = said;
  }

  #remember(now: boolean): void {
    if (!this.#isPlaced) return;
    if (!now && performance.now() - this.#rememberedAt < REMEMBER_MS) return;
    this.#rememberedAt = performance.now();
    const { status, positionMs } = this.#engine;
    this.#memory.savePlace(this.sessionId, status === "ended" ? 0 : positionMs, this.#speed);
  }

  #setSpeed(speed: number): void {
    this.#speed = speed;
    this.#engine.setRate(speed);
    this.#controls.setSpeed(speed);
    this.#memory.savePreferences({ speed, skipSilence: this.#skipSilence });
    this.#remember(true);
  }

  #setSkipSilence(skip: boolean): void {
    this.#skipSilence = skip;
    this.#engine.setSkipSilence(skip);
    this.#controls.setSkipSilence(skip);
    this.#memory.savePreferences({ speed: this.#speed, skipSilence: skip });
  }

  #toggleLoop(): void {
    const turn = Math.max(0, this.#lit);
    const span = loopOf(this.#turns, this.#clips, turn, this.#durationMs);
    this.#engine.setLoop(this.#engine.loop || !span ? null : { ...span, turn });
    this.#refresh();
  }

  async #copyLink(): Promise<void> {
    const link = momentLink(location.href, this.sessionId, this.#engine.positionMs);
    try {
      await navigator.clipboard.writeText(link);
      this.#mention(`Link to ${clock(this.#engine.positionMs)} copied.`);
    } catch {
      // No clipboard without a secure origin: show the link so that it can be copied by hand.
      this.#mention(link);
    }
  }

  #keydown(event: KeyboardEvent): void {
    const command = commandOf(event);
    if (command === null || event.defaultPrevented || takesKeys(event)) return;
    if (this.#run(command)) event.preventDefault();
  }

  #run(command: Command): boolean {
    const playable = this.#clips.length > 0;
    switch (command.name) {
      case "toggle":
        if (playable) this.#engine.toggle();
        return playable;
      case "turn":
        this.#choose(Math.min(this.#turns.length - 1, Math.max(0, this.#lit + command.by)));
        return true;
      case "loop":
        if (playable) this.#toggleLoop();
        return playable;
      case "skip":
        if (playable) this.#seek(this.#engine.positionMs + command.byMs);
        return playable;
      case "speed":
        if (playable) this.#setSpeed(nextSpeed(this.#speed, command.by));
        return playable;
      case "digit":
        return this.#review({ kind: "digit", value: command.value });
      case "question":
        return this.#review({ kind: "question", by: command.by });
      case "comment":
      case "correct":
      case "undo":
        return this.#review({ kind: command.name });
      case "next":
        return this.#review({ kind: "submit" }) || this.#goOn();
      case "help":
        this.#showHelp();
        return true;
      case "close":
        this.#help.close();
        return false; // Escape keeps its meaning for the rest of the page.
    }
  }

  #showHelp(): void {
    const { reviewing, nextId } = this.#data;
    this.#help.toggle({
      audio: this.#clips.length > 0,
      review: reviewing,
      next: reviewing || nextId !== null,
    });
  }

  /** Tell the review panel what the reviewer did, if there is a review. */
  #review(command: ReviewCommand): boolean {
    if (this.#data.reviewing) tellCommand(command);
    return this.#data.reviewing;
  }

  #moment(): Moment {
    const turn = this.#turns[this.#lit];
    const { sequence = null, text = "" } = turn ?? {};
    return { sequence, atMs: this.#engine.positionMs, text };
  }

  #goOn(): boolean {
    const { nextId } = this.#data;
    if (nextId !== null) visit("/session", { id: nextId });
    return nextId !== null;
  }
}
