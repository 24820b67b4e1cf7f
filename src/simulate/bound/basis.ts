/** Pivot elements below this are rounding errors, not numbers. */
const PIVOT_MIN = 1e-9;

/** The square matrix whose columns are in the basis of a linear program, by its inverse. */
export class Basis {
  readonly #size: number;
  /** Row by row. */
  #inverse: Float64Array;

  /** The basis of unit columns. */
  constructor(size: number) {
    this.#size = size;
    this.#inverse = identity(size);
  }

  /** The inverse anew, without the rounding errors of its pivots; false if there is none. O(size³). */
  refresh(columns: readonly Float64Array[]): boolean {
    this.#inverse = identity(this.#size);
    const open = new Set(columns.keys());
    const order = new Int32Array(this.#size);
    for (let column = 0; column < this.#size; column += 1) {
      const image = this.times(columns[column]);
      let chosen = -1;
      for (const row of open) {
        if (chosen === -1 || Math.abs(image[row]) > Math.abs(image[chosen])) chosen = row;
      }
      if (Math.abs(image[chosen]) < PIVOT_MIN) return false;
      this.replace(chosen, image);
      open.delete(chosen);
      order[column] = chosen;
    }
    const size = this.#size;
    const sorted = new Float64Array(size * size);
    for (const [row, source] of order.entries()) {
      sorted.set(this.#inverse.subarray(source * size, (source + 1) * size), row * size);
    }
    this.#inverse = sorted;
    return true;
  }

  /** inverse · column */
  times(column: Float64Array): Float64Array {
    const size = this.#size;
    const product = new Float64Array(size);
    for (let row = 0; row < size; row += 1) {
      let sum = 0;
      for (let cell = 0; cell < size; cell += 1) {
        sum += this.#inverse[row * size + cell] * column[cell];
      }
      product[row] = sum;
    }
    return product;
  }

  /** line · inverse */
  timesLine(line: Float64Array): Float64Array {
    const size = this.#size;
    const product = new Float64Array(size);
    for (let row = 0; row < size; row += 1) {
      const factor = line[row];
      if (factor === 0) continue;
      for (let cell = 0; cell < size; cell += 1) {
        product[cell] += factor * this.#inverse[row * size + cell];
      }
    }
    return product;
  }

  /** Another column takes the place of column `row`; `image` is inverse · the column. */
  replace(row: number, image: Float64Array): void {
    const size = this.#size;
    const inverse = this.#inverse;
    const start = row * size;
    for (let cell = 0; cell < size; cell += 1) inverse[start + cell] /= image[row];
    for (let other = 0; other < size; other += 1) {
      const factor = image[other];
      if (other === row || factor === 0) continue;
      for (let cell = 0; cell < size; cell += 1) {
        inverse[other * size + cell] -= factor * inverse[start + cell];
      }
    }
  }
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) matrix[row * (size + 1)] = 1;
  return matrix;
}
