import type { ResourceRequest } from "../../model/resources.ts";
import { DEVICE_MILLI, gpuMilli, mib, milliCpu } from "../../model/units.ts";
import { grown } from "./grown.ts";
import { ANY_KIND, type KindTable } from "./kind-table.ts";
import { TupleTable } from "./tuple-table.ts";

const FIELDS = 7;

/** Requests by equality: two pieces of work that ask for the same are one class. */
export class RequestClasses {
  readonly #tuples = new TupleTable();
  readonly #firm = new WeakMap<ResourceRequest, number>();
  readonly #borrowing = new WeakMap<ResourceRequest, number>();
  readonly #kinds: KindTable;
  readonly #tuple = new Int32Array(FIELDS);
  /** Milli-CPU, by class. */
  cpu = new Int32Array(64);
  /** MiB, by class. */
  memory = new Int32Array(64);
  /** Devices, by class; 0 for work without accelerators. */
  count = new Int32Array(64);
  /** Milli on each device, by class. */
  milli = new Int32Array(64);
  /** MiB that each device has at least, by class. */
  deviceMemory = new Int32Array(64);
  /** Bits of the kinds that will do, by class. */
  kinds = new Int32Array(64);
  /** 1 where the work may borrow CPU (rule A7), by class. */
  borrows = new Int32Array(64);

  constructor(kinds: KindTable) {
    this.#kinds = kinds;
  }

  get size(): number {
    return this.#tuples.size;
  }

  /**
   * Class of a valid request, by work that may borrow CPU or may not; `undefined` if it names more
   * kinds than a KindTable holds.
   */
  intern(request: ResourceRequest, borrows = false): number | undefined {
    const byObject = borrows ? this.#borrowing : this.#firm;
    const known = byObject.get(request);
    if (known !== undefined) return known;
    const wanted = request.accelerators;
    const mask = wanted ? this.#kinds.mask(wanted.kinds) : ANY_KIND;
    if (mask === undefined) return undefined;
    const tuple = this.#tuple;
    tuple[0] = request.cpu;
    tuple[1] = request.memory;
    tuple[2] = wanted ? wanted.count : 0;
    tuple[3] = wanted ? wanted.milli : 0;
    tuple[4] = mask;
    tuple[5] = wanted?.memory ?? 0;
    tuple[6] = borrows ? 1 : 0;
    const id = this.#tuples.intern(tuple, FIELDS);
    this.#store(id);
    byObject.set(request, id);
    return id;
  }

  /** A request of the class. */
  requestOf(id: number): ResourceRequest {
    const room = { cpu: milliCpu(this.cpu[id]), memory: mib(this.memory[id]) };
    if (this.count[id] === 0) return room;
    const accelerators = {
      count: this.count[id],
      milli: gpuMilli(this.milli[id]),
      kinds: this.#kinds.named(this.kinds[id]),
      memory: mib(this.deviceMemory[id]),
    };
    return { ...room, accelerators };
  }

  /** True iff the class asks for a part of one device. */
  isShare(request: number): boolean {
    return this.count[request] === 1 && this.milli[request] < DEVICE_MILLI;
  }

  #store(id: number): void {
    this.cpu = grown(this.cpu, id + 1);
    this.memory = grown(this.memory, id + 1);
    this.count = grown(this.count, id + 1);
    this.milli = grown(this.milli, id + 1);
    this.kinds = grown(this.kinds, id + 1);
    this.deviceMemory = grown(this.deviceMemory, id + 1);
    this.borrows = grown(this.borrows, id + 1);
    this.cpu[id] = this.#tuple[0];
    this.memory[id] = this.#tuple[1];
    this.count[id] = this.#tuple[2];
    this.milli[id] = this.#tuple[3];
    this.kinds[id] = this.#tuple[4];
    this.deviceMemory[id] = this.#tuple[5];
    this.borrows[id] = this.#tuple[6];
  }
}
