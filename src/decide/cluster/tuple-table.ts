import { grown } from "./grown.ts";

const EMPTY = -1;

/**
 * Gives each distinct tuple of 32-bit integers a dense id: 0, 1, 2, … in order of first sight.
 * Open addressing with linear probing at a load of at most one half; O(length) a lookup.
 */
export class TupleTable {
  size = 0;
  /** Tuple `id` is `cells[starts[id] … starts[id + 1] - 1]`. */
  starts = new Int32Array(64);
  cells = new Int32Array(256);
  #slots = new Int32Array(128).fill(EMPTY);

  /** Id of the tuple `source[0 … length - 1]`, new if it was never seen. */
  intern(source: ArrayLike<number>, length: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashTuple(source, length) & mask;
    for (;;) {
      const id = this.#slots[slot];
      if (id === EMPTY) break;
      if (this.#equals(id, source, length)) return id;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.size;
    return this.#append(source, length);
  }

  #equals(id: number, source: ArrayLike<number>, length: number): boolean {
    const start = this.starts[id];
    if (this.starts[id + 1] - start !== length) return false;
    for (let cell = 0; cell < length; cell += 1) {
      if (this.cells[start + cell] !== source[cell]) return false;
    }
    return true;
  }

  #append(source: ArrayLike<number>, length: number): number {
    const id = this.size;
    const start = this.starts[id];
    this.starts = grown(this.starts, id + 2);
    this.cells = grown(this.cells, start + length);
    for (let cell = 0; cell < length; cell += 1) this.cells[start + cell] = source[cell];
    this.starts[id + 1] = start + length;
    this.size += 1;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = this.#slots.length - 1;
    for (let id = 0; id < this.size; id += 1) {
      const start = this.starts[id];
      const tuple = this.cells.subarray(start, this.starts[id + 1]);
      let slot = hashTuple(tuple, tuple.length) & mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }
}

/** MurmurHash3's 32-bit mixing (Appleby, public domain), one round for each element. */
function hashTuple(source: ArrayLike<number>, length: number): number {
  let hash = length;
  for (let cell = 0; cell < length; cell += 1) {
    let word = Math.imul(source[cell], 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
