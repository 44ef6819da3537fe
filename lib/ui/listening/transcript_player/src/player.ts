/** The listening room: joins engine, waveform, transcript, controls and keyboard. */
import { onVisit, visit } from "../../../parts/visit.ts";
import { Controls } from "./controls.ts";
import { element, takesKeys } from "../../../parts/dom.ts";
import { Engine } from "./engine.ts";
import type { Status } from "./engine.ts";
import { clock } from "../../../parts/figures.ts";
import { Deck } from "./deck.ts";
import { Finder } from "./finder.ts";
import { momentLink, momentOf } from "./moment_link.ts";
import type { Named } from "./moment_link.ts";
import { NoticeLine } from "./notice_line.ts";
import { NoteBook } from "./notes.ts";
import { Help } from "./help.ts";
import { commandOf } from "./keys.ts";
import type { Command } from "./keys.ts";
import { lanesOf } from "./lanes.ts";
import { Memory } from "./memory.ts";
import { Solo } from "./solo.ts";
import { nextSpeed } from "./speed.ts";
import {
  endOf,
  hasTime,
  inTimeOrder,
  isReordered,
  layOut,
  loopOf,
  soundEnd,
  turnAt,
} from "./timeline.ts";
import type { Clip } from "./timeline.ts";
import { Strip } from "./strip.ts";
import { Transcript } from "./transcript.ts";
import { hear, tell } from "./review.ts";
import type { Moment, ReviewCommand } from "./review.ts";
import type { AudioItem, Note, PlayerData, Send, Turn } from "./types.ts";
import { UrlBook } from "./urls.ts";
import { Wave } from "./wave.ts";
import { audioNotice, needsDownload, revealNotice, statusNotice } from "./notices.ts";

/** The position is written down this often while playing, in milliseconds. */
const REMEMBER_MS = 2000;

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
  readonly #notice = new NoticeLine();
  readonly #deck: Deck;
  readonly #finder: Finder;
  readonly #notes = new NoteBook((moment) => this.#land(moment));
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
  readonly #help = new Help((keys) => this.#setKeys(keys));
  #data: PlayerData;
  #edition = -1;
  #turns: readonly Turn[] = [];
  #clips: readonly Clip[] = [];
  #durationMs = 0;
  #numbers: ReadonlyMap<number, number> = new Map();
  #lit = -1;
  /** Sequences of the tools that the reader has unfolded. */
  readonly #unfolded = new Set<number>();
  /** The turn that the reader went to last, and the position at which it counts. */
  #chosen = { index: -1, ms: -1 };
  #skipSilence: boolean;
  #speed: number;
  #keys: boolean;
  #lastStatus: Status = "paused";
  #rememberedAt = 0;
  /** Until the reader is where they left off, there is no position to write down. */
  #isPlaced = false;

  constructor(root: HTMLElement, data: PlayerData, send: Send) {
    this.sessionId = data.sessionId;
    this.#send = send;
    this.#data = data;
    const preferences = this.#memory.preferences(data.sessionId);
    ({ speed: this.#speed, skipSilence: this.#skipSilence, keys: this.#keys } = preferences);
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
      find: () => this.#finder.focus(),
      showReview: () => tell("command", { kind: "show" }),
      showTurns: () => this.#transcript.follow(),
    });
    const waveHost = element("div", { class: "wave" });
    this.#wave = new Wave(waveHost, (ms) => this.#seek(ms));
    const scroller = element("div", { class: "scroller", tabindex: "0" });
    scroller.setAttribute("aria-label", "Transcript, scrollable");
    scroller.setAttribute("role", "region");
    this.#follow.hidden = true;
    this.#follow.addEventListener("click", () => this.#transcript.follow());
    const { signal } = this.#ended;
    this.#deck = new Deck([this.#controls.root, this.#notes.root, waveHost], signal);
    this.#finder = new Finder(
      () => this.#transcript.redraw(),
      (index) => this.#choose(index),
    );
    this.#transcript = new Transcript(
      scroller,
      () => this.#deck.cover,
      (following) => (this.#follow.hidden = following || this.#clips.length === 0),
    );
    const frame = element("div", { class: "frame" }, scroller, this.#follow);
    root.replaceChildren(this.#deck.root, this.#strip.root, this.#notice.root, this.#download);
    root.append(this.#clear, this.#order, this.#finder.root, frame, this.#help.root, this.#media);
    document.addEventListener("keydown", (event) => this.#keydown(event), { signal });
    hear("ask", () => data.reviewing && tell("moment", this.#moment()), signal);
    hear("go", (moment) => this.#land(moment), signal);
    hear("notes", (drafted) => this.#takeNotes({ drafted }), signal);
    onVisit((path, params) => this.#visited(path, params), signal);
    this.#finder.lookFor(data.words);
    this.update(data);
    this.#setSpeed(this.#speed);
    this.#setSkipSilence(this.#skipSilence);
    if (data.reviewing) tell("ask", null);
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
    this.#takeNotes({ submitted: data.notes });
    if (this.#urls.accept(data)) this.#engine.urlsArrived();
    this.#refresh();
    if (!this.#isPlaced && this.#edition >= 0) this.#goToStart();
  }

  destroy(): void {
    this.#remember(true);
    this.#ended.abort();
    this.#engine.destroy();
    this.#solo.destroy();
    this.#wave.destroy();
    this.#transcript.destroy();
    this.#notice.destroy();
  }

  #lay(turns: readonly Turn[]): void {
    const { audio } = this.#data;
    this.#turns = turns;
    this.#numbers = new Map(
      turns.flatMap((turn, index) => sequencesOf(turn).map((sequence) => [sequence, index + 1])),
    );
    this.#finder.setTurns(turns);
    this.#clips = layOut(turns, audio);
    const playable = this.#clips.length > 0;
    const heardMs = playable ? soundEnd(this.#clips) : this.#data.durationMs;
    this.#durationMs = Math.max(heardMs, endOf(turns));
    this.#engine.setScore({ clips: this.#clips, durationMs: this.#durationMs });
    this.#controls.setPlayable(playable);
    this.#controls.setReviewing(this.#data.reviewing);
    this.#wave.setShown(playable);
    if (playable)
      this.#wave.draw(lanesOf(turns, audio, this.#clips, this.#durationMs), this.#durationMs);
    this.#strip.draw(turns, this.#durationMs, this.#data.objectives);
    this.#notes.lay(turns, playable || !this.#strip.root.hidden ? this.#durationMs : 0);
    const audioOf = new Map(audio.map((item) => [item.sequence, item]));
    this.#transcript.show(turns, (turn) => this.#rowContext(turn, audioOf));
    this.#order.hidden = !isReordered(turns);
    const { downloadPath } = this.#data;
    this.#download.hidden = downloadPath === null || !needsDownload(audio);
    if (downloadPath !== null) this.#download.href = downloadPath;
    this.#lit = -1;
  }

  #rowContext(turn: Turn, audioOf: ReadonlyMap<number | null, AudioItem>) {
    return {
      total: this.#turns.length,
      speakers: this.#data.speakers,
      objectives: this.#data.objectives,
      audio: audioOf.get(turn.sequence) ?? null,
      playable: this.#clips.length > 0,
      masked: this.#data.masking.state === "masked",
      words: this.#finder.words,
      notes: sequencesOf(turn).flatMap((sequence) => this.#notes.of(sequence)),
      unfolded: this.#unfolded,
      choose: (index: number) => this.#choose(index),
      play: (index: number) => {
        this.#choose(index);
        if (hasTime(turn)) this.#engine.play();
      },
    };
  }

  #goToStart(): void {
    const { start, sessionId } = this.#data;
    const moment = start ?? this.#memory.place(sessionId);
    this.#isPlaced = true;
    if (moment) this.#land(moment);
  }

  /** Go to a moment: to the named turn if there is one, else to what is there at that time. */
  #land({ sequence, ms }: Named): void {
    const named = this.#turns.findIndex(
      (turn) => sequence !== null && sequencesOf(turn).includes(sequence),
    );
    const found = this.#turns[named];
    if (found && !hasTime(found)) return this.#choose(named);
    const atMs = Math.min(ms ?? this.#turns[named]?.startMs ?? 0, this.#durationMs);
    this.#goTo(named < 0 ? turnAt(this.#turns, atMs) : named, atMs);
  }

  #choose(index: number): void {
    const turn = this.#turns[index];
    if (!turn) return;
    if (hasTime(turn)) return this.#goTo(index, turn.startMs);
    // Nobody knows when it was: the sound stays where it is.
    this.#chosen = { index, ms: this.#engine.positionMs };
    this.#light(index);
    this.#remember(true);
    this.#transcript.follow();
  }

  #goTo(index: number, ms: number): void {
    if (this.#engine.loop) this.#engine.setLoop(null);
    this.#engine.goTo(index, ms);
    this.#chosen = { index, ms: this.#engine.positionMs };
    this.#refresh();
    this.#light(index);
    this.#remember(true);
    this.#transcript.follow();
  }

  /** Follow a link to a moment of this session where we are. */
  #visited(path: string, params: Readonly<Record<string, string>>): boolean {
    const moment = path === "/session" && params["id"] === this.sessionId ? momentOf(params) : null;
    if (moment) this.#land(moment);
    return moment !== null;
  }

  #takeNotes(notes: { submitted?: readonly Note[]; drafted?: readonly Note[] }): void {
    if (this.#notes.take(notes)) this.#transcript.redraw();
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
    this.#notice.say(
      statusNotice(status, this.#data.problem) ?? audioNotice(this.#data, this.#clips),
    );
    this.#remember(status !== "playing");
  }

  /** Index of the turn to light: the one that sounds, or was chosen, or else began last. */
  #current(): number {
    const { turn, positionMs } = this.#engine;
    if (turn !== null) return turn;
    // Several turns may begin at the same time.
    if (this.#chosen.ms === positionMs) return this.#chosen.index;
    return turnAt(this.#turns, positionMs);
  }

  #light(index: number): void {
    this.#lit = index;
    this.#transcript.light(index);
    this.#strip.setTurn(index);
    this.#finder.setLit(index);
    if (this.#data.reviewing) tell("moment", this.#moment());
  }

  #remember(now: boolean): void {
    if (!this.#isPlaced) return;
    if (!now && performance.now() - this.#rememberedAt < REMEMBER_MS) return;
    this.#rememberedAt = performance.now();
    const { status, positionMs } = this.#engine;
    const sequence = this.#lit > 0 ? (this.#turns[this.#lit]?.sequence ?? null) : null;
    const place = status === "ended" ? { ms: 0, sequence: null } : { ms: positionMs, sequence };
    this.#memory.savePlace(this.sessionId, place, this.#speed);
  }

  #setSpeed(speed: number): void {
    this.#speed = speed;
    this.#engine.setRate(speed);
    this.#controls.setSpeed(speed);
    this.#savePreferences();
    this.#remember(true);
  }

  #setSkipSilence(skip: boolean): void {
    this.#skipSilence = skip;
    this.#engine.setSkipSilence(skip);
    this.#controls.setSkipSilence(skip);
    this.#savePreferences();
  }

  #setKeys(keys: boolean): void {
    this.#keys = keys;
    this.#savePreferences();
  }

  #savePreferences(): void {
    const preferences = { speed: this.#speed, skipSilence: this.#skipSilence, keys: this.#keys };
    this.#memory.savePreferences(preferences);
  }

  #toggleLoop(): void {
    const turn = Math.max(0, this.#lit);
    const span = loopOf(this.#turns, this.#clips, turn, this.#durationMs);
    this.#engine.setLoop(this.#engine.loop || !span ? null : { ...span, turn });
    this.#refresh();
  }

  async #copyLink(): Promise<void> {
    const { sequence, atMs } = this.#moment();
    const link = momentLink(location.href, this.sessionId, { sequence, ms: atMs });
    try {
      await navigator.clipboard.writeText(link);
      const turn = this.#clips.length > 0 ? clock(atMs) : `turn ${this.#lit + 1}`;
      this.#notice.mention(`Link to ${turn} copied.`);
    } catch {
      // No clipboard without a secure origin: show the link so that it can be copied by hand.
      this.#notice.mention(link);
    }
  }

  #keydown(event: KeyboardEvent): void {
    const command = this.#keys || event.key === "Escape" ? commandOf(event) : null;
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
      case "correct":
        if (this.#turns[this.#lit]?.speaker === "tool") {
          this.#notice.mention("What a tool did cannot be corrected. Comment on it instead.");
          return true;
        }
        return this.#review({ kind: "correct" });
      case "comment":
      case "undo":
        return this.#review({ kind: command.name });
      case "next":
        return this.#review({ kind: "submit" }) || this.#goOn();
      case "find":
        this.#finder.focus();
        return true;
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
      keys: this.#keys,
    });
  }

  /** Tell the review panel what the reviewer did, if there is a review. */
  #review(command: ReviewCommand): boolean {
    if (this.#data.reviewing) tell("command", command);
    return this.#data.reviewing;
  }

  #moment(): Moment {
    const turn = this.#turns[this.#lit];
    const { sequence = null, text = "" } = turn ?? {};
    const corrects = turn !== undefined && turn.speaker !== "tool";
    return { sequence, atMs: this.#engine.positionMs, text, corrects, numbers: this.#numbers };
  }

  #goOn(): boolean {
    const { nextId } = this.#data;
    if (nextId !== null) visit("/session", { id: nextId });
    return nextId !== null;
  }
}

/** The sequences under which a turn is known: its own, and that of the result of a tool. */
function sequencesOf({ sequence, resultSequence }: Turn): number[] {
  return resultSequence === null ? [sequence] : [sequence, resultSequence];
}
