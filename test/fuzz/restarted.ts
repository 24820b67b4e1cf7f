import { isDeepStrictEqual } from "node:util";
import type { SavedScheduler, Scheduler } from "../../src/decide/scheduler.ts";
import { milliseconds } from "../../src/model/units.ts";
import { scriptedRandom } from "../support/scripted-random.ts";
import { Dice } from "./dice.ts";
import type { JournalStep } from "./journal-step.ts";
import { expectRule } from "./rule-broken.ts";

/** Of a hundred times at which it could be, how often the scheduler is saved and restored. */
const RESTARTS_PERCENT = 4;
/** Hashes take longer than all the rest: they are compared after so many steps. */
const STEPS_A_HASH = 6;

/** Makes a scheduler in a process that knows nothing, from a saved state if one is given. */
export type BuildScheduler = (saved?: SavedScheduler) => Scheduler;

/**
 * A scheduler beside the live one which is saved, goes through text, and is restored, again and again
 * at moments that nothing prepares: it has to go on as the one that was never disturbed (rule S9).
 */
export class Restarted {
  readonly #build: BuildScheduler;
  readonly #dice: Dice;
  #scheduler: Scheduler;
  #steps = 0;

  constructor(build: BuildScheduler, seed: number) {
    this.#build = build;
    this.#dice = new Dice(seed);
    this.#scheduler = build();
  }

  /** Does what the live one has just done. */
  follow({ nowMs, events, draws, answer }: JournalStep, live: Scheduler): void {
    const now = milliseconds(nowMs);
    for (const event of events) {
      this.#mayRestart();
      const { ok } = this.#scheduler.apply(event, now);
      expectRule(ok, "S9", `${event.kind} is refused after a restart`);
    }
    this.#mayRestart();
    const actions = JSON.stringify(this.#scheduler.decide(now, scriptedRandom(...draws)));
    const told = () => `at ${nowMs} ms\n  ${actions}\nand undisturbed\n  ${answer}`;
    expectRule(actions === answer, "S9", told);
    this.#mayRestart();
    const wakeMs = this.#scheduler.nextWakeMs(now);
    expectRule(wakeMs === live.nextWakeMs(now), "S9", `it wakes at ${wakeMs} ms instead`);
    this.#steps += 1;
    if (this.#steps % STEPS_A_HASH > 0) return;
    const isSame = this.#scheduler.hash() === live.hash();
    expectRule(isSame, "S9", `the state is another at ${nowMs} ms`);
  }

  #mayRestart(): void {
    if (!this.#dice.percent(RESTARTS_PERCENT)) return;
    const saved = this.#scheduler.save();
    const text = JSON.stringify(saved);
    const read: SavedScheduler = JSON.parse(text);
    expectRule(isDeepStrictEqual(read, saved), "S9", () => `text cannot hold all of ${text}`);
    this.#scheduler = this.#build(read);
    const again = JSON.stringify(this.#scheduler.save());
    expectRule(again === text, "S9", () => `what is saved changes: ${difference(text, again)}`);
  }
}

/** Where the texts part, with some characters before it. */
function difference(left: string, right: string): string {
  let at = 0;
  while (left[at] === right[at]) at += 1;
  return [left, right]
    .map((text) => text.slice(Math.max(0, at - 100), at + 60))
    .join("\n  and then ");
}
