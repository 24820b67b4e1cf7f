import { type ArrivalClass, countBefore, isAsHard, weightOf } from "./arrival-classes.ts";

/** Classes whose cut time is searched; the cut times of the others follow from theirs. */
const PIVOTS_MAX = 32;
/** What a class weighs in the choice of a split where the bound does not depend on it. */
const IDLE_WEIGHT = 1e-3;

/** Ranges of the cut times of the pivots: `earliest[p] ≤ t_p ≤ latest[p]`. */
export interface Box {
  readonly earliest: Int32Array;
  readonly latest: Int32Array;
}

export interface Split {
  readonly pivot: number;
  /** Last cut time of the early part. */
  readonly time: number;
}

/** How many of each class a box accepts: at least and at most. */
export interface Accepted {
  readonly least: Int32Array;
  readonly most: Int32Array;
}

/**
 * What is known of cut times. The cut time t of a class is the number of arrivals after which no
 * node has room for it any more; of its arrivals those before t are accepted. If X is as hard as Y,
 * then t_X ≤ t_Y.
 */
export class CutTimes {
  readonly classes: readonly ArrivalClass[];
  /** Arrivals of the course: the cut time of a class that always fits. */
  readonly end: number;
  /** Classes of most weight, by index. */
  readonly #pivots: readonly number[];
  /** Pivots that are as hard as the class, and those that the class is as hard as, by class. */
  readonly #harder: readonly (readonly number[])[];
  readonly #easier: readonly (readonly number[])[];

  constructor(classes: readonly ArrivalClass[], end: number) {
    this.classes = classes;
    this.end = end;
    const total = classes.map((each) => weightOf(each) * each.arrivals.length);
    this.#pivots = [...classes.keys()]
      .toSorted((left, right) => total[right] - total[left] || left - right)
      .slice(0, PIVOTS_MAX);
    const positions = [...this.#pivots.keys()];
    const requestOf = (pivot: number) => classes[this.#pivots[pivot]].request;
    this.#harder = classes.map(({ request }) =>
      positions.filter((pivot) => isAsHard(requestOf(pivot), request)),
    );
    this.#easier = classes.map(({ request }) =>
      positions.filter((pivot) => isAsHard(request, requestOf(pivot))),
    );
  }

  /** The box that holds all cut times. */
  everything(): Box {
    return {
      earliest: new Int32Array(this.#pivots.length),
      latest: new Int32Array(this.#pivots.length).fill(this.end),
    };
  }

  /** The early and the late part of a box, without what the order of classes excludes. */
  split({ earliest, latest }: Box, { pivot, time }: Split): Box[] {
    const early = { earliest: earliest.slice(), latest: latest.slice() };
    const late = { earliest: earliest.slice(), latest: latest.slice() };
    early.latest[pivot] = time;
    late.earliest[pivot] = time + 1;
    return [early, late].filter((part) => this.#narrow(part));
  }

  /** Takes out of the box what contradicts t_X ≤ t_Y; false if nothing is left. */
  #narrow({ earliest, latest }: Box): boolean {
    for (const [pivot, row] of this.#pivots.entries()) {
      earliest[pivot] = this.#earliestOf(row, earliest);
      latest[pivot] = this.#latestOf(row, latest);
    }
    return earliest.every((time, pivot) => time <= latest[pivot]);
  }

  /** The class is accepted at least as long as each pivot that is as hard. */
  #earliestOf(row: number, earliest: Int32Array): number {
    let time = 0;
    for (const pivot of this.#harder[row]) time = Math.max(time, earliest[pivot]);
    return time;
  }

  /** The class is accepted at most as long as each pivot that it is as hard as. */
  #latestOf(row: number, latest: Int32Array): number {
    let time = this.end;
    for (const pivot of this.#easier[row]) time = Math.min(time, latest[pivot]);
    return time;
  }

  /** O(classes × (pivots + log arrivals)). */
  accepted({ earliest, latest }: Box): Accepted {
    const least = new Int32Array(this.classes.length);
    const most = new Int32Array(this.classes.length);
    for (const [row, each] of this.classes.entries()) {
      least[row] = countBefore(each, this.#earliestOf(row, earliest));
      most[row] = countBefore(each, this.#latestOf(row, latest));
    }
    return { least, most };
  }

  /**
   * The pivot to split, with the middle of its range; undefined if no split changes any count.
   * `rates` says, by class, how many milli of the bound hang on one pod more (above 0: the bound
   * counts `most`) or fewer (below 0: it counts `least`). The early part of a split lowers `most` of
   * what is as hard as the pivot, the late part raises `least` of what the pivot is as hard as. The
   * largest product of both effects wins, as is usual in branch and bound (Achterberg, "Constraint
   * Integer Programming", 2007, section 5.3).
   */
  chooseSplit({ earliest, latest }: Box, rates: Float64Array): Split | undefined {
    const middle = earliest.map((time, pivot) => (time + latest[pivot]) >>> 1);
    const early = new Float64Array(this.#pivots.length);
    const late = new Float64Array(this.#pivots.length);
    for (const [row, each] of this.classes.entries()) {
      const from = this.#earliestOf(row, earliest);
      const to = this.#latestOf(row, latest);
      if (from === to) continue;
      const idle = IDLE_WEIGHT * weightOf(each);
      const [ifFewer, ifMore] = [idle + Math.max(0, rates[row]), idle + Math.max(0, -rates[row])];
      const [least, most] = [countBefore(each, from), countBefore(each, to)];
      for (const pivot of this.#easier[row]) {
        const count = countBefore(each, middle[pivot]);
        early[pivot] += ifFewer * (most - Math.min(most, Math.max(least, count)));
      }
      for (const pivot of this.#harder[row]) {
        const count = countBefore(each, middle[pivot] + 1);
        late[pivot] += ifMore * (Math.max(least, Math.min(most, count)) - least);
      }
    }
    let best = 0;
    let chosen = -1;
    for (let pivot = 0; pivot < middle.length; pivot += 1) {
      const effect = early[pivot] + late[pivot] + early[pivot] * late[pivot];
      if (earliest[pivot] === latest[pivot] || effect <= best) continue;
      best = effect;
      chosen = pivot;
    }
    return chosen === -1 ? undefined : { pivot: chosen, time: middle[chosen] };
  }
}
