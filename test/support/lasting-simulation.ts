import { isDeepStrictEqual } from "node:util";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/control/clock.ts";
import type { LastingEngine, Step } from "../../src/engine/engine.ts";
import { SimulatedEngine } from "../../src/engine/simulated/simulated-engine.ts";
import type { Workload } from "../../src/engine/simulated/workload.ts";
import type { Action } from "../../src/model/action.ts";
import type { Event } from "../../src/model/event.ts";

/** Turns that may follow each other without anything coming from outside. */
const TURNS_MAX = 12;

/** What users tell; a workload plans it so that the simulation knows the service. */
const USERS: ReadonlySet<Event["kind"]> = new Set(["service-set", "service-removed"]);

/** So little that no time in a test is another by it. */
const READ_MS = 1e-6;

interface Timer {
  readonly atMs: number;
  readonly call: () => void;
}

/**
 * A simulated machine and its clock. They live on when the control plane dies, as do what was ordered
 * and what happened; engines made one after the other are its only ways in.
 */
export class LastingSimulation {
  readonly simulated: SimulatedEngine;
  nowMs = 0;
  /** All that happened, in order. */
  readonly log: Event[] = [];
  /** Actions that were carried out. */
  carried = 0;
  /** Called after actions were carried out. */
  watch: () => void = () => {};
  #timers = new Set<Timer>();
  #reads = 0;
  #engine: SimulationDoor | undefined;

  constructor(workload: Workload) {
    this.simulated = new SimulatedEngine(workload);
  }

  /** A read takes time, too: no two of them need tell the same. */
  readonly clock: Clock = {
    nowMs: () => this.nowMs + (this.#reads += READ_MS),
    after: (ms, call) => {
      if (!(ms >= 0 && ms < 2 ** 31)) throw new RangeError(`no timer takes ${ms} ms`);
      const timer = { atMs: this.nowMs + ms, call };
      this.#timers.add(timer);
      return () => this.#timers.delete(timer);
    },
  };

  /** An engine for a control plane that begins; the one before tells nothing more. */
  open(): LastingEngine {
    this.#engine = new SimulationDoor(this);
    this.#timers.clear();
    return this.#engine;
  }

  /** The control plane has died: nobody hears what happens. */
  close(): void {
    this.#engine = undefined;
    this.#timers.clear();
  }

  /** Lets time go on, each thing that happens followed by all turns that come of it. */
  async advance(untilMs: number, mustPause: () => boolean = () => false): Promise<void> {
    await this.settle();
    while (!mustPause()) {
      const first = [...this.#timers].toSorted((left, right) => left.atMs - right.atMs)[0];
      const step = this.simulated.next(Math.min(untilMs, first?.atMs ?? untilMs))!;
      this.nowMs = step.nowMs;
      this.log.push(...step.events.filter(({ kind }) => !USERS.has(kind)));
      for (const timer of this.#timers) {
        if (timer.atMs > this.nowMs) continue;
        this.#timers.delete(timer);
        timer.call();
      }
      this.#engine?.tell();
      await this.settle();
      if (this.nowMs >= untilMs && step.events.length === 0) return;
    }
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) await setImmediate();
  }
}

/** An engine over a simulation, which counts what was told and what was ordered. */
class SimulationDoor implements LastingEngine {
  readonly #simulation: LastingSimulation;
  #told = 0;
  #ordered = 0;
  /** Recalled, and not carried out before. */
  #missed: Action[] = [];
  #hasBegun = false;
  #listener: ((step: Step) => void) | undefined;

  constructor(simulation: LastingSimulation) {
    this.#simulation = simulation;
  }

  next(): Promise<Step> {
    const { promise, resolve } = Promise.withResolvers<Step>();
    this.#listener = resolve;
    this.tell();
    return promise;
  }

  carryOut(_nowMs: number, actions: readonly Action[]): void {
    const simulation = this.#simulation;
    simulation.simulated.carryOut(simulation.nowMs, actions);
    simulation.carried += actions.length;
    this.#ordered += actions.length;
    simulation.watch();
  }

  save(): unknown {
    return { told: this.#told, ordered: this.#ordered };
  }

  restore(saved: unknown): void {
    const { told, ordered } = saved as { readonly told: number; readonly ordered: number };
    this.#told = told;
    this.#ordered = ordered;
  }

  recall({ events }: Step, actions: readonly Action[]): void {
    // What the scheduler refused stands between those that it took.
    for (const event of events) {
      const { log } = this.#simulation;
      while (!isDeepStrictEqual(log[this.#told], event)) {
        if (this.#told >= log.length) throw new Error(`${event.kind} was never told`);
        this.#told += 1;
      }
      this.#told += 1;
    }
    for (const action of actions) {
      if (this.#ordered >= this.#simulation.carried) this.#missed.push(action);
      this.#ordered += 1;
    }
  }

  begin(): Promise<void> {
    const simulation = this.#simulation;
    simulation.simulated.carryOut(simulation.nowMs, this.#missed);
    simulation.carried += this.#missed.length;
    this.#hasBegun = true;
    return Promise.resolve();
  }

  tell(): void {
    const { log, nowMs } = this.#simulation;
    const listener = this.#listener;
    if (!this.#hasBegun || listener === undefined || this.#told === log.length) return;
    this.#listener = undefined;
    const events = log.slice(this.#told);
    this.#told = log.length;
    listener({ nowMs, events });
  }
}
