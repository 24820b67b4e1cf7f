import assert from "node:assert/strict";
import type { EngineClock } from "../../../src/engine/local/engine-clock.ts";
import type { DoorObservation, DoorTable } from "../../../src/engine/local/door/protocol.ts";
import type {
  KeeperErrorCode,
  KeeperRecord,
  SpawnRequest,
} from "../../../src/engine/local/keeper/protocol.ts";
import {
  type Isolation,
  type IsolationReport,
  type OfflineLimit,
  type Share,
  UNLIMITED,
} from "../../../src/engine/local/kernel/isolation.ts";
import type { Answer, Loopback } from "../../../src/engine/local/loopback.ts";
import type { KeeperLink } from "../../../src/engine/local/processes.ts";
import { fail, succeed } from "../../../src/model/result.ts";

/** A process that is only talked of. */
interface Workload {
  readonly request: SpawnRequest;
  readonly pid: number;
  isRunning: boolean;
  /** It was asked to end. */
  isAsked: boolean;
}

interface Timer {
  readonly atMs: number;
  readonly call: () => void;
}

/** A record without what every record has. */
type News = KeeperRecord extends infer Record
  ? Record extends KeeperRecord
    ? Omit<Record, "sequence" | "atMs">
    : never
  : never;

/**
 * A machine in memory: a clock that a test moves, processes that begin and end when it says so, cgroups
 * that freeze, a door. It outlives the engines that are opened on it one after the other.
 */
export class MemoryMachine {
  nowMs = 1_000_000;
  /** Milli-CPU of all its cores. */
  cpu = 8000;
  /** By id, until they are forgotten. */
  readonly workloads = new Map<string, Workload>();
  /** Every id that was started at some time. */
  readonly spawned = new Set<string>();
  readonly frozen = new Set<string>();
  /** Of those that have cgroups. */
  readonly shares = new Map<string, Share>();
  /** Whether starts wait until `letStart`. */
  isSlow = false;
  /** Called before a process begins or goes on. */
  watch: (id: string) => void = () => {};
  /** Whether nobody answers at any port. */
  isMute = false;
  /** Ports at which nobody answers. */
  readonly mute = new Set<number>();
  /** What comes of asking where nobody answers. */
  silence: Answer = { kind: "nobody-listens" };
  readonly #timers = new Set<Timer>();
  readonly #records: KeeperRecord[] = [];
  readonly #watches = new Set<() => void>();
  #held: (() => void)[] = [];
  #sequence = 0;
  #tables = 0;
  table: DoorTable = { services: [] };

  readonly clock: EngineClock = {
    nowMs: () => this.nowMs,
    after: (ms, call) => {
      const timer = { atMs: this.nowMs + ms, call };
      this.#timers.add(timer);
      return () => this.#timers.delete(timer);
    },
  };

  readonly loopback: Loopback = {
    isFree: () => Promise.resolve(true),
    asksReady: (port) => {
      const isSilent = this.isMute || this.mute.has(port);
      return Promise.resolve(isSilent ? this.silence : { kind: "answered", status: 200 });
    },
  };

  /** Calls that are to come. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Ids of those that run, or stand still. */
  get running(): readonly string[] {
    return [...this.workloads].filter(([, { isRunning }]) => isRunning).map(([id]) => id);
  }

  /** Lets so many milliseconds pass, with all calls that are due. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs);
      const [first] = due.toSorted((left, right) => left.atMs - right.atMs);
      if (first === undefined) break;
      this.nowMs = Math.max(this.nowMs, first.atMs);
      this.#timers.delete(first);
      first.call();
    }
    this.nowMs = untilMs;
  }

  /** Those that were to start do. */
  letStart(): void {
    const held = this.#held;
    this.#held = [];
    for (const start of held) start();
  }

  /** A process ends, unless it stands still. */
  end(id: string, code: number): void {
    if (!this.frozen.has(id)) this.#end(id, { code, signal: null, oomKilled: false });
  }

  /** It is killed from outside, even where it stands still. */
  kill(id: string): void {
    this.#end(id, { code: null, signal: "SIGKILL", oomKilled: false });
  }

  /** All processes are gone, and nobody saw how they ended. */
  reboot(): void {
    for (const id of this.running) {
      this.workloads.get(id)!.isRunning = false;
      this.#record({ kind: "lost", id });
    }
    this.frozen.clear();
    this.shares.clear();
  }

  /** All cgroups of processes that have ended are empty. */
  openIsolation(): Isolation {
    return new MemoryIsolation(this);
  }

  openDoor() {
    return {
      setTable: (table: DoorTable) => {
        this.table = table;
        this.#tables += 1;
        return this.#tables;
      },
    };
  }

  /** What the door sees, with so many requests in each replica. */
  observe(inside: ReadonlyMap<string, number>): DoorObservation {
    const services = this.table.services.map(({ name, replicas }) => {
      const seen = replicas.map(({ id }) => ({ id, inside: inside.get(id) ?? 0 }));
      return { name, arrived: 0, begun: 0, ended: 0, refused: 0, replicas: seen };
    });
    return { incarnation: "door", revision: this.#tables, services };
  }

  openKeeper(): KeeperLink {
    const refuse = (code: KeeperErrorCode, id: string) => fail({ code, message: `${code} ${id}` });
    const closing = new AbortController();
    return {
      spawn: async (request) => {
        if (this.isSlow) await new Promise<void>((resolve) => this.#held.push(resolve));
        const { id } = request;
        if (this.workloads.has(id)) return refuse("id-in-use", id);
        assert.ok(!this.spawned.has(id), `${id} is started a second time`);
        this.watch(id);
        this.#sequence += 1;
        const pid = this.#sequence;
        this.spawned.add(id);
        this.workloads.set(id, { request, pid, isRunning: true, isAsked: false });
        this.#record({ kind: "spawned", id, pid, startTime: "" });
        return succeed({ pid, startTime: "", sequence: this.#sequence });
      },
      signal: (id) => {
        const workload = this.workloads.get(id);
        if (workload?.isRunning !== true) return Promise.resolve(refuse("not-running", id));
        workload.isAsked = true;
        return Promise.resolve(succeed({}));
      },
      kill: (id) => {
        this.kill(id);
        return Promise.resolve(succeed({}));
      },
      forget: (id) => {
        if (!this.workloads.has(id)) return Promise.resolve(refuse("unknown-id", id));
        assert.ok(!this.workloads.get(id)!.isRunning, `${id} is forgotten and runs`);
        this.workloads.delete(id);
        this.#record({ kind: "forgotten", id });
        return Promise.resolve(succeed({}));
      },
      list: () => {
        const workloads = [...this.workloads].map(([id, { isRunning, pid }]) => ({
          id,
          pid,
          startTime: "",
          phase: isRunning ? ("running" as const) : ("ended" as const),
          isAdopted: false,
        }));
        return Promise.resolve(succeed({ workloads, sequence: this.#sequence }));
      },
      since: (sequence) => {
        const records = this.#records.filter(
          (record) => record.sequence > sequence && this.workloads.has(record.id),
        );
        return Promise.resolve(succeed({ records }));
      },
      records: (sequence) => this.#follow(sequence, closing.signal),
      close: () => {
        closing.abort();
        for (const watch of this.#watches) watch();
      },
    };
  }

  async *#follow(sequence: number, stop: AbortSignal) {
    let seen = sequence;
    while (!stop.aborted) {
      const next = this.#records.find((record) => record.sequence > seen);
      if (next === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#watches.add(resolve);
        await promise;
        this.#watches.delete(resolve);
        continue;
      }
      seen = next.sequence;
      yield next;
    }
  }

  #end(
    id: string,
    status: Pick<KeeperRecord & { kind: "exited" }, "code" | "signal" | "oomKilled">,
  ) {
    const workload = this.workloads.get(id);
    if (workload?.isRunning !== true) return;
    workload.isRunning = false;
    this.frozen.delete(id);
    this.#record({ kind: "exited", id, pid: workload.pid, startTime: "", ...status });
  }

  #record(news: News): void {
    this.#sequence += 1;
    this.#records.push({ ...news, sequence: this.#sequence, atMs: this.nowMs });
    for (const watch of this.#watches) watch();
  }
}

/** As that of cgroups: what is frozen it knows by itself, and thaws what it does not know of. */
class MemoryIsolation implements Isolation {
  readonly #machine: MemoryMachine;
  readonly #frozen = new Set<string>();

  constructor(machine: MemoryMachine) {
    this.#machine = machine;
  }

  describe(): IsolationReport {
    return { kind: "none", promises: [], folders: [] };
  }

  make(id: string, share: Share): readonly string[] {
    this.#machine.shares.set(id, share);
    return [];
  }

  afterSpawn(): void {}

  freeze(ids: readonly string[]): void {
    for (const id of ids) {
      this.#frozen.add(id);
      if (this.#machine.workloads.get(id)?.isRunning === true) this.#machine.frozen.add(id);
    }
  }

  thaw(ids: readonly string[]): void {
    for (const id of ids) this.#thaw(id);
  }

  isFrozen(id: string): boolean {
    return this.#frozen.has(id);
  }

  release(id: string): void {
    this.#frozen.delete(id);
    this.#machine.frozen.delete(id);
  }

  limitOffline(_limit: OfflineLimit = UNLIMITED): void {
    for (const id of this.#machine.frozen) {
      const isOffline = this.#machine.shares.get(id)?.class === "offline";
      if (isOffline && !this.#frozen.has(id)) this.#thaw(id);
    }
  }

  usage() {
    return { cpuMs: 0, memoryBytes: 0 };
  }

  classUsage() {
    return { cpuMs: 0, memoryBytes: 0 };
  }

  classCpuMs(): number {
    return 0;
  }

  processes(): readonly number[] {
    return [];
  }

  pressureFolder(): undefined {
    return undefined;
  }

  isEmpty(id: string): boolean {
    return this.#machine.workloads.get(id)?.isRunning !== true;
  }

  remove(id: string): boolean {
    this.#machine.shares.delete(id);
    return true;
  }

  list() {
    return [...this.#machine.shares].map(([id, share]) => ({ id, class: share.class }));
  }

  removeAll(): void {
    this.#machine.shares.clear();
  }

  #thaw(id: string): void {
    this.#frozen.delete(id);
    if (!this.#machine.frozen.delete(id)) return;
    this.#machine.watch(id);
  }
}
