import { unreachable } from "../../../model/unreachable.ts";
import type { KeeperRecord, ProcessIdentity, SpawnRequest } from "./protocol.ts";

/** What has to be known of a start by the next keeper. Not argv and env, which may hold secrets. */
export interface Launch
  extends Required<
    Pick<
      SpawnRequest,
      "id" | "stdout" | "stderr" | "rotateBytes" | "rotateCount" | "stopSignal" | "cgroups"
    >
  > {
  /** Value of NEURAXIS_KEEPER_ID in the environment of the process and of all that it starts. */
  readonly marker: string;
  /** Which files were opened for stdout and stderr; absent in a journal of an earlier version. */
  readonly inodes?: readonly [string, string];
}

/** A line of the journal: a record, or what only keepers need to know. */
export type JournalLine =
  | KeeperRecord
  /** Stands last in a compacted journal: the newest sequence may be that of a dropped record. */
  | { readonly kind: "compacted"; readonly sequence: number }
  /** A process is about to be started. */
  | { readonly kind: "spawning"; readonly launch: Launch }
  /** It was not started after all. */
  | { readonly kind: "not-spawned"; readonly id: string };

/**
 * A workload from its start to its being forgotten:
 *
 *     spawning --spawned--> running --exited, lost--> ended --forgotten--> gone
 *         \------------------lost---------------------/^
 */
export interface Workload {
  readonly launch: Launch;
  readonly phase: "spawning" | "running" | "ended";
  /** Not known while spawning, and never of one that was lost in that phase. */
  readonly identity: ProcessIdentity | undefined;
}

/** Records of forgetting that are kept, the youngest: watchers that are away miss older ones. */
const FORGOTTEN_KEPT_MAX = 1000;

/** All that follows from the lines of a journal, in memory. */
export class Ledger {
  readonly #workloads = new Map<string, Workload>();
  /** By rising sequence. */
  #records: KeeperRecord[] = [];
  #forgotten = 0;
  #sequence = 0;

  /** By id, in the order of their starts. */
  get workloads(): ReadonlyMap<string, Workload> {
    return this.#workloads;
  }

  /** Of the newest record; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Takes the next line in. O(records) for "forgotten", constant for the others. */
  apply(line: JournalLine): void {
    switch (line.kind) {
      case "compacted":
        this.#sequence = line.sequence;
        return;
      case "spawning":
        this.#put({ launch: line.launch, phase: "spawning", identity: undefined });
        return;
      case "not-spawned":
        this.#workloads.delete(line.id);
        return;
      case "spawned":
        this.#record(line);
        this.#change(line.id, { phase: "running", identity: identityOf(line) });
        return;
      case "exited":
      case "lost":
        this.#record(line);
        this.#change(line.id, { phase: "ended" });
        return;
      case "forgotten":
        this.#workloads.delete(line.id);
        this.#dropRecords(line.id);
        this.#record(line);
        return;
      default:
        unreachable(line);
    }
  }

  /** Records after `sequence` up to and with `last`, by rising sequence. O(log records + result). */
  since(sequence: number, last: number): readonly KeeperRecord[] {
    return this.#records.slice(this.#countUpTo(sequence), this.#countUpTo(last));
  }

  /** The shortest journal that leads here. */
  toLines(): JournalLine[] {
    const launches = new Map(Array.from(this.#workloads, ([id, { launch }]) => [id, launch]));
    const lines: JournalLine[] = [];
    for (const record of this.#records) {
      const launch = record.kind === "forgotten" ? undefined : launches.get(record.id);
      if (launch !== undefined) lines.push({ kind: "spawning", launch });
      if (record.kind !== "forgotten") launches.delete(record.id);
      lines.push(record);
    }
    const unresolved = Array.from(launches.values(), (launch): JournalLine => {
      return { kind: "spawning", launch };
    });
    return [...lines, ...unresolved, { kind: "compacted", sequence: this.#sequence }];
  }

  #put(workload: Workload): void {
    this.#workloads.set(workload.launch.id, workload);
  }

  #change(id: string, change: Partial<Workload>): void {
    const workload = this.#workloads.get(id);
    if (workload !== undefined) this.#put({ ...workload, ...change });
  }

  #record(record: KeeperRecord): void {
    this.#records.push(record);
    this.#sequence = record.sequence;
    if (record.kind !== "forgotten") return;
    this.#forgotten += 1;
    if (this.#forgotten <= FORGOTTEN_KEPT_MAX) return;
    this.#forgotten -= 1;
    this.#records.splice(
      this.#records.findIndex(({ kind }) => kind === "forgotten"),
      1,
    );
  }

  #dropRecords(id: string): void {
    this.#records = this.#records.filter(
      (record) => record.id !== id || record.kind === "forgotten",
    );
  }

  /** How many records have at most this sequence, by bisection. */
  #countUpTo(sequence: number): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#records[middle].sequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function identityOf({ pid, startTime }: ProcessIdentity): ProcessIdentity {
  return { pid, startTime };
}
