import { hasKind } from "../cluster/kind-table.ts";
import type { PolicyContext } from "../placement/placement-policy.ts";
import { CaseMemo } from "./case-memo.ts";
import { type TypicalClass, typicalClasses } from "./typical-classes.ts";

/**
 * Fragmentation F of a node (rule P7): the milli left on it that typical work, drawn at random, can
 * not use. Weng et al., "Beware of Fragmentation", USENIX ATC '23, section 3.
 *
 * O(typical classes) for a case that was never seen, O(log of them) for one that was.
 */
export class Fragmentation {
  readonly #context: PolicyContext;
  readonly #typical: readonly TypicalClass[];
  readonly #memo: CaseMemo;

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#typical = typicalClasses(context.profile, context.kinds);
    this.#memo = new CaseMemo(this.#typical, (kind, cpuFree, set) =>
      this.#compute(kind, cpuFree, set),
    );
  }

  /** F of a node of this kind, with this much CPU left and these devices, in GPU milli. */
  of(kind: number, cpuFree: number, set: number): number {
    return this.#memo.of(kind, cpuFree, set);
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
