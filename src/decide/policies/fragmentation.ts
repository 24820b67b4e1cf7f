import { grownFloats } from "../cluster/grown.ts";
import { hasKind } from "../cluster/kind-table.ts";
import type { PolicyContext } from "../placement/placement-policy.ts";
import { type TypicalClass, typicalClasses } from "./typical-classes.ts";

const UNKNOWN = -1;

/**
 * Fragmentation F of a node (rule P7): the milli left on it that typical work, drawn at random, can
 * not use. Weng et al., "Beware of Fragmentation", USENIX ATC '23, section 3.
 *
 * F reads CPU only by comparing it with the typical classes' needs, and the device kind only by
 * asking which classes accept it. Nodes that agree in both and in what their devices have left are
 * one case here, and each case is computed once: O(typical classes).
 */
export class Fragmentation {
  readonly #context: PolicyContext;
  readonly #typical: readonly TypicalClass[];
  /** The typical classes' distinct CPU needs, ascending. */
  readonly #cpuSteps: Int32Array;
  /** Which typical classes accept the kind, as a case number, by kind + 1. */
  readonly #kindCases = new Map<string, number>();
  readonly #kindCase: (number | undefined)[] = [];
  /** F by device set, then kind case and CPU rank. */
  #known = new Float64Array(1024).fill(UNKNOWN);
  #casesMax = 1;

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#typical = typicalClasses(context.profile, context.kinds);
    const cpus = new Set(this.#typical.map((typical) => typical.cpu));
    this.#cpuSteps = Int32Array.from(cpus).toSorted();
  }

  /** F of a node of this kind, with this much CPU left and these devices, in GPU milli. */
  of(kind: number, cpuFree: number, set: number): number {
    const kindCase = this.#kindCase[kind + 1] ?? this.#learnKind(kind);
    const ranks = this.#cpuSteps.length + 1;
    const place = (set * this.#casesMax + kindCase) * ranks + this.cpuRank(cpuFree);
    if (place >= this.#known.length) this.#known = grownFloats(this.#known, place + 1, UNKNOWN);
    const known = this.#known[place];
    if (known !== UNKNOWN) return known;
    const computed = this.#compute(kind, cpuFree, set);
    this.#known[place] = computed;
    return computed;
  }

  /** How many of the distinct CPU needs are met by `cpuFree`. O(log steps). */
  cpuRank(cpuFree: number): number {
    let low = 0;
    let high = this.#cpuSteps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#cpuSteps[middle] <= cpuFree) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #learnKind(kind: number): number {
    const accepts = this.#typical.map((each) => (hasKind(each.kinds, kind) ? 1 : 0)).join("");
    const known = this.#kindCases.get(accepts);
    const kindCase = known ?? this.#kindCases.size;
    if (known === undefined) {
      this.#kindCases.set(accepts, kindCase);
      if (kindCase >= this.#casesMax) {
        this.#casesMax *= 2;
        this.#known = new Float64Array(1024).fill(UNKNOWN);
      }
    }
    while (this.#kindCase.length <= kind + 1) this.#kindCase.push(undefined);
    this.#kindCase[kind + 1] = kindCase;
    return kindCase;
  }

  /**
   * The sum is truncated to an integer score later, so its last bit matters: six partial sums, each
   * in the order of the typical classes, added in the published order.
   */
  #compute(kind: number, cpuFree: number, set: number): number {
    const { sets } = this.#context.states;
    const whole = sets.milliFree[set];
    let lackingBoth = 0;
    let lackingDevices = 0;
    let lackingCpu = 0;
    let noDeviceFits = 0;
    let noDeviceLacksCpu = 0;
    let wrongKind = 0;
    for (const { cpu, milli, count, kinds, weight } of this.#typical) {
      const enoughCpu = cpuFree >= cpu;
      if (count === 0) {
        if (enoughCpu) noDeviceFits += weight * whole;
        else noDeviceLacksCpu += weight * whole;
      } else if (!hasKind(kinds, kind)) {
        wrongKind += weight * whole;
      } else if (sets.fits(set, count, milli)) {
        if (enoughCpu) lackingDevices += weight * this.#below(set, milli);
        else lackingCpu += weight * whole;
      } else if (enoughCpu) {
        lackingDevices += weight * whole;
      } else {
        lackingBoth += weight * whole;
      }
    }
    return lackingBoth + lackingDevices + lackingCpu + noDeviceFits + noDeviceLacksCpu + wrongKind;
  }

  /** Milli left on devices that have less than `milli` left each. */
  #below(set: number, milli: number): number {
    const { sets } = this.#context.states;
    const count = sets.count(set);
    let sum = 0;
    for (let rank = 0; rank < count; rank += 1) {
      const free = sets.at(set, rank);
      if (free >= milli) break;
      sum += free;
    }
    return sum;
  }
}
