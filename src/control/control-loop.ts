import { setImmediate } from "node:timers/promises";
import type { Scheduler } from "../decide/scheduler.ts";
import type { Step } from "../engine/engine.ts";
import type { Action } from "../model/action.ts";
import type { Event } from "../model/event.ts";
import type { Note } from "../model/note.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { milliseconds } from "../model/units.ts";
import type { CommandGround, Taken } from "./apply-manifests.ts";
import type { ChangeRing } from "./change-ring.ts";
import type { Clock } from "./clock.ts";
import type { ApiFailure } from "./control-plane.ts";
import { failure } from "./failures.ts";
import { entryRandom } from "./journal/entry-random.ts";
import { copyNote } from "./copy-note.ts";
import type { Change, Journal } from "./journal/journal.ts";
import { JournalError } from "./journal/journal-error.ts";
import { BACK_UP_INTERVAL_MS } from "./journal/sqlite-journal.ts";
import type { Recovered, SnapshotState } from "./recover.ts";
import { refusedNote } from "./refused-note.ts";
import { remakeService } from "./remake-service.ts";
import { keyOf } from "./views/records.ts";
import type { VersionedChange } from "./views/views.ts";

const SNAPSHOT_ENTRIES = 2000;
/** Entries between those that carry the state's hash. */
const HASH_ENTRIES = 100;
/** Steps that are taken in after the loop was told to stop. */
const LAST_STEPS_MAX = 100;
/** Timers do not see that a machine slept, or that its clock was set: they are set again after this. */
const TIMER_MS_MAX = 30_000;
/** Commands that wait; more are told to come again. */
const COMMANDS_MAX = 10_000;

const ENDING = failure("shutting-down", "the control plane ends; nothing was changed");
const HALF_DONE = failure(
  "shutting-down",
  "the control plane broke off in the middle of the change; whether it was kept shows at the next start",
);

/** Something that a user wants, answered once it stands in the journal. */
export interface Command<Answer, Kept extends Taken = Taken> {
  /** Objects that it reads or changes, by `keyOf`. */
  readonly about: readonly string[];
  /** Takes it into the scheduler; nothing is kept of what fails. */
  take(ground: CommandGround): Result<Kept, ApiFailure>;
  /** What the user is told then. */
  answer(kept: Kept, actions: readonly Action[]): Answer;
}

/** What one turn is about. */
interface Turn {
  readonly changes: Change[];
  readonly events: Event[];
  readonly notes: Note[];
  /** Those who wait for its end. */
  readonly askers: Asker[];
}

interface Asker {
  readonly answer: (actions: readonly Action[]) => void;
  readonly refuse: (why: ApiFailure) => void;
}

interface Waiting {
  readonly about: readonly string[];
  /** Adds itself to the turn, or answers at once. */
  readonly join: (turn: Turn, ground: CommandGround) => void;
  readonly refuse: (why: ApiFailure) => void;
}

export interface LoopOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newUid: () => string;
  /** Version of the program. */
  readonly program: string;
  /** Entries between snapshots: a restart replays at most so many. Absent: SNAPSHOT_ENTRIES. */
  readonly snapshotEntries?: number;
}

/**
 * Observe, decide, record, apply: one turn after the other.
 *
 *     engine's step ─┐
 *     commands ──────┼─► apply ─► decide ─► journal ─► views ─► engine ─► answers, watches
 *     wake-up ───────┘
 *
 * A turn is about a step of the engine, or about commands, never about both: so the views, which
 * change with the journal, say what the scheduler knows whenever a command is checked. All commands
 * that wait share one turn, unless two are about the same object. What cannot be journaled was not
 * done: the loop ends with the error, and the next start goes on from the journal.
 */
export class ControlLoop {
  readonly #options: LoopOptions;
  readonly #scheduler: Scheduler;
  readonly #blank: () => Scheduler;
  readonly #views: Recovered["views"];
  readonly #ring: ChangeRing;
  readonly #side: Recovered["side"];
  /** What this clock is behind the journal's: a machine's clock may have been set back. */
  readonly #aheadMs: number;
  #nowMs: number;
  #inbox: Waiting[] = [];
  /** Those whose turn is not over. */
  #unanswered: readonly Asker[] = [];
  #step: Step | undefined;
  #isListening = false;
  #wakeMs: number | undefined = 0;
  #cancelTimer: (() => void) | undefined;
  #bell = Promise.withResolvers<void>();
  #failure: { readonly error: unknown } | undefined;
  #isStopping = false;
  #isOver = false;
  #isFirst = true;
  #snapshotSequence: number;
  #backUpMs: number;
  /** Why the journal's newest copy could not be made; "" if it was. */
  #copyFault = "";
  /** What people are to be told with the next turn. */
  #notes: Note[] = [];

  constructor(recovered: Recovered, options: LoopOptions) {
    this.#options = options;
    this.#scheduler = recovered.scheduler;
    this.#blank = recovered.maker.blank;
    this.#views = recovered.views;
    this.#ring = recovered.ring;
    this.#side = recovered.side;
    this.#nowMs = recovered.nowMs;
    this.#aheadMs = Math.max(0, recovered.nowMs - options.clock.nowMs());
    this.#snapshotSequence = recovered.snapshotSequence;
    this.#backUpMs = options.clock.nowMs();
  }

  /** What a command would meet now; what it does to a fork nobody sees. */
  get ground(): CommandGround {
    return this.#groundAt(this.#readClock());
  }

  /** Resolves after `stop`; rejects with what the loop cannot go on after. Called once. */
  async run(): Promise<void> {
    try {
      await this.#side.engine.begin();
      // A journal begins with the first command; all others find the engine's nodes there.
      if (this.#options.journal.sequence === 0) this.#takeCommands(1);
      while (!this.#isStopping) {
        await this.#news();
        // All that is ready goes first: a step that was taken is here now, and commands came together.
        await setImmediate();
        this.#takeTurns();
        if (this.#isSnapshotDue()) await this.#pauseForSnapshot();
      }
      await this.#end();
    } finally {
      this.#isOver = true;
      this.#cancelTimer?.();
      for (const { refuse } of this.#unanswered) refuse(HALF_DONE);
      for (const { refuse } of this.#inbox.splice(0)) refuse(ENDING);
      this.#ring.close();
    }
  }

  /** Ends the loop after the turn that runs; workloads run on. */
  stop(): void {
    this.#isStopping = true;
    this.#bell.resolve();
  }

  /** Resolves when it is journaled, or refused. It never rejects. */
  submit<Answer, Kept extends Taken>(
    command: Command<Answer, Kept>,
  ): Promise<Result<Answer, ApiFailure>> {
    const { promise, resolve } = Promise.withResolvers<Result<Answer, ApiFailure>>();
    const refuse = (why: ApiFailure) => resolve(fail(why));
    if (this.#isStopping || this.#isOver) {
      refuse(ENDING);
      return promise;
    }
    if (this.#inbox.length >= COMMANDS_MAX) {
      refuse(failure("too-many-requests", `${COMMANDS_MAX} changes wait already`));
      return promise;
    }
    const join = (turn: Turn, ground: CommandGround) => {
      const taken = command.take(ground);
      if (!taken.ok) return resolve(taken);
      turn.changes.push(...taken.value.changes);
      turn.events.push(...taken.value.events);
      const answer = (actions: readonly Action[]) =>
        resolve(succeed(command.answer(taken.value, actions)));
      turn.askers.push({ answer, refuse });
    };
    this.#inbox.push({ about: command.about, join, refuse });
    this.#bell.resolve();
    return promise;
  }

  #groundAt(nowMs: number): CommandGround {
    const { newUid } = this.#options;
    const views = this.#views;
    return { scheduler: this.#scheduler, blank: this.#blank, views, nowMs, newUid };
  }

  #readClock(): number {
    return Math.max(this.#nowMs, this.#options.clock.nowMs() + this.#aheadMs);
  }

  /** Comes back when there is something to do. */
  async #news(): Promise<void> {
    this.#listen();
    while (this.#step === undefined && !this.#hasWork() && !this.#mustEnd()) {
      this.#setTimer();
      await this.#bell.promise;
      this.#bell = Promise.withResolvers();
    }
  }

  #takeTurns(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#step !== undefined) this.#takeStep(this.#step);
    if (this.#hasWork()) this.#takeCommands();
  }

  /** A last snapshot, so that the next start replays nothing; if the engine ever pauses. */
  async #end(): Promise<void> {
    for (let step = 0; step < LAST_STEPS_MAX; step += 1) {
      this.#listen();
      await setImmediate();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#step === undefined) break;
      this.#takeStep(this.#step);
    }
    if (this.#isListening) this.#snapshot();
    // What goes wrong with it only now can be told in no turn any more: it ends with that.
    if (this.#copyFault === "") this.#options.journal.backUp();
    else this.#copyJournal();
  }

  #hasWork(): boolean {
    return this.#inbox.length > 0 || this.#isDue() || this.#views.dueServices().length > 0;
  }

  #isDue(): boolean {
    return this.#wakeMs !== undefined && this.#wakeMs <= this.#readClock();
  }

  #mustEnd(): boolean {
    return this.#isStopping || this.#failure !== undefined;
  }

  /** Waits for the engine's next step, once at a time. */
  #listen(): void {
    if (this.#isListening || this.#step !== undefined) return;
    this.#isListening = true;
    const hear = async (): Promise<void> => {
      try {
        // An engine without a future brings nothing more: the promise is not asked for again.
        this.#step = await this.#side.engine.next(undefined);
        this.#isListening = this.#step === undefined;
      } catch (error) {
        this.#failure = { error };
      }
      this.#bell.resolve();
    };
    void hear();
  }

  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#wakeMs === undefined) return;
    const inMs = Math.min(Math.max(0, this.#wakeMs - this.#readClock()), TIMER_MS_MAX);
    this.#cancelTimer = this.#options.clock.after(inMs, () => this.#bell.resolve());
  }

  /** A turn about what the engine told. What the scheduler refuses of it is noted and left out. */
  #takeStep(step: Step): void {
    this.#step = undefined;
    this.#nowMs = Math.max(this.#readClock(), step.nowMs);
    const turn: Turn = { changes: [], events: [], notes: [...(step.notes ?? [])], askers: [] };
    for (const event of step.events) {
      const result = this.#scheduler.apply(event, milliseconds(this.#nowMs));
      if (result.ok) turn.events.push(event);
      else turn.notes.push(refusedNote(event, result.reason));
    }
    this.#finish(turn);
  }

  /** A turn about services that are made anew, and commands, up to one about the same object. */
  #takeCommands(countMax = COMMANDS_MAX): void {
    this.#nowMs = this.#readClock();
    const ground = this.#groundAt(this.#nowMs);
    const turn: Turn = { changes: [], events: [], notes: [], askers: [] };
    this.#unanswered = turn.askers;
    const about = new Set<string>();
    for (const name of this.#views.dueServices()) {
      turn.events.push(remakeService(name, ground));
      about.add(keyOf("ModelService", name));
    }
    let taken = 0;
    for (const waiting of this.#inbox.slice(0, countMax)) {
      if (waiting.about.some((key) => about.has(key))) break;
      for (const key of waiting.about) about.add(key);
      waiting.join(turn, ground);
      taken += 1;
    }
    this.#inbox.splice(0, taken);
    if (turn.changes.length + turn.events.length > 0 || this.#isDue()) this.#finish(turn);
    else for (const { answer } of turn.askers) answer([]);
    this.#unanswered = [];
  }

  /** Decides, and records it before anybody hears of it. */
  #finish(turn: Turn): void {
    const { journal, program } = this.#options;
    const nowMs = milliseconds(this.#nowMs);
    const { changes, events, askers } = turn;
    const notes = [...turn.notes, ...this.#notes.splice(0)];
    const sequence = journal.sequence + 1;
    const actions = this.#scheduler.decide(nowMs, entryRandom(journal.origin.seed, sequence));
    const entry = {
      nowMs,
      ...(this.#isFirst ? { program } : {}),
      changes,
      events,
      notes,
      actions,
      ...(sequence % HASH_ENTRIES === 0 ? { hash: this.#scheduler.hash() } : {}),
    };
    journal.append(entry);
    this.#isFirst = false;
    const changed = this.#views.fold(entry);
    if (changed.some(isOfServices)) this.#side.catalogChanged?.();
    this.#side.engine.carryOut(nowMs, actions);
    this.#wakeMs = this.#scheduler.nextWakeMs(nowMs);
    for (const { answer } of askers) answer(actions);
    this.#ring.add(changed);
    this.#backUp();
  }

  #isSnapshotDue(): boolean {
    const { journal, snapshotEntries = SNAPSHOT_ENTRIES } = this.#options;
    return journal.sequence - this.#snapshotSequence >= snapshotEntries;
  }

  /** Now if the engine brings nothing just then, else after a later turn. */
  async #pauseForSnapshot(): Promise<void> {
    this.#listen();
    await setImmediate();
    if (this.#failure === undefined && this.#step === undefined) this.#snapshot();
  }

  /** Taken only while the engine is listened to and brings nothing: all that it told is journaled. */
  #snapshot(): void {
    const { journal } = this.#options;
    const { sequence } = journal;
    if (sequence === 0 || sequence === this.#snapshotSequence) return;
    const state: SnapshotState = {
      scheduler: this.#scheduler.save(),
      views: this.#views.save(),
      engine: this.#side.engine.save(),
      nowMs: this.#nowMs,
    };
    journal.writeSnapshot({ sequence, state });
    journal.compact(sequence);
    this.#snapshotSequence = sequence;
  }

  #backUp(): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#backUpMs < BACK_UP_INTERVAL_MS) return;
    this.#backUpMs = nowMs;
    this.#copyJournal();
  }

  /** Without its copy the journal is as good as before; people are told once. */
  #copyJournal(): void {
    try {
      this.#options.journal.backUp();
      if (this.#copyFault !== "") this.#notes.push(copyNote(this.#views, ""));
      this.#copyFault = "";
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      const { message } = error;
      if (message !== this.#copyFault) this.#notes.push(copyNote(this.#views, message));
      this.#copyFault = message;
    }
  }
}

/** What the catalog has of services may be another after this. */
function isOfServices({ change }: VersionedChange): boolean {
  return change.object.kind === "ModelService" && change.type !== "MODIFIED";
}
