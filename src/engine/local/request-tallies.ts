import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { RequestCounts } from "../../model/event.ts";
import type { ServiceId } from "../../model/ids.ts";
import type { DoorObservation, ServiceObservation } from "./door/protocol.ts";

/** What the counts of one door are added to. */
interface Base {
  /** Of the service; "" since that service is gone. */
  readonly uid: string;
  /** Of the door. */
  readonly incarnation: string;
  /** Requests that were over before it began; below 0 for those that another service had. */
  readonly before: number;
}

interface Told {
  /** Of the service. */
  readonly uid: string;
  readonly counts: RequestCounts;
}

/** As JSON: by service. */
export type SavedTallies = readonly (readonly [ServiceId, Told])[];

/**
 * Counts of requests over all doors that there were: a door counts a name from its own start, and
 * the scheduler wants counts since the service was made. Requests in a door that ends have ended
 * with it. The bases are in a file, written before anything is told that stands on them.
 */
export class RequestTallies {
  readonly #file: string;
  readonly #bases: Map<ServiceId, Base>;
  readonly #told = new Map<ServiceId, Told>();

  constructor(file: string) {
    this.#file = file;
    this.#bases = read(file);
  }

  save(): SavedTallies {
    return [...this.#told];
  }

  restore(saved: SavedTallies): void {
    for (const [service, told] of saved) this.#told.set(service, told);
  }

  /** Services of which anything was told. */
  get services(): readonly ServiceId[] {
    return [...this.#told.keys()];
  }

  told(service: ServiceId, uid: string, counts: RequestCounts): void {
    this.#endOther(service, uid);
    this.#told.set(service, { uid, counts });
  }

  /** What was told last of the service of this uid. */
  lastOf(service: ServiceId, uid: string): RequestCounts | undefined {
    const told = this.#told.get(service);
    return told?.uid === uid ? told.counts : undefined;
  }

  /** The service is gone; one of the same name begins at 0, though a door goes on counting. */
  forget(service: ServiceId): void {
    const told = this.#told.get(service);
    const base = this.#bases.get(service);
    this.#told.delete(service);
    // Of another uid: its requests were taken away before.
    if (told === undefined || base?.uid !== told.uid) return;
    this.#set(service, { ...base, uid: "", before: base.before - told.counts.arrived });
  }

  /** The counts as they are now, of the service of this uid. */
  count(
    { incarnation }: DoorObservation,
    observed: ServiceObservation,
    uid: string,
  ): RequestCounts {
    const service = observed.name as ServiceId;
    const { arrived, begun, ended } = observed;
    this.#endOther(service, uid);
    let base = this.#bases.get(service);
    if (base?.incarnation !== incarnation) {
      this.#dropStale(incarnation);
      base = { uid, incarnation, before: this.lastOf(service, uid)?.arrived ?? 0 };
      this.#set(service, base);
    } else if (base.uid !== uid) {
      base = { ...base, uid };
      this.#set(service, base);
    }
    const { before } = base;
    const since = (count: number) => Math.max(0, before + count);
    return { arrived: since(arrived), begun: since(begun), ended: since(ended) };
  }

  #endOther(service: ServiceId, uid: string): void {
    const told = this.#told.get(service);
    if (told !== undefined && told.uid !== uid) this.forget(service);
  }

  /** Names of which a new door knows nothing, and that nobody uses. */
  #dropStale(incarnation: string): void {
    for (const [service, base] of this.#bases) {
      if (base.incarnation !== incarnation && !this.#told.has(service)) this.#bases.delete(service);
    }
  }

  #set(service: ServiceId, base: Base): void {
    this.#bases.set(service, base);
    const text = JSON.stringify([...this.#bases]);
    writeFileSync(`${this.#file}.tmp`, text, { mode: 0o600 });
    renameSync(`${this.#file}.tmp`, this.#file);
  }
}

function read(file: string): Map<ServiceId, Base> {
  try {
    return new Map(JSON.parse(readFileSync(file, "utf8")) as [ServiceId, Base][]);
  } catch {
    // Not written yet, or cut off by a crash: counts begin anew on what the journal has.
    return new Map();
  }
}
