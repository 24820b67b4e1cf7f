import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import path from "node:path";
import { fail, succeed, type Result } from "../../../model/result.ts";
import { afterBegin, begin, endOf } from "./begin-process.ts";
import { countOomKills, isCgroupWritable } from "./cgroup.ts";
import { Journal } from "./journal.ts";
import type { Launch, Workload } from "./ledger.ts";
import { inodeOf, openOutput, rotateIfLong } from "./output-file.ts";
import { findProcess, isRunning, sendSignal } from "./process-table.ts";
import { findProgram, isFolder } from "./program.ts";
import { WORKLOADS_MAX } from "./protocol.ts";
import type {
  Commands,
  ExitStatus,
  KeeperErrorCode,
  KeeperRecord,
  KeeperRefusal,
  ListedWorkload,
  ProcessIdentity,
  SpawnRequest,
} from "./protocol.ts";
import { findLeader, killAll, killRest } from "./workload-processes.ts";

/** How often adopted processes are looked at; there is no event for the end of another's child. */
const ADOPTED_POLL_MS = 250;
/** How often output files are measured: a file may be longer by what is written in this time. */
const ROTATION_POLL_MS = 1000;
/** While a file grows so fast that it has to be cut again soon. */
const FLOOD_POLL_MS = 100;
/** After this time a journal that could not be written is tried again. */
const JOURNAL_RETRY_MS = 1000;

type Outcome<Value> = Result<Value, KeeperRefusal>;

/** What only the keeper knows that started or adopted a workload. */
interface Held {
  /** Ended as the parent's child, or another's that has to be polled. */
  readonly isAdopted: boolean;
  /** Kills for want of memory in its cgroups before it began. */
  readonly oomKills: number;
}

/**
 * Parent of all workload processes. It starts them in sessions of their own, tells their ends, and
 * takes over what an earlier keeper left. All of its memory is the journal.
 */
export class ProcessKeeper {
  readonly #journal: Journal;
  readonly #self: ProcessIdentity;
  readonly #onRecords: () => void;
  readonly #held = new Map<string, Held>();
  /** Starts under way, by id. */
  readonly #beginning = new Map<string, Promise<unknown>>();
  #adoptedTimer: NodeJS.Timeout | undefined;
  /** Output files that could not be rotated the last time: each is told once. */
  #unrotated: ReadonlySet<string> = new Set();
  #isWatchingOutputs = false;
  #isRetrying = false;
  #launches = 0;
  #isClosing = false;

  /**
   * Reads the journal of the folder, adopts what still runs and records as lost what does not.
   * @param self this very process.
   * @param onRecords called when there are new records on the disk.
   * @throws Error if the journal is damaged or cannot be opened.
   */
  constructor(folder: string, self: ProcessIdentity, onRecords: () => void) {
    this.#self = self;
    this.#onRecords = onRecords;
    this.#journal = new Journal(path.join(folder, "keeper.log"));
    for (const workload of this.#journal.ledger.workloads.values()) {
      if (workload.phase !== "ended") this.#takeOver(workload);
    }
  }

  /** Shows new records once they are on the disk; tries again later if they cannot be written. */
  async publish(): Promise<void> {
    if (this.#journal.ledger.sequence > this.sequence) await this.#confirm({});
  }

  /** Sequence of the newest record that clients may see. */
  get sequence(): number {
    return this.#journal.syncedSequence;
  }

  /** The records that clients may see, after a sequence. */
  since(sequence: number): Outcome<Commands["since"]["gives"]> {
    if (sequence > this.#journal.ledger.sequence) {
      const message = `the newest record is ${this.sequence}, not ${sequence}`;
      return fail({ code: "sequence-ahead", message });
    }
    return succeed({ records: this.#journal.ledger.since(sequence, this.sequence) });
  }

  /** All workloads that are not forgotten, by their starts; also what is not on the disk yet. */
  list(): Commands["list"]["gives"] {
    const workloads = Array.from(
      this.#journal.ledger.workloads,
      ([id, { phase, identity }]): ListedWorkload => {
        return { id, phase, isAdopted: this.#held.get(id)?.isAdopted ?? false, ...identity };
      },
    );
    return { workloads, sequence: this.sequence };
  }

  /**
   * Starts a process. Nothing has begun if this is refused, except with "journal-not-writable".
   * The program is executed inside of its cgroups: nothing that it does is outside of them.
   */
  async spawn(request: SpawnRequest): Promise<Outcome<Commands["spawn"]["gives"]>> {
    const program = this.#check(request);
    if (!program.ok) return program;
    const outputs = openOutputs(request);
    if (!outputs.ok) return outputs;
    const beginning = this.#begin(request, program.value, outputs.value);
    this.#beginning.set(request.id, beginning);
    try {
      return await beginning;
    } finally {
      this.#beginning.delete(request.id);
      for (const descriptor of new Set(outputs.value)) closeSync(descriptor);
    }
  }

  async #begin(
    request: SpawnRequest,
    program: string,
    outputs: readonly [number, number],
  ): Promise<Outcome<Commands["spawn"]["gives"]>> {
    const { id } = request;
    const launch = this.#toLaunch(request, outputs);
    if (!this.#journal.append({ kind: "spawning", launch })) {
      this.#journal.append({ kind: "not-spawned", id });
      return refuse("journal-not-writable", "nothing was started");
    }
    this.#held.set(id, { isAdopted: false, oomKills: sum(launch.cgroups.map(countOomKills)) });
    try {
      const child = begin({ request, program, marker: launch.marker, outputs });
      const { pid } = child;
      if (pid === undefined) throw await failureOf(child);
      // It is there at least as a zombie until the exit event, which comes later.
      const identity = { pid, startTime: findProcess(pid)?.startTime ?? "" };
      const ended = endOf(child);
      await afterBegin(child);
      return await this.#recordStart(launch, identity, ended);
    } catch (error) {
      this.#held.delete(id);
      this.#journal.append({ kind: "not-spawned", id });
      return refuse("spawn-failed", (error as Error).message);
    }
  }

  /** Sends a signal to the whole group of a running workload, once its start is over. */
  async signal(id: string, signal: NodeJS.Signals | undefined): Promise<Outcome<object>> {
    await this.#beginning.get(id);
    const workload = this.#journal.ledger.workloads.get(id);
    if (workload === undefined) return unknownId(id);
    const { identity, launch } = workload;
    if (workload.phase !== "running" || identity === undefined || !isRunning(identity)) {
      return refuse("not-running", `${id} has ended`);
    }
    sendSignal(-identity.pid, signal ?? launch.stopSignal);
    return succeed({});
  }

  /** SIGKILL for all that belongs to a workload, also for what an ended one left behind. */
  kill(id: string): Outcome<object> {
    const workload = this.#journal.ledger.workloads.get(id);
    if (workload === undefined) return unknownId(id);
    killAll(workload);
    return succeed({});
  }

  /** Drops the records of an ended workload; its id may be used again. */
  async forget(id: string): Promise<Outcome<object>> {
    const workload = this.#journal.ledger.workloads.get(id);
    if (workload === undefined) return unknownId(id);
    if (workload.phase !== "ended") return refuse("still-running", `${id} has not ended`);
    this.#held.delete(id);
    this.#journal.append({ kind: "forgotten", id, ...this.#stamp() });
    return this.#confirm({});
  }

  /** Starts nothing any more; kills all that runs, if told so. Ends are still recorded. */
  close(kill: boolean): void {
    this.#isClosing = true;
    for (const workload of this.#journal.ledger.workloads.values()) {
      if (kill && workload.phase !== "ended") killAll(workload);
    }
  }

  /** Whether a workload runs, or its end is not on the disk. */
  get isBusy(): boolean {
    const { workloads, sequence } = this.#journal.ledger;
    return sequence > this.sequence || Array.from(workloads.values()).some(hasNotEnded);
  }

  #check(request: SpawnRequest): Outcome<string> {
    const { workloads } = this.#journal.ledger;
    const { id, cwd, cgroups = [] } = request;
    if (this.#isClosing) return refuse("shutting-down", `${id} was not started`);
    if (workloads.has(id)) return refuse("id-in-use", `there is a workload ${id} already`);
    if (workloads.size >= WORKLOADS_MAX) {
      return refuse("too-many-workloads", `${workloads.size} workloads are remembered`);
    }
    if (!isFolder(cwd)) return refuse("folder-not-found", `there is no folder ${cwd}`);
    const closed = cgroups.find((cgroup) => !isCgroupWritable(cgroup));
    if (closed !== undefined) return refuse("cgroup-not-writable", `no entry to ${closed}`);
    return findProgram(request);
  }

  /** The marker is the only one of this machine: it names this very process, and a number of its. */
  #toLaunch(request: SpawnRequest, [out, error]: readonly [number, number]): Launch {
    const { id, stdout, stderr, rotateBytes, rotateCount } = request;
    const { stopSignal = "SIGTERM", cgroups = [] } = request;
    this.#launches += 1;
    const marker = `${this.#self.startTime}-${this.#self.pid}-${this.#launches}`;
    const inodes = [inodeOf(out), inodeOf(error)] as const;
    return { id, stdout, stderr, rotateBytes, rotateCount, stopSignal, cgroups, marker, inodes };
  }

  async #recordStart(
    { id }: Launch,
    identity: ProcessIdentity,
    ended: ReturnType<typeof endOf>,
  ): Promise<Outcome<Commands["spawn"]["gives"]>> {
    const stamp = this.#stamp();
    this.#journal.append({ kind: "spawned", id, ...identity, ...stamp });
    void ended.then((end) => this.#recordExit(id, end));
    this.#watchOutputs();
    return this.#confirm({ ...identity, sequence: stamp.sequence });
  }

  /** What the process left behind is killed with it, so that its room is free. */
  #recordExit(id: string, end: Pick<ExitStatus, "code" | "signal">): void {
    const workload = this.#journal.ledger.workloads.get(id);
    if (workload?.identity === undefined) return;
    const oomKills = sum(workload.launch.cgroups.map(countOomKills));
    const oomKilled = end.signal === "SIGKILL" && oomKills > (this.#held.get(id)?.oomKills ?? 0);
    const status: ExitStatus = { ...end, oomKilled };
    this.#journal.append({ kind: "exited", id, ...workload.identity, ...status, ...this.#stamp() });
    killRest(workload);
    void this.publish();
  }

  #recordLoss(workload: Workload): void {
    const { id } = workload.launch;
    this.#journal.append({ kind: "lost", id, ...workload.identity, ...this.#stamp() });
    this.#held.delete(id);
    killRest(workload);
  }

  #takeOver(workload: Workload): void {
    const { id, marker } = workload.launch;
    const identity = workload.identity ?? findLeader(marker);
    if (identity === undefined || !isRunning(identity)) {
      this.#recordLoss(workload);
      return;
    }
    if (workload.phase === "spawning") {
      this.#journal.append({ kind: "spawned", id, ...identity, ...this.#stamp() });
    }
    this.#held.set(id, { isAdopted: true, oomKills: 0 });
    this.#adoptedTimer ??= setInterval(() => this.#pollAdopted(), ADOPTED_POLL_MS);
    this.#watchOutputs();
  }

  #pollAdopted(): void {
    let adopted = 0;
    for (const [id, { isAdopted }] of this.#held) {
      const workload = isAdopted ? this.#journal.ledger.workloads.get(id) : undefined;
      if (workload?.identity === undefined) continue;
      if (isRunning(workload.identity)) adopted += 1;
      else this.#recordLoss(workload);
    }
    void this.publish();
    if (adopted > 0) return;
    clearInterval(this.#adoptedTimer);
    this.#adoptedTimer = undefined;
  }

  /** One look at a time; the next comes if a workload runs. */
  #watchOutputs(afterMs = ROTATION_POLL_MS): void {
    if (this.#isWatchingOutputs) return;
    this.#isWatchingOutputs = true;
    setTimeout(() => void this.#rotateOutputs(), afterMs);
  }

  async #rotateOutputs(): Promise<void> {
    const running = Array.from(this.#journal.ledger.workloads.values()).filter(hasNotEnded);
    const failed = new Set<string>();
    let isFlooded = false;
    for (const { launch } of running) {
      for (const [file, inode] of outputsOf(launch)) {
        try {
          if (await rotateIfLong(file, { ...launch, inode })) isFlooded = true;
        } catch (error) {
          // A file that was removed or cannot be copied now must not keep others from being rotated.
          if (!this.#unrotated.has(file)) {
            process.stderr.write(`${file} cannot be rotated: ${String(error)}\n`);
          }
          failed.add(file);
        }
      }
    }
    this.#unrotated = failed;
    this.#isWatchingOutputs = false;
    if (running.length > 0) this.#watchOutputs(isFlooded ? FLOOD_POLL_MS : ROTATION_POLL_MS);
  }

  #stamp(): Pick<KeeperRecord, "sequence" | "atMs"> {
    return { sequence: this.#journal.ledger.sequence + 1, atMs: Date.now() };
  }

  /** Answers when what was appended is on the disk. */
  async #confirm<Value>(value: Value): Promise<Outcome<Value>> {
    try {
      await this.#journal.sync();
    } catch (error) {
      this.#retryLater();
      return refuse("journal-not-writable", (error as Error).message);
    }
    this.#onRecords();
    return succeed(value);
  }

  #retryLater(): void {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    setTimeout(() => {
      this.#isRetrying = false;
      void this.publish();
    }, JOURNAL_RETRY_MS);
  }
}

function failureOf(child: ChildProcess): Promise<Error> {
  return new Promise((resolve) => {
    child.once("error", resolve);
  });
}

function openOutputs({ stdout, stderr }: SpawnRequest): Outcome<readonly [number, number]> {
  let first: number | undefined;
  try {
    first = openOutput(stdout);
    return succeed([first, stderr === stdout ? first : openOutput(stderr)]);
  } catch (error) {
    if (first !== undefined) closeSync(first);
    return refuse("output-not-writable", (error as Error).message);
  }
}

/** Output files and which they are, each once. */
function outputsOf({ stdout, stderr, inodes }: Launch): ReadonlyMap<string, string> {
  if (inodes === undefined) return new Map();
  return new Map([
    [stdout, inodes[0]],
    [stderr, inodes[1]],
  ]);
}

function hasNotEnded({ phase }: Workload): boolean {
  return phase !== "ended";
}

function unknownId(id: string): Outcome<never> {
  return refuse("unknown-id", `there is no workload ${id}`);
}

function refuse(code: KeeperErrorCode, message: string): Outcome<never> {
  return fail({ code, message });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
