import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { RequestCounts } from "../../model/event.ts";
import type { ServiceId } from "../../model/ids.ts";
import type { DoorObservation, ServiceObservation } from "./door/protocol.ts";

/** What the counts of one door are added to. */
interface Base {
  /** Of the door. */
  readonly incarnation: string;
  /** Requests that were over before it began; below 0 for those that another service had. */
  readonly before: number;
}

/**
 * Counts of requests over all doors that there were: a door counts from its own start, and the
 * scheduler wants counts since the service was made. Requests in a door that ends have ended with it.
 * The bases are in a file, written before anything is told that stands on them.
 */
export class RequestTallies {
  readonly #file: string;
  readonly #bases: Map<ServiceId, Base>;
  readonly #told = new Map<ServiceId, RequestCounts>();

  constructor(file: string) {
    this.#file = file;
    this.#bases = read(file);
  }

  save(): readonly (readonly [ServiceId, RequestCounts])[] {
    return [...this.#told];
  }

  restore(saved: readonly (readonly [ServiceId, RequestCounts])[]): void {
    for (const [service, counts] of saved) this.#told.set(service, counts);
  }

  told(service: ServiceId, counts: RequestCounts): void {
    this.#told.set(service, counts);
  }

  /** What was told of the service last. */
  lastOf(service: ServiceId): RequestCounts | undefined {
    return this.#told.get(service);
  }

  /** The service is gone; one of the same name begins at 0, though a door goes on counting. */
  forget(service: ServiceId): void {
    const told = this.#told.get(service);
    const base = this.#bases.get(service);
    this.#told.delete(service);
    if (told === undefined || base === undefined) return;
    this.#bases.set(service, { ...base, before: base.before - told.arrived });
    this.#write();
  }

  /** The counts as they are now. */
  count({ incarnation }: DoorObservation, observed: ServiceObservation): RequestCounts {
    const service = observed.name as ServiceId;
    const { arrived, begun, ended } = observed;
    let base = this.#bases.get(service);
    if (base?.incarnation !== incarnation) {
      base = { incarnation, before: this.#told.get(service)?.arrived ?? 0 };
      this.#bases.set(service, base);
      this.#write();
    }
    const { before } = base;
    const since = (count: number) => Math.max(0, before + count);
    return { arrived: since(arrived), begun: since(begun), ended: since(ended) };
  }

  #write(): void {
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
