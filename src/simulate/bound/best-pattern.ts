/** The pieces that one device is best cut into at given prices. */
export interface BestPattern {
  /** What the pattern is worth: V = max Σ price·k subject to Σ size·k ≤ device. */
  readonly value: number;
  /** k: pieces of each size. */
  readonly pieces: Float64Array;
}

/** Finds best patterns for fixed sizes, by dynamic programming over a device's room. */
export class PatternFinder {
  /** Sizes and device in steps of their greatest common divisor. */
  readonly #sizes: Int32Array;
  readonly #values: Float64Array;
  readonly #choice: Int32Array;

  /** `sizes` and `device` in one unit, such as milli; integers from 1. */
  constructor(sizes: readonly number[], device: number) {
    const step = sizes.reduce(greatestCommonDivisor, device);
    this.#sizes = Int32Array.from(sizes, (size) => size / step);
    this.#values = new Float64Array(device / step + 1);
    this.#choice = new Int32Array(device / step + 1);
  }

  /** Steps of one call. */
  get cost(): number {
    return this.#sizes.length * this.#values.length;
  }

  /** Sizes of no or negative price stay out. O(sizes × device / step). */
  find(prices: ArrayLike<number>): BestPattern {
    const [sizes, values, choice] = [this.#sizes, this.#values, this.#choice];
    for (let room = 1; room < values.length; room += 1) {
      let best = values[room - 1];
      let chosen = -1;
      for (let row = 0; row < sizes.length; row += 1) {
        if (sizes[row] > room) continue;
        const value = values[room - sizes[row]] + prices[row];
        if (value > best) {
          best = value;
          chosen = row;
        }
      }
      values[room] = best;
      choice[room] = chosen;
    }
    return { value: values[values.length - 1], pieces: this.#trace() };
  }

  #trace(): Float64Array {
    const pieces = new Float64Array(this.#sizes.length);
    let room = this.#choice.length - 1;
    while (room > 0) {
      const row = this.#choice[room];
      if (row === -1) {
        room -= 1;
        continue;
      }
      pieces[row] += 1;
      room -= this.#sizes[row];
    }
    return pieces;
  }
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
