import { DEVICE_MILLI } from "../../model/units.ts";
import type { Box, CutTimes } from "./cut-times.ts";
import { CuttingProgram, type Limits } from "./cutting-program.ts";

/** What a cluster has in all. */
export interface Totals {
  readonly cpu: number;
  readonly memory: number;
  readonly devices: number;
}

export interface SearchResult {
  /** GPU milli that no placement exceeds at the end of the course. */
  readonly milli: number;
  /** Linear programs solved. */
  readonly programs: number;
  /** True if more programs would not lower the bound. */
  readonly isConverged: boolean;
}

/** Ends of a search: linear programs, and steps of arithmetic where programs are unusually large. */
const PROGRAMS_MAX = 5000;
const WORK_MAX = 1.5e9;

interface OpenBox {
  readonly box: Box;
  /** GPU milli that no cut times in the box exceed. */
  readonly milli: number;
  /** Milli of the bound that hang on one pod more or fewer of each class. */
  readonly rates: Float64Array;
}

/**
 * Branch and bound over cut times, best first: the box of the largest bound is split until its bound
 * falls. The largest bound of an open box holds whenever the search stops.
 */
export function searchBoxes(times: CutTimes, totals: Totals): SearchResult {
  const relaxation = new Relaxation(times, totals);
  const whole = relaxation.open(times.everything(), Number.POSITIVE_INFINITY);
  if (whole === undefined) throw new Error("bound: no cut times are possible at all");
  // Ascending by bound; among equals the latest last.
  const open = [whole];
  for (;;) {
    const top = open.pop();
    if (top === undefined) throw new Error("bound: all cut times were excluded");
    const split = times.chooseSplit(top.box, top.rates);
    if (split === undefined || relaxation.isSpent) {
      const { programs } = relaxation;
      return { milli: top.milli, programs, isConverged: split === undefined };
    }
    for (const box of times.split(top.box, split)) {
      const part = relaxation.open(box, top.milli);
      if (part !== undefined) insert(open, part);
    }
  }
}

function insert(open: OpenBox[], added: OpenBox): void {
  let low = 0;
  let high = open.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (open[middle].milli <= added.milli) low = middle + 1;
    else high = middle;
  }
  open.splice(low, 0, added);
}

/** The bound of a box: one pool of devices, and totals of CPU and memory. */
class Relaxation {
  readonly #times: CutTimes;
  readonly #totals: Totals;
  /** Distinct milli for each device, ascending; the size of each class, or -1. */
  readonly #sizes: readonly number[];
  readonly #sizeOf: readonly number[];
  readonly #program: CuttingProgram;
  programs = 0;

  constructor(times: CutTimes, totals: Totals) {
    this.#times = times;
    this.#totals = totals;
    const milli = times.classes.map(({ request }) => request.accelerators?.milli ?? 0);
    this.#sizes = [...new Set<number>(milli)]
      .filter((size) => size > 0)
      .toSorted((left, right) => left - right);
    this.#sizeOf = milli.map((size) => this.#sizes.indexOf(size));
    this.#program = new CuttingProgram(this.#sizes, DEVICE_MILLI, totals.devices);
  }

  get isSpent(): boolean {
    return this.programs >= PROGRAMS_MAX || this.#program.work >= WORK_MAX;
  }

  /** The box with its bound, at most `milliMax`; undefined if nothing in it is possible. */
  open(box: Box, milliMax: number): OpenBox | undefined {
    const limits = this.#limits(box);
    if (limits === undefined) return undefined;
    this.programs += 1;
    const bound = this.#program.bound(limits);
    if (bound === undefined) return undefined;
    const rates = Float64Array.from(this.#times.classes, ({ request: { accelerators } }, row) => {
      const size = this.#sizeOf[row];
      return size === -1 ? 0 : accelerators!.count * (this.#sizes[size] - bound.prices[size]);
    });
    return { box, milli: Math.min(bound.milli, milliMax), rates };
  }

  /** Pieces of each size; undefined if what must be accepted needs more CPU or memory than exists. */
  #limits(box: Box): Limits | undefined {
    const accepted = this.#times.accepted(box);
    const limits = {
      least: new Float64Array(this.#sizes.length),
      most: new Float64Array(this.#sizes.length),
    };
    let [cpu, memory] = [0, 0];
    for (const [row, { request }] of this.#times.classes.entries()) {
      cpu += accepted.least[row] * request.cpu;
      memory += accepted.least[row] * request.memory;
      const { accelerators } = request;
      if (accelerators === undefined) continue;
      limits.least[this.#sizeOf[row]] += accepted.least[row] * accelerators.count;
      limits.most[this.#sizeOf[row]] += accepted.most[row] * accelerators.count;
    }
    return cpu > this.#totals.cpu || memory > this.#totals.memory ? undefined : limits;
  }
}
