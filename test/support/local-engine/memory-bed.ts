import assert from "node:assert/strict";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Step } from "../../../src/engine/engine.ts";
import { LocalEngine } from "../../../src/engine/local/local-engine.ts";
import { markOf } from "../../../src/engine/local/process-ids.ts";
import type { Action } from "../../../src/model/action.ts";
import { jobId, nodeId, type ServiceId, serviceId } from "../../../src/model/ids.ts";
import type { Catalog } from "../../../src/model/launch.ts";
import type { Note } from "../../../src/model/note.ts";
import { mib, milliCpu } from "../../../src/model/units.ts";
import { wordsOf } from "../engine-contract/witness.ts";
import { setService, simulatedJob } from "../hand-driven-engine.ts";
import { MemoryMachine } from "./memory-machine.ts";

/** Turns that may follow each other without anything coming from outside. */
const TURNS_MAX = 12;

/** Jobs and services by name, and the uid of each. */
export type Names = Map<string, string>;

/** Elastic jobs that take checkpoints, and the service `s`. */
export function catalogOf(jobs: Names, services: Names): Catalog {
  return {
    job: (id) => {
      const uid = jobs.get(id);
      if (uid === undefined) return undefined;
      const { job } = simulatedJob(id, 1000, { min: 2, max: 9, checkpoint: [1000, 1000, 0] });
      const roles = [{ role: "worker", command: ["work"], args: [], environment: [] }];
      const launch = { roles, checkpointPath: id };
      return { uid, job: { ...job, id: jobId(id) }, launch };
    },
    service: (id: ServiceId) => {
      const uid = services.get(id);
      const { event } = setService();
      if (uid === undefined || event.kind !== "service-set") return undefined;
      return { uid, service: event.service, launch: SERVICE_LAUNCH };
    },
    services: () => [...services.keys()].map(serviceId),
  };
}

const SERVICE_LAUNCH = {
  command: ["serve"],
  args: [],
  environment: [],
  task: "completion",
  model: { name: "m" },
  port: { env: "PORT" },
  readiness: { path: "/healthz", intervalMs: 1000, timeoutMs: 1000, failures: 3 },
  stop: { signal: "SIGTERM", graceMs: 5000 },
};

/** An engine on a machine in memory, which has not begun. */
export function openOnMachine(
  machine: MemoryMachine,
  folder: string,
  catalog: Catalog,
): LocalEngine {
  return new LocalEngine({
    folder,
    node: { id: nodeId("a"), cpu: milliCpu(machine.cpu), memory: mib(8000), devices: [] },
    catalog,
    clock: machine.clock,
    keeper: machine.openKeeper(),
    isolation: machine.openIsolation(),
    loopback: machine.loopback,
    door: machine.openDoor(),
    system: {},
    environment: {},
    readSecret: () => undefined,
  });
}

/** Lets all go on that waits for nothing from outside. */
export async function settleAll(): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) await setImmediate();
}

/** A local engine in memory that a test drives by hand. The jobs are `a` and `b`, the service is `s`. */
export class MemoryBed {
  readonly machine = new MemoryMachine();
  readonly jobs: Names = new Map([
    ["a", "uid-a"],
    ["b", "uid-b"],
  ]);
  readonly services: Names = new Map([["s", "uid-s"]]);
  readonly folder: string;
  engine!: LocalEngine;
  /** All that was told to people. */
  readonly notes: Note[] = [];
  readonly #journal: { readonly step: Step; readonly actions: readonly Action[] }[] = [];
  #step: Step | undefined;
  #listening: LocalEngine | undefined;

  /** @param folder the engine's; made if missing. */
  constructor(folder: string) {
    this.folder = folder;
  }

  async begin(): Promise<this> {
    this.engine = openOnMachine(this.machine, this.folder, catalogOf(this.jobs, this.services));
    for (const { step, actions } of this.#journal) this.engine.recall(step, actions);
    this.#step = undefined;
    await this.engine.begin();
    await settleAll();
    return this;
  }

  /** The engine's process is killed; another takes up its work. */
  async restart(): Promise<void> {
    this.engine.close();
    await this.begin();
  }

  /** Id of a member's or a replica's process, such as `a 1 0` or `s 0`. */
  idOf(words: string): string {
    const [name = "", ...numbers] = words.split(" ");
    const kind = numbers.length === 2 ? "job" : "replica";
    const uid = (kind === "job" ? this.jobs : this.services).get(name)!;
    return [kind, name, markOf(uid), ...numbers].join(".");
  }

  /** Environment that a process was started with. */
  environmentOf(words: string): Readonly<Record<string, string>> {
    return this.machine.workloads.get(this.idOf(words))!.request.env;
  }

  /** Orders this, in a turn of its own. What was told is taken first, and given. */
  async order(...actions: readonly Action[]): Promise<readonly string[]> {
    const told = await this.take();
    this.#journal.push({ step: { nowMs: this.machine.nowMs, events: [] }, actions });
    this.engine.carryOut(this.machine.nowMs, actions);
    await settleAll();
    return told;
  }

  /**
   * Orders this in the turn of a step that was told before, and gives what that step told. What has
   * happened since then is not taken yet.
   */
  async orderIn(...actions: readonly Action[]): Promise<readonly string[]> {
    const step = this.#step;
    assert.ok(step, "there is no step");
    this.#step = undefined;
    this.#journal.push({ step, actions });
    this.engine.carryOut(step.nowMs, actions);
    await settleAll();
    return step.events.flatMap((event) => wordsOf(event) ?? []);
  }

  /** All that was told since it was asked last, as in `started a 1`. */
  async take(): Promise<readonly string[]> {
    const told: string[] = [];
    for (;;) {
      if (this.#step === undefined && this.#listening !== this.engine) void this.#hear(this.engine);
      await settleAll();
      const step = this.#step;
      if (step === undefined) return told;
      this.#step = undefined;
      this.notes.push(...(step.notes ?? []));
      this.#journal.push({ step, actions: [] });
      this.engine.carryOut(step.nowMs, []);
      told.push(...step.events.flatMap((event) => wordsOf(event) ?? []));
    }
  }

  /** Lets so many milliseconds pass. */
  async pass(ms: number): Promise<void> {
    const parts = Math.min(20, Math.ceil(ms / 100));
    for (let part = 0; part < parts; part += 1) {
      this.machine.pass(ms / parts);
      await settleAll();
    }
  }

  /** A process ends with this exit code. */
  async end(words: string, code: number): Promise<void> {
    assert.ok(this.machine.running.includes(this.idOf(words)), `${words} does not run`);
    this.machine.end(this.idOf(words), code);
    await settleAll();
  }

  /** Processes that run, in words. */
  get running(): readonly string[] {
    return this.machine.running.map((id) =>
      id.replace(/^\w+\.(\w+)\.\w+\./, "$1 ").replace(".", " "),
    );
  }

  /** The door tells what it sees: so many requests in each replica. */
  async observe(inside: Readonly<Record<string, number>> = {}): Promise<void> {
    this.engine.onDoor(this.machine.observe(new Map(Object.entries(inside))));
    await settleAll();
  }

  resolve(...names: readonly string[]): string {
    return path.join(this.folder, ...names);
  }

  async #hear(engine: LocalEngine): Promise<void> {
    this.#listening = engine;
    const step = await engine.next(undefined);
    if (engine !== this.engine) return;
    this.#step = step;
    this.#listening = undefined;
  }
}
