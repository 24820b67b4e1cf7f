import { grownFloats } from "../cluster/grown.ts";
import { hasKind } from "../cluster/kind-table.ts";

const UNKNOWN = -1;

/** What decides whether a class fits on a node, memory aside. */
export interface FitClass {
  /** Milli-CPU. */
  readonly cpu: number;
  /** Milli on each device; 0 for work without devices. */
  readonly milli: number;
  readonly count: number;
  /** Bits of the device kinds that will do. */
  readonly kinds: number;
}

/** Computes the remembered quantity, 0 or more. */
export type ComputeCase = (kind: number, cpuFree: number, set: number) => number;

/**
 * Remembers a quantity that reads a node's CPU only by comparing it with the needs of some classes,
 * and its kind only by asking which of them accept it. Nodes that agree in both and in what their
 * devices have left are one case, computed once.
 */
export class CaseMemo {
  readonly #classes: readonly FitClass[];
  readonly #compute: ComputeCase;
  /** The classes' distinct CPU needs, ascending. */
  readonly #cpuSteps: Int32Array;
  /** Cases of kinds, by which classes accept them. */
  readonly #kindCases = new Map<string, number>();
  /** Case of each kind, by kind + 1 (NO_KIND comes first). */
  readonly #kindCase: (number | undefined)[] = [];
  /** The quantity by device set, then kind case, then CPU rank. */
  #known = new Float64Array(1024).fill(UNKNOWN);
  #kindCasesMax = 1;

  constructor(classes: readonly FitClass[], compute: ComputeCase) {
    this.#classes = classes;
    this.#compute = compute;
    this.#cpuSteps = Int32Array.from(new Set(classes.map(({ cpu }) => cpu))).toSorted();
  }

  of(kind: number, cpuFree: number, set: number): number {
    const kindCase = this.#kindCase[kind + 1] ?? this.#learnKind(kind);
    const ranks = this.#cpuSteps.length + 1;
    const place = (set * this.#kindCasesMax + kindCase) * ranks + this.#cpuRank(cpuFree);
    if (place >= this.#known.length) this.#known = grownFloats(this.#known, place + 1, UNKNOWN);
    const known = this.#known[place];
    if (known !== UNKNOWN) return known;
    const computed = this.#compute(kind, cpuFree, set);
    this.#known[place] = computed;
    return computed;
  }

  /** How many of the distinct CPU needs are met by `cpuFree`. O(log steps). */
  #cpuRank(cpuFree: number): number {
    let low = 0;
    let high = this.#cpuSteps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#cpuSteps[middle] <= cpuFree) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Once a kind; a new case may move every place in `#known`, which then starts afresh. */
  #learnKind(kind: number): number {
    const accepting = this.#classes.map(({ kinds }) => (hasKind(kinds, kind) ? 1 : 0)).join("");
    const kindCase = this.#kindCases.get(accepting) ?? this.#kindCases.size;
    this.#kindCases.set(accepting, kindCase);
    while (this.#kindCase.length <= kind + 1) this.#kindCase.push(undefined);
    this.#kindCase[kind + 1] = kindCase;
    if (kindCase >= this.#kindCasesMax) {
      this.#kindCasesMax *= 2;
      this.#known = new Float64Array(1024).fill(UNKNOWN);
    }
    return kindCase;
  }
}
