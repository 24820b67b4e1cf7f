import type { Scheduler } from "../../src/decide/scheduler.ts";
import type { Random } from "../../src/model/random.ts";
import { milliseconds } from "../../src/model/units.ts";
import { seededRandom } from "../../src/simulate/seeded-random.ts";
import { scriptedRandom } from "../support/scripted-random.ts";
import type { JournalStep } from "./journal-step.ts";
import { type BuildScheduler, Restarted } from "./restarted.ts";
import { expectRule } from "./rule-broken.ts";

/**
 * A second scheduler that hears what the journal holds, some hundred steps late: what is replayed has
 * to give the same actions and the same hash (rule S5). Refused events are not in the journal, so that
 * one which left a trace shows (rule S2).
 */
export class Twin {
  #scheduler: Scheduler;
  readonly #restarted: Restarted;
  #journal: JournalStep[] = [];
  readonly #source: Random;
  #draws: number[] = [];
  /** Hands out random numbers and notes them. */
  readonly random: Random = {
    below: (bound) => {
      const drawn = this.#source.below(bound);
      this.#draws.push(drawn);
      return drawn;
    },
  };

  constructor(build: BuildScheduler, seed: number) {
    this.#scheduler = build();
    this.#restarted = new Restarted(build, seed);
    this.#source = seededRandom(seed);
  }

  /** Notes what `live` was told and has decided. */
  note(live: Scheduler, step: Omit<JournalStep, "draws">): void {
    const noted = { ...step, draws: this.#draws };
    this.#draws = [];
    this.#journal.push(noted);
    this.#restarted.follow(noted, live);
  }

  /**
   * Replays what was noted and compares. Then a fork of `live` has to be equal to it (rule S6). Returns
   * the scheduler that goes on: in turn the same, its fork, and the twin, as after a restart of the
   * engine. Instead of the other two `live` is replayed from then on, so that a fork and its original
   * do the same one after the other.
   */
  compare(live: Scheduler, turn: number): Scheduler {
    for (const { nowMs, events, draws, answer } of this.#journal) {
      const now = milliseconds(nowMs);
      for (const event of events) {
        const { ok } = this.#scheduler.apply(event, now);
        expectRule(ok, "S5", `${event.kind} is refused when it is replayed`);
      }
      const actions = this.#scheduler.decide(now, scriptedRandom(...draws));
      const replayed = JSON.stringify(actions);
      expectRule(
        replayed === answer,
        "S5",
        () => `at ${nowMs} ms\n  ${replayed}\nand before\n  ${answer}`,
      );
    }
    this.#journal = [];
    const hash = live.hash();
    expectRule(this.#scheduler.hash() === hash, "S5", "the state is another after a replay");
    const fork = live.fork();
    expectRule(fork.hash() === hash, "S6", "the state is another after a fork");
    if (turn % 3 === 0) return live;
    const next = turn % 3 === 1 ? fork : this.#scheduler;
    this.#scheduler = live;
    return next;
  }
}
