import { Basis } from "./basis.ts";
import { PatternFinder } from "./best-pattern.ts";

/**
 * The linear program behind a bound: cut pieces from a pool of devices.
 *
 *     maximise   Σ size_s · n_s
 *     subject to least_s ≤ n_s ≤ most_s,  Σ_p k_ps · x_p ≥ n_s,  Σ_p x_p ≤ devices,  x ≥ 0
 *
 * over the numbers n_s of pieces of each size and the numbers x_p of devices cut into pattern p.
 *
 * The simplex method runs on the equivalent program in the pieces cut, a_s = Σ_p k_ps · x_p, whose
 * objective is concave and has kinks: a piece below `least` is worth a lot, one up to `most` its
 * size, one above nothing. A variable outside the basis stands at a kink; a step passes kinks for
 * as long as the objective rises. A pattern below 0 costs even more, so that the last basis is a
 * start for the next program, whatever its limits.
 *
 *     rows     a_s − Σ_p k_ps · x_p = 0 for each size,   idle + Σ_p x_p = devices
 *     prices   y_s of a piece, z of a device
 *
 * Patterns enter when they are needed, the best at the current prices first (Gilmore and Gomory,
 * 1961). No answer rests on the method's arithmetic or on its end: any prices give a bound, see
 * `#dualBound`.
 */
export class CuttingProgram {
  readonly #sizes: readonly number[];
  readonly #devices: number;
  readonly #finder: PatternFinder;
  /** Number of sizes, which is the index of the row of devices. */
  readonly #last: number;
  readonly #basis: Basis;
  readonly #basic: Variable[];
  readonly #pieces: readonly Variable[];
  readonly #idle: Variable;
  /** Amounts of the variables in the basis, and the segments of their objective that they are on. */
  #amounts: Float64Array;
  readonly #segments: Int32Array;
  /** Kink at which a size's pieces stand while they are not in the basis: 0 least, 1 most. */
  readonly #kinkOf: Int32Array;
  #limits: Limits = { least: new Float64Array(0), most: new Float64Array(0) };
  /** Steps of arithmetic so far, roughly. */
  work = 0;

  /** Sizes in milli, distinct, 1 to `deviceMilli`. */
  constructor(sizes: readonly number[], deviceMilli: number, devices: number) {
    this.#sizes = sizes;
    this.#devices = devices;
    this.#finder = new PatternFinder(sizes, deviceMilli);
    this.#last = sizes.length;
    const rows = sizes.length + 1;
    this.#basis = new Basis(rows);
    this.#pieces = sizes.map((milli, size) => ({
      column: unit(rows, size),
      size,
      slopes: [milli + SHORTAGE, milli, 0],
    }));
    this.#idle = { column: unit(rows, this.#last), size: NO_SIZE, slopes: FLOORED };
    this.#basic = [...this.#pieces, this.#idle];
    this.#amounts = new Float64Array(rows);
    this.#segments = new Int32Array(rows);
    this.#kinkOf = new Int32Array(this.#last);
  }

  /**
   * A value that no solution exceeds, with the prices that prove it; undefined if there is no
   * solution. It is the optimum but for rounding, and above it if the method was cut short.
   */
  bound(limits: Limits): PricedBound | undefined {
    this.#limits = limits;
    this.#restart();
    const required = limits.least.reduce(
      (sum, pieces, size) => sum + pieces * this.#sizes[size],
      0,
    );
    let best: PricedBound | undefined;
    for (let pivot = 0; pivot < PIVOTS_MAX; pivot += 1) {
      const prices = this.#prices();
      const pattern = this.#finder.find(prices);
      this.work += this.#finder.cost + 2 * this.#basic.length ** 2;
      const milli = this.#dualBound(prices, pattern.value);
      // What is required is worth more than anything possible: nothing is possible.
      if (milli < required) return undefined;
      if (best === undefined || milli < best.milli) best = { milli, prices };
      const entering = this.#choose(prices, pattern);
      if (entering === undefined || !this.#enter(entering)) break;
    }
    return best;
  }

  /**
   * Weak duality: with any prices y ≥ 0 and V the worth of the best pattern, each solution has
   * Σ y·n ≤ Σ y·a ≤ V · devices, so that
   * Σ size·n = Σ y·n + Σ (size − y)·n ≤ V · devices + Σ max over least ≤ n ≤ most of (size − y)·n.
   */
  #dualBound(prices: Float64Array, patternValue: number): number {
    const { least, most } = this.#limits;
    let bound = patternValue * this.#devices;
    let magnitude = bound;
    for (let size = 0; size < this.#last; size += 1) {
      const gain = this.#sizes[size] - Math.max(0, prices[size]);
      const term = gain * (gain > 0 ? most[size] : least[size]);
      bound += term;
      magnitude += Math.abs(term);
    }
    return bound + magnitude * ROUNDING;
  }

  /** Amounts of the last basis under the present limits; the basis of no pattern if it is spoilt. */
  #restart(): void {
    const columns = this.#basic.map((variable) => variable.column);
    if (!this.#basis.refresh(columns)) {
      for (const [row, variable] of [...this.#pieces, this.#idle].entries()) {
        this.#basic[row] = variable;
      }
      this.#basis.refresh(this.#basic.map((variable) => variable.column));
    }
    this.work += this.#basic.length ** 3;
    const isBasic = new Set(this.#basic);
    const right = new Float64Array(this.#basic.length);
    right[this.#last] = this.#devices;
    for (const variable of this.#pieces) {
      if (!isBasic.has(variable))
        right[variable.size] -= this.#kinkAt(variable, this.#kinkOf[variable.size]);
    }
    this.#amounts = this.#basis.times(right);
    for (const [row, variable] of this.#basic.entries()) {
      let segment = 0;
      while (
        segment < variable.slopes.length - 1 &&
        this.#amounts[row] > this.#kinkAt(variable, segment) - TOLERANCE
      ) {
        segment += 1;
      }
      this.#segments[row] = segment;
    }
  }

  /** Amount at which segment `index` of a variable's objective ends. */
  #kinkAt({ size }: Variable, index: number): number {
    if (size === NO_SIZE) return 0;
    return index === 0 ? this.#limits.least[size] : this.#limits.most[size];
  }

  /** Prices of a piece of each size, then the price of a device. */
  #prices(): Float64Array {
    return this.#basis.timesLine(
      Float64Array.from(this.#basic, ({ slopes }, row) => slopes[this.#segments[row]]),
    );
  }

  /** The change that raises the objective most for each unit; undefined if none does. */
  #choose(
    prices: Float64Array,
    pattern: { value: number; pieces: Float64Array },
  ): Entering | undefined {
    const devicePrice = prices[this.#last];
    // Prices carry errors in proportion to the dearest of them.
    let gainMin = TOLERANCE * Math.max(1, Math.abs(devicePrice) * TOLERANCE);
    let chosen: Entering | undefined;
    const consider = (gain: number, make: () => Omit<Entering, "gain">): void => {
      if (gain <= gainMin) return;
      gainMin = gain;
      chosen = { gain, ...make() };
    };
    consider(pattern.value - devicePrice, () => {
      const column = new Float64Array(this.#last + 1);
      for (let size = 0; size < this.#last; size += 1) column[size] = -pattern.pieces[size];
      column[this.#last] = 1;
      return { variable: { column, size: NO_SIZE, slopes: FLOORED }, segment: 1, sign: 1 };
    });
    const isBasic = new Set(this.#basic);
    if (!isBasic.has(this.#idle)) {
      consider(-devicePrice, () => ({ variable: this.#idle, segment: 1, sign: 1 }));
    }
    for (const variable of this.#pieces) {
      if (isBasic.has(variable)) continue;
      const kink = this.#kinkOf[variable.size];
      const price = prices[variable.size];
      consider(variable.slopes[kink + 1] - price, () => ({ variable, segment: kink + 1, sign: 1 }));
      consider(price - variable.slopes[kink], () => ({ variable, segment: kink, sign: -1 }));
    }
    return chosen;
  }

  /** Moves the entering variable as far as the objective rises; false if nothing stops it. */
  #enter({ variable, gain, sign, segment }: Entering): boolean {
    const image = this.#basis.times(variable.column);
    const speeds = image.map((cell) => -sign * cell);
    const own = this.#basic.length;
    const start =
      variable.size === NO_SIZE ? 0 : this.#kinkAt(variable, this.#kinkOf[variable.size]);
    const kinks: Kink[] = [];
    for (const [row, basic] of this.#basic.entries()) {
      this.#pushKinks(kinks, {
        row,
        variable: basic,
        amount: this.#amounts[row],
        speed: speeds[row],
        segment: this.#segments[row],
      });
    }
    this.#pushKinks(kinks, { row: own, variable, amount: start, speed: sign, segment });
    kinks.sort((left, right) => left.distance - right.distance || left.row - right.row);
    let rising = gain;
    let ownSegment = segment;
    for (const kink of kinks) {
      rising -= kink.loss;
      if (rising > 0) {
        if (kink.row === own) ownSegment = kink.beyond;
        else this.#segments[kink.row] = kink.beyond;
        continue;
      }
      for (let row = 0; row < own; row += 1) this.#amounts[row] += speeds[row] * kink.distance;
      if (kink.row === own) {
        this.#kinkOf[variable.size] = kink.index;
        return true;
      }
      const leaving = this.#basic[kink.row];
      if (leaving.size !== NO_SIZE) this.#kinkOf[leaving.size] = kink.index;
      this.#basic[kink.row] = variable;
      this.#amounts[kink.row] = start + sign * kink.distance;
      this.#segments[kink.row] = ownSegment;
      this.#basis.replace(kink.row, image);
      return true;
    }
    return false;
  }

  /** Appends the kinks that lie ahead of a moving variable. */
  #pushKinks(kinks: Kink[], { row, variable, amount, speed, segment }: Moving): void {
    if (Math.abs(speed) < TOLERANCE) return;
    const { slopes } = variable;
    const step = speed > 0 ? 1 : -1;
    for (let at = segment; speed > 0 ? at < slopes.length - 1 : at > 0; at += step) {
      const index = speed > 0 ? at : at - 1;
      const distance = Math.max(0, (this.#kinkAt(variable, index) - amount) / speed);
      const loss = Math.abs(speed) * (slopes[index] - slopes[index + 1]);
      kinks.push({ row, distance, loss, index, beyond: at + step });
    }
  }
}

/** Pieces of each size that a solution has at least and at most. */
export interface Limits {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

export interface PricedBound {
  readonly milli: number;
  /** Milli that a piece of each size is worth, and then a device. */
  readonly prices: Float64Array;
}

interface Variable {
  readonly column: Float64Array;
  /** Index of the size whose pieces it counts; NO_SIZE for a pattern or idle devices. */
  readonly size: number;
  /** Objective for each unit on each segment, falling; between two segments is a kink. */
  readonly slopes: readonly number[];
}

interface Entering {
  readonly variable: Variable;
  /** 1 upwards, −1 downwards. */
  readonly sign: 1 | -1;
  /** Segment of its objective that it moves along at first. */
  readonly segment: number;
  /** Rise of the objective for each unit. */
  readonly gain: number;
}

interface Moving {
  readonly row: number;
  readonly variable: Variable;
  readonly amount: number;
  readonly speed: number;
  readonly segment: number;
}

interface Kink {
  /** Row in the basis, or the number of rows for the entering variable itself. */
  readonly row: number;
  readonly distance: number;
  /** What the rise of the objective loses there. */
  readonly loss: number;
  readonly index: number;
  /** Segment behind the kink. */
  readonly beyond: number;
}

const NO_SIZE = -1;
/** Milli that a piece below `least` is worth beyond its size, and that a pattern below 0 costs. */
const SHORTAGE = 1e6;
const DEFICIT = 1e10;
/** Slopes of what must not be below 0. */
const FLOORED: readonly number[] = [DEFICIT, 0];
/** Below this, amounts, speeds and gains are rounding errors. */
const TOLERANCE = 1e-7;
/** Added to a bound, in parts of its terms: far above the error of summing them. */
const ROUNDING = 1e-12;
/** Some dozens are needed at first, then a few for each program; the limit also ends a cycle. */
const PIVOTS_MAX = 2000;

function unit(length: number, index: number): Float64Array {
  const column = new Float64Array(length);
  column[index] = 1;
  return column;
}
