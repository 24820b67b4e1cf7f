import { type ArrivalClass, countBefore, isAsHard, weightOf } from "./arrival-classes.ts";

/** Classes whose cut time is searched; the cut times of the others follow from theirs. */
const PIVOTS_MAX = 16;

/** Ranges of the cut times of the pivots: `earliest[p] ≤ t_p ≤ latest[p]`. */
export interface Box {
  readonly earliest: Int32Array;
  readonly latest: Int32Array;
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

  /** The two parts of a box, `time` and earlier, and later, without what the order excludes. */
  split({ earliest, latest }: Box, pivot: number, time: number): Box[] {
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
   * The pivot whose range leaves most weight undecided, with the middle of its range; undefined if
   * no pivot's range leaves any.
   */
  widest({ earliest, latest }: Box): { pivot: number; middle: number } | undefined {
    const undecided = new Float64Array(this.#pivots.length);
    for (const [row, each] of this.classes.entries()) {
      const from = this.#earliestOf(row, earliest);
      const to = this.#latestOf(row, latest);
      if (from === to) continue;
      const weight = weightOf(each);
      for (const pivot of new Set([...this.#harder[row], ...this.#easier[row]])) {
        const [start, stop] = [Math.max(from, earliest[pivot]), Math.min(to, latest[pivot])];
        if (start >= stop) continue;
        undecided[pivot] += weight * (countBefore(each, stop) - countBefore(each, start));
      }
    }
    const most = Math.max(0, ...undecided);
    if (most === 0) return undefined;
    const pivot = undecided.indexOf(most);
    return { pivot, middle: (earliest[pivot] + latest[pivot]) >>> 1 };
  }
}
