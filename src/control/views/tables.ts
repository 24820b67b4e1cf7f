import type { ObjectKind } from "../../api/objects.ts";
import { keyOf, type RecordOf } from "./records.ts";

export const OBJECT_KINDS = ["BatchJob", "ModelService", "Replica", "Queue", "Node"] as const;

/** A record of some kind, with the kind. */
export type Known = {
  readonly [Kind in ObjectKind]: {
    readonly kind: Kind;
    readonly name: string;
    readonly record: RecordOf[Kind];
  };
}[ObjectKind];

/** All records by kind and name, and which of them one entry has changed or taken away. */
export class Tables {
  readonly BatchJob = new Map<string, RecordOf["BatchJob"]>();
  readonly ModelService = new Map<string, RecordOf["ModelService"]>();
  readonly Replica = new Map<string, RecordOf["Replica"]>();
  readonly Queue = new Map<string, RecordOf["Queue"]>();
  readonly Node = new Map<string, RecordOf["Node"]>();
  /** Names of ended jobs, the first to end first. */
  ended: string[] = [];
  /** Who has an order to leave, by departure. */
  readonly #leavers = new Map<number, Leaver>();
  #touched = new Map<string, { readonly kind: ObjectKind; readonly name: string }>();
  #gone: Known[] = [];

  /** Tables with these records, of which none counts as changed. */
  static of(records: readonly Known[], ended: readonly string[]): Tables {
    const tables = new Tables();
    tables.ended = [...ended];
    for (const { kind, name, record } of records) {
      (tables[kind] as Map<string, typeof record>).set(name, record);
      if (kind === "BatchJob" && record.leaving !== undefined) {
        tables.expect(record.leaving.departure, { kind, name });
      }
      if (kind === "Replica" && record.departure !== undefined) {
        tables.expect(record.departure, { kind, name });
      }
    }
    return tables;
  }

  /** The record has changed, or is new. */
  touch(kind: ObjectKind, name: string): void {
    this.#touched.set(keyOf(kind, name), { kind, name });
  }

  remove(kind: ObjectKind, name: string): void {
    const known = this.find(kind, name);
    if (known === undefined) return;
    this[kind].delete(name);
    this.#touched.delete(keyOf(kind, name));
    this.#gone.push(known);
  }

  find(kind: ObjectKind, name: string): Known | undefined {
    const record = this[kind].get(name);
    // The table of a kind holds records of that kind.
    return record === undefined ? undefined : ({ kind, name, record } as Known);
  }

  /** What was taken away and what has changed since this was last asked, each once. */
  takeTouched(): { readonly gone: readonly Known[]; readonly touched: readonly Known[] } {
    const touched = Array.from(this.#touched.values(), ({ kind, name }) => this.find(kind, name));
    const taken = { gone: this.#gone, touched: touched.filter((known) => known !== undefined) };
    this.#touched = new Map();
    this.#gone = [];
    return taken;
  }

  expect(departure: number, leaver: Leaver): void {
    this.#leavers.set(departure, leaver);
  }

  /** Whose order to leave this is, if it matters still. */
  leaverOf(departure: number): Leaver | undefined {
    return this.#leavers.get(departure);
  }

  forgetDeparture(departure: number | undefined): void {
    if (departure !== undefined) this.#leavers.delete(departure);
  }

  replicasOf(service: string): string[] {
    return Array.from(this.Replica).flatMap(([name, replica]) =>
      replica.service === service ? [name] : [],
    );
  }
}

export interface Leaver {
  readonly kind: "BatchJob" | "Replica";
  readonly name: string;
}
