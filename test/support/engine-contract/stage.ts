import assert from "node:assert/strict";
import type { Engine, Step } from "../../../src/engine/engine.ts";
import type { Action } from "../../../src/model/action.ts";
import type { RequestCounts } from "../../../src/model/event.ts";
import { Witness, wordsOf } from "./witness.ts";

/** How long a case waits for something, in beats. */
const WAIT_BEATS_MAX = 25;

/** An engine that a case drives, and what it has told so far. Time passes in `engine.next` alone. */
export class Stage {
  /** All events of gangs, replicas and faults, in words such as `departed 1`. */
  readonly told: string[] = [];
  readonly #engine: Engine;
  readonly #beatMs: number;
  readonly #witness = new Witness();

  constructor(engine: Engine, beatMs: number) {
    this.#engine = engine;
    this.#beatMs = beatMs;
  }

  /** Last count of the requests to the service. */
  get counts(): RequestCounts {
    return this.#witness.counts;
  }

  /** What was told but for checkpoints: how many there are is the engine's business. */
  get toldButSaved(): string[] {
    return this.told.filter((words) => !words.startsWith("saved "));
  }

  /** Waits for the nodes to come, and gives everything else a beat to. */
  async begin(): Promise<void> {
    await this.#step(undefined);
    await this.pass(1);
  }

  /** Carries these actions out now. */
  order(...actions: readonly Action[]): void {
    this.#engine.carryOut(this.#witness.nowMs, actions);
    for (const action of actions) this.#witness.order(action);
  }

  /** Lets so many beats pass. */
  async pass(beats: number): Promise<void> {
    const untilMs = this.#witness.nowMs + beats * this.#beatMs;
    for (;;) {
      const { nowMs, events } = await this.#step(untilMs);
      if (nowMs >= untilMs && events.length === 0) return;
    }
  }

  /** Waits until all of these were told, in whatever order; once each, unless named more often. */
  async until(...words: readonly string[]): Promise<void> {
    const left = () => {
      const told = [...this.told];
      return words.filter((word) => {
        const place = told.indexOf(word);
        if (place !== -1) told.splice(place, 1);
        return place === -1;
      });
    };
    await this.#wait(
      () => left().length === 0,
      () => left().join(", "),
    );
  }

  /** Waits until so many requests have begun, or ended. */
  async untilCount(which: "begun" | "ended", count: number): Promise<void> {
    await this.#wait(
      () => this.counts[which] >= count,
      () => `${count} requests ${which}`,
    );
  }

  /** Lets all that is under way come to its end: each departure has to be over. */
  async end(): Promise<void> {
    await this.pass(2);
    assert.deepEqual(this.#witness.leaving, [], "departures that were never reported");
  }

  async #wait(isThere: () => boolean, what: () => string): Promise<void> {
    const untilMs = this.#witness.nowMs + WAIT_BEATS_MAX * this.#beatMs;
    while (!isThere()) {
      const { nowMs, events } = await this.#step(untilMs);
      const isLate = nowMs >= untilMs && events.length === 0;
      assert.ok(!isLate, `waited for: ${what()}; was told: ${this.told.join(", ")}`);
    }
  }

  async #step(wakeMs: number | undefined): Promise<Step> {
    const step = await this.#engine.next(wakeMs);
    assert.ok(step !== undefined, "next says that nothing will ever happen any more");
    this.#witness.step(step, wakeMs ?? Number.POSITIVE_INFINITY);
    for (const event of step.events) {
      const words = wordsOf(event);
      if (words !== undefined) this.told.push(words);
    }
    return step;
  }
}
