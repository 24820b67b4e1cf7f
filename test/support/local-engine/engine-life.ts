import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import type { Step } from "../../../src/engine/engine.ts";
import type { LocalEngine } from "../../../src/engine/local/local-engine.ts";
import { markOf } from "../../../src/engine/local/process-ids.ts";
import type { Action } from "../../../src/model/action.ts";
import type { Event } from "../../../src/model/event.ts";
import { Foreman, type Pick } from "./foreman.ts";
import { catalogOf, openOnMachine, settleAll } from "./memory-bed.ts";
import { MemoryMachine } from "./memory-machine.ts";

/** Turns that may follow each other without anything coming from outside. */
const TURNS_MAX = 12;
/** Rounds within which all that is told to leave has left. */
const ROUNDS_MAX = 60;
const JOBS = ["a", "b"];
const UIDS = new Map([...JOBS, "s"].map((name) => [name, name]));
const catalog = catalogOf(UIDS, new Map([["s", "s"]]));

/** Where in its turn the control plane dies. */
export type Death = "before the journal" | "before the engine" | "after the engine";

interface Entry {
  readonly step: Step;
  readonly actions: readonly Action[];
}

class Died extends Error {}

/** A control plane's life with a local engine in memory: turns, deaths, and all that happens between. */
export class EngineLife {
  readonly machine = new MemoryMachine();
  readonly foreman = new Foreman(JOBS, {
    job: (name) => `job.${name}.${markOf(name)}`,
    replica: (name) => `replica.${name}.${markOf(name)}`,
  });
  /** Processes that went on too early, in words. */
  readonly #early: string[] = [];
  readonly #folder: string;
  readonly #pick: Pick;
  #engine!: LocalEngine;
  #journal: Entry[] = [];
  #snapshot: unknown;
  /** Whose next step is waited for. */
  #listening: LocalEngine | undefined;
  #step: Step | undefined;
  #nowMs = 0;
  #death: Death | undefined;

  /** @param folder of its own; made if missing. */
  constructor(folder: string, pick: Pick) {
    this.#folder = folder;
    this.#pick = pick;
    this.machine.watch = (id) => {
      this.#look();
      const blockers = this.foreman.blockersOf(id);
      if (blockers.length > 0) this.#early.push(`${id} goes on before ${blockers.join(", ")} left`);
    };
  }

  async begin(): Promise<void> {
    this.#engine = this.#open("engine");
    this.#recallAll(this.#engine);
    this.#step = undefined;
    await this.#engine.begin();
    await this.settle();
  }

  /** Takes all steps that there are; each is a turn, the first one with orders if they are wanted. */
  async work(withOrders: boolean): Promise<void> {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      await this.#listen();
      if (this.#step === undefined) return;
      await this.#takeStep(withOrders && turn === 0);
    }
  }

  /** A turn without a step of the engine: somebody wanted something. A step that is there goes first. */
  async command(): Promise<void> {
    if (this.#step !== undefined) await this.#takeStep(false);
    await this.#turn([], this.machine.nowMs, true);
  }

  /** The next turn is the last of this process, and another takes up its work. */
  async die(death: Death): Promise<void> {
    this.#death = death;
    try {
      await this.work(true);
      await this.command();
    } catch (error) {
      if (!(error instanceof Died)) throw error;
    }
    this.#death = undefined;
    this.#engine.close();
    await this.begin();
  }

  /** As the journal's snapshots are taken: when nothing that was told is under way. */
  async snapshot(): Promise<void> {
    await this.work(false);
    if (this.#step !== undefined) return;
    this.#snapshot = JSON.parse(JSON.stringify(this.#engine.save()));
    this.#journal = [];
  }

  /** What another process would know after the journal is what this one knows. */
  compare(): void {
    const other = this.#open("other");
    this.#recallAll(other);
    assert.deepEqual(knownBy(other), knownBy(this.#engine));
    other.close();
  }

  /** The device that is used now fails. */
  async failDevice(): Promise<void> {
    this.#engine.report(this.foreman.failDevice());
    await this.settle();
  }

  /** The machine begins anew, and the control plane on it. */
  async reboot(): Promise<void> {
    this.#engine.close();
    this.machine.reboot();
    await this.begin();
  }

  /** The machine begins anew with more or fewer cores. */
  async change(): Promise<void> {
    this.machine.cpu = this.machine.cpu === 8000 ? 4000 : 8000;
    await this.reboot();
  }

  /** The door tells what it sees. */
  async observe(inside: ReadonlyMap<string, number>): Promise<void> {
    this.#engine.onDoor(this.machine.observe(inside));
    await this.settle();
  }

  /** Everything is told to leave, and leaves; nothing of it stays. */
  async close(): Promise<void> {
    const { foreman, machine } = this;
    foreman.isClosing = true;
    machine.isSlow = false;
    machine.mute.clear();
    for (let round = 0; round < ROUNDS_MAX && !(round > 1 && foreman.isIdle); round += 1) {
      machine.letStart();
      await this.settle();
      await this.work(true);
      await this.command();
      await this.observe(new Map());
      await this.pass(round < 3 ? 20 : 20_000);
    }
    await this.work(false);
    await this.settle();
    assert.deepEqual(foreman.open, [], "departures that were never told");
    assert.ok(foreman.isIdle, "something has never ended");
    this.compare();
    assert.deepEqual([...machine.workloads.keys()], [], "processes that nobody forgets");
    assert.deepEqual([...machine.shares.keys()], [], "cgroups that nobody removes");
    assert.deepEqual(this.#filesIn("ports"), []);
    assert.deepEqual(this.#filesIn("gangs"), []);
    this.#engine.close();
    assert.equal(machine.timers, 0, "timers after the end");
  }

  /** Lets so many milliseconds pass, in some steps. */
  async pass(ms: number): Promise<void> {
    const parts = Math.min(10, Math.ceil(ms / 100));
    for (let part = 0; part < parts; part += 1) {
      this.machine.pass(ms / parts);
      await this.settle();
    }
  }

  async settle(): Promise<void> {
    await settleAll();
    assert.deepEqual(this.#early, []);
    this.#look();
  }

  #look(): void {
    const { machine } = this;
    const isStill = (id: string) => machine.frozen.has(id);
    this.foreman.look(machine.running, (id, mayStay) => mayStay && isStill(id));
  }

  async #takeStep(withOrders: boolean): Promise<void> {
    const { events, nowMs } = this.#step!;
    this.#step = undefined;
    await this.#turn(events, nowMs, withOrders);
  }

  async #turn(events: readonly Event[], atMs: number, withOrders: boolean): Promise<void> {
    this.#nowMs = Math.max(this.#nowMs, atMs);
    const { foreman } = this;
    if (this.#death === "before the journal") throw new Died();
    for (const event of events) foreman.apply(event);
    const actions = withOrders ? foreman.decide(this.#pick) : foreman.due;
    this.#journal.push({ step: { nowMs: this.#nowMs, events }, actions });
    if (this.#death === "before the engine") throw new Died();
    this.#engine.carryOut(this.#nowMs, actions);
    if (this.#death === "after the engine") throw new Died();
    await this.settle();
  }

  async #listen(): Promise<void> {
    if (this.#step === undefined && this.#listening !== this.#engine) void this.#hear(this.#engine);
    await this.settle();
  }

  async #hear(engine: LocalEngine): Promise<void> {
    this.#listening = engine;
    const step = await engine.next(undefined);
    if (engine !== this.#engine) return;
    this.#step = step;
    this.#listening = undefined;
  }

  #recallAll(engine: LocalEngine): void {
    if (this.#snapshot !== undefined) engine.restore(structuredClone(this.#snapshot));
    for (const { step, actions } of this.#journal) engine.recall(step, actions);
  }

  #open(name: string): LocalEngine {
    return openOnMachine(this.machine, path.join(this.#folder, name), catalog);
  }

  #filesIn(folder: string): string[] {
    return readdirSync(path.join(this.#folder, "engine", folder));
  }
}

/** All but the counts of requests: those count when they are told, and others may follow. */
function knownBy(engine: LocalEngine): unknown {
  const saved = JSON.parse(JSON.stringify(engine.save()));
  delete saved.replicas.counts;
  return saved;
}
