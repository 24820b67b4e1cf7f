import type { Result } from "../../model/result.ts";
import type { KeeperClient } from "./keeper/keeper-client.ts";
import { KeeperError } from "./keeper/keeper-connection.ts";
import {
  type ExitStatus,
  type KeeperRecord,
  type KeeperRefusal,
  REQUEST_BYTES_MAX,
  type SpawnRequest,
} from "./keeper/protocol.ts";
import type { Isolation, Share } from "./kernel/isolation.ts";
import type { EngineClock } from "./engine-clock.ts";

/** How a process ended: with a status, in a way that nobody saw, or before it began. */
export type ProcessEnd =
  /** `wasAsked`: after it was asked to end. */
  | ({ readonly kind: "exited"; readonly wasAsked: boolean } & ExitStatus)
  | { readonly kind: "lost" }
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** A process, as far as the engine may act on it. */
export type ProcessState =
  | { readonly kind: "running" }
  | { readonly kind: "ended"; readonly end: ProcessEnd };

/** What is started, and its share of the machine; absent: it stands outside of both classes. */
export interface ProcessSpec
  extends Omit<SpawnRequest, "cgroups" | "rotateBytes" | "rotateCount" | "stopSignal"> {
  readonly share?: Share;
}

/** The keeper, as far as an engine commands it. */
export type KeeperLink = Pick<
  KeeperClient,
  "spawn" | "signal" | "kill" | "forget" | "list" | "since" | "records" | "close"
>;

/** Whoever wants to know what becomes of processes. */
export interface ProcessWatcher {
  onRunning(id: string): void;
  /** It has ended and no process of it is left. Resolves when nothing else is. */
  afterEnd(id: string, end: ProcessEnd): Promise<void>;
  /** It has ended and nothing of it is left. */
  onEnded(id: string, end: ProcessEnd): void;
  onFailure(error: Error): void;
}

/** One output file is cut at this length, and so many old ones are kept. */
const ROTATE_BYTES = 16 * 2 ** 20;
const ROTATE_COUNT = 3;
/** Between two looks whether something of an ended process is still there, and how many are taken. */
const REST_EVERY_MS = 5;
const REST_LOOKS_MAX = 1000;
/** Time in which a group of processes surely stands still. */
const FREEZE_MS = 2000;
/** A command to a keeper that was lost is sent again so often, after so long. */
const ASKS_MAX = 20;
const ASK_AGAIN_MS = 100;
/** Of a request, beside what is started. */
const ENVELOPE_BYTES = 1000;
const LOST = new Set<KeeperError["code"]>(["connection-lost", "time-limit"]);

/** The processes of one engine: started, ended, frozen and forgotten, each by its id. */
export class Processes {
  readonly #keeper: KeeperLink;
  readonly #isolation: Isolation;
  readonly #clock: EngineClock;
  readonly #watcher: ProcessWatcher;
  readonly #states = new Map<string, ProcessState>();
  /** Ids whose forgetting is under way: a new start of the same id waits for it. */
  readonly #forgetting = new Map<string, Promise<void>>();
  /** Ids that were asked to end, and how to call off what happens when their grace is over. */
  readonly #ending = new Map<string, () => void>();
  /** Whether the request to end reached it, once that is known. */
  readonly #asking = new Map<string, Promise<boolean>>();
  readonly #killed = new Set<string>();
  /** Numbers of the processes that were found. */
  readonly #found = new Map<string, number>();
  /** Of the newest of the keeper's records that was taken in at the beginning. */
  #seenSequence = 0;
  readonly #closing = new AbortController();

  constructor(
    keeper: KeeperLink,
    isolation: Isolation,
    clock: EngineClock,
    watcher: ProcessWatcher,
  ) {
    this.#keeper = keeper;
    this.#isolation = isolation;
    this.#clock = clock;
    this.#watcher = watcher;
  }

  /** What is there, by id. */
  async begin(): Promise<ReadonlyMap<string, ProcessState>> {
    const { workloads, sequence } = expectOk(await this.#keeper.list());
    const { records } = expectOk(await this.#keeper.since(0));
    for (const { id, pid } of workloads) this.#findRunning(id, pid);
    // What began or ended since the list was made is among the records.
    for (const record of records) {
      const end = endOf(record, true);
      if (end !== undefined) this.#states.set(record.id, { kind: "ended", end });
      else if (record.kind === "spawned") this.#findRunning(record.id, record.pid);
      else this.#states.delete(record.id);
    }
    for (const { id } of this.#isolation.list())
      if (!this.#states.has(id)) this.#isolation.remove(id);
    this.#seenSequence = records.at(-1)?.sequence ?? sequence;
    return new Map(this.#states);
  }

  /** After `begin`: from now on the watcher is told what changes, and what has changed since then. */
  follow(): void {
    void this.#follow(this.#seenSequence);
  }

  /** A running process that was found has this share. */
  adopt(id: string, share: Share): void {
    this.#isolation.make(id, share);
    const pid = this.#found.get(id);
    if (pid !== undefined) this.#isolation.afterSpawn(id, pid);
  }

  /** Begins to start it. A process of this id that is there already is the one that was wanted. */
  start(spec: ProcessSpec): void {
    this.#try(() => this.#startNow(spec));
  }

  async #startNow({ share, ...launch }: ProcessSpec): Promise<void> {
    const { id } = launch;
    await this.#forgetting.get(id);
    const bytes = Buffer.byteLength(JSON.stringify(launch)) + ENVELOPE_BYTES;
    if (bytes > REQUEST_BYTES_MAX) {
      const most = `${REQUEST_BYTES_MAX - ENVELOPE_BYTES} bytes`;
      return this.refuse(id, "too-large", `its command and environment are more than ${most}`);
    }
    const cgroups = this.#makeGroups(id, share);
    if (cgroups === undefined) return;
    const answer = await this.#ask(() =>
      this.#keeper.spawn({
        ...launch,
        rotateBytes: ROTATE_BYTES,
        rotateCount: ROTATE_COUNT,
        ...(cgroups.length === 0 ? {} : { cgroups }),
      }),
    );
    if (answer.ok) {
      if (share !== undefined) this.#isolation.afterSpawn(id, answer.value.pid);
    } else if (answer.reason.code !== "id-in-use") {
      this.refuse(id, answer.reason.code, answer.reason.message);
    }
  }

  /** Nothing if the kernel does not grant the share: the process is refused then. */
  #makeGroups(id: string, share: Share | undefined): readonly string[] | undefined {
    try {
      return share === undefined ? [] : this.#isolation.make(id, share);
    } catch (error) {
      this.refuse(id, "share-refused", error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** It could not be started: it ends without having begun. */
  refuse(id: string, code: string, message: string): void {
    this.#end(id, { kind: "refused", code, message });
  }

  /** Asks it to end, and kills it if it has not within the grace. Asked again, nothing changes. */
  end(id: string, signal: NodeJS.Signals, graceMs: number): void {
    if (this.#ending.has(id)) return;
    this.#ending.set(
      id,
      this.#clock.after(graceMs, () => this.#kill(id)),
    );
    this.#isolation.release(id);
    this.#try(async () => {
      const asking = this.#ask(() => this.#keeper.signal(id, signal)).then(({ ok }) => ok);
      this.#asking.set(id, asking);
      await asking;
    });
  }

  /** Ends it at once. */
  kill(id: string): void {
    if (this.#killed.has(id)) return;
    this.#ending.get(id)?.();
    this.#ending.set(id, () => {});
    this.#kill(id);
  }

  isRunning(id: string): boolean {
    return this.#states.get(id)?.kind === "running";
  }

  /** Resolves when they stand still, or did not within FREEZE_MS. */
  async freeze(ids: readonly string[]): Promise<void> {
    this.#isolation.freeze(ids);
    for (let waitedMs = 0; waitedMs < FREEZE_MS; waitedMs += REST_EVERY_MS) {
      if (ids.every((id) => this.#isolation.isFrozen(id))) return;
      await new Promise<void>((resolve) => this.#clock.after(REST_EVERY_MS, resolve));
    }
  }

  async thaw(ids: readonly string[]): Promise<void> {
    this.#isolation.thaw(ids);
  }

  /** Drops what is known of it, so that the id may be used again. It has ended, or is not there. */
  forget(id: string): void {
    if (!this.#states.delete(id)) return;
    this.#found.delete(id);
    this.#drop(id);
    const forgotten = this.#forgetNow(id).finally(() => this.#forgetting.delete(id));
    this.#forgetting.set(id, forgotten);
    this.#try(() => forgotten);
  }

  /** Nobody wants it: it is forgotten, or ended if it runs. */
  discard(id: string): void {
    if (this.isRunning(id)) this.kill(id);
    else this.forget(id);
  }

  /** Leaves all processes as they are. */
  close(): void {
    this.#closing.abort();
    this.#keeper.close();
  }

  #findRunning(id: string, pid: number | undefined): void {
    this.#states.set(id, { kind: "running" });
    if (pid !== undefined) this.#found.set(id, pid);
  }

  async #forgetNow(id: string): Promise<void> {
    // "unknown-id": it never began, or was forgotten before.
    await this.#ask(() => this.#keeper.forget(id));
    this.#isolation.remove(id);
  }

  #kill(id: string): void {
    this.#killed.add(id);
    this.#isolation.release(id);
    this.#try(() => this.#ask(() => this.#keeper.kill(id)));
  }

  /** Nothing is to happen to it any more. */
  #drop(id: string): void {
    this.#ending.get(id)?.();
    this.#ending.delete(id);
    this.#asking.delete(id);
    this.#killed.delete(id);
  }

  /** A keeper that ended under a command is started again, and may have carried the command out. */
  async #ask<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    for (let asks = 1; ; asks += 1) {
      try {
        return await send();
      } catch (error) {
        const isLost = error instanceof KeeperError && LOST.has(error.code);
        if (!isLost || asks === ASKS_MAX || this.#closing.signal.aborted) throw error;
      }
      await new Promise<void>((resolve) => this.#clock.after(ASK_AGAIN_MS, resolve));
    }
  }

  async #follow(sequence: number): Promise<void> {
    try {
      for await (const record of this.#keeper.records(sequence, this.#closing.signal)) {
        this.#see(record);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #see(record: KeeperRecord): void {
    if (record.kind === "spawned") {
      this.#states.set(record.id, { kind: "running" });
      this.#watcher.onRunning(record.id);
      return;
    }
    this.#try(() => this.#seeEnd(record));
  }

  /** Whether it was asked to end before is known when the answer to that is there. */
  async #seeEnd(record: KeeperRecord): Promise<void> {
    const wasAsked = this.#killed.has(record.id) || (await this.#asking.get(record.id)) === true;
    const end = endOf(record, wasAsked);
    if (end !== undefined) this.#endWhenEmpty(record.id, end, REST_LOOKS_MAX);
  }

  /** What a process leaves behind is killed with it, and may take a moment to be gone. */
  #endWhenEmpty(id: string, end: ProcessEnd, looks: number): void {
    if (looks === 0 || this.#isolation.isEmpty(id)) {
      this.#try(async () => {
        await this.#watcher.afterEnd(id, end);
        this.#end(id, end);
      });
      return;
    }
    this.#clock.after(REST_EVERY_MS, () => this.#endWhenEmpty(id, end, looks - 1));
  }

  #end(id: string, end: ProcessEnd): void {
    if (this.#closing.signal.aborted) return;
    this.#drop(id);
    this.#states.set(id, { kind: "ended", end });
    this.#watcher.onEnded(id, end);
  }

  #try(act: () => Promise<unknown>): void {
    act().catch((error: unknown) => this.#fail(error));
  }

  /** What fails because the engine was closed meanwhile has no one to tell. */
  #fail(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#watcher.onFailure(error instanceof Error ? error : new Error(String(error)));
  }
}

function endOf(record: KeeperRecord, wasAsked: boolean): ProcessEnd | undefined {
  switch (record.kind) {
    case "exited": {
      const { code, signal, oomKilled } = record;
      return { kind: "exited", wasAsked, code, signal, oomKilled };
    }
    case "lost":
      return { kind: "lost" };
    default:
      return undefined;
  }
}

/** @throws Error if the keeper refused what it never refuses. */
function expectOk<Value>(answer: Result<Value, KeeperRefusal>): Value {
  if (answer.ok) return answer.value;
  throw new KeeperError(answer.reason.code, answer.reason.message);
}
