import { hasKind } from "../cluster/kind-table.ts";
import { LossyMap } from "../cluster/lossy-map.ts";
import { countUpTo } from "./count-up-to.ts";

/** Cases remembered at most: 16 MiB. */
const CASES_MAX = 2 ** 20;
/** More than the kinds that a KindTable tells apart. */
const KIND_CASES_MAX = 64;

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

/** Computes the remembered quantity, a number. */
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
  /** The quantity by device set, CPU rank and kind case. */
  readonly #known = new LossyMap(CASES_MAX);

  constructor(classes: readonly FitClass[], compute: ComputeCase) {
    this.#classes = classes;
    this.#compute = compute;
    this.#cpuSteps = Int32Array.from(new Set(classes.map(({ cpu }) => cpu))).toSorted();
  }

  of(kind: number, cpuFree: number, set: number): number {
    const kindCase = this.#kindCase[kind + 1] ?? this.#learnKind(kind);
    const ranks = this.#cpuSteps.length + 1;
    const key = (set * ranks + countUpTo(this.#cpuSteps, cpuFree)) * KIND_CASES_MAX + kindCase;
    const known = this.#known.get(key);
    if (!Number.isNaN(known)) return known;
    const computed = this.#compute(kind, cpuFree, set);
    this.#known.set(key, computed);
    return computed;
  }

  /** Once a kind. */
  #learnKind(kind: number): number {
    const accepting = this.#classes.map(({ kinds }) => (hasKind(kinds, kind) ? 1 : 0)).join("");
    const kindCase = this.#kindCases.get(accepting) ?? this.#kindCases.size;
    this.#kindCases.set(accepting, kindCase);
    while (this.#kindCase.length <= kind + 1) this.#kindCase.push(undefined);
    this.#kindCase[kind + 1] = kindCase;
    return kindCase;
  }
}
