const LENGTH_MIN = 1 << 10;
const NO_KEY = -1;

/**
 * Remembers numbers by number, as many as a fixed amount of memory holds: each key has one place, and
 * a newer key takes it from an older one. For what can be computed again. It grows from small to its
 * greatest length as it fills. O(1).
 */
export class LossyMap {
  readonly #lengthMax: number;
  #keys = new Float64Array(LENGTH_MIN).fill(NO_KEY);
  #values = new Float64Array(LENGTH_MIN);
  #entries = 0;

  /** `lengthMax` is a power of two from 1024; 16 bytes each. */
  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  /** NaN if the key is not remembered. Keys are integers from 0 to 2^53. */
  get(key: number): number {
    const place = this.#place(key);
    return this.#keys[place] === key ? this.#values[place] : Number.NaN;
  }

  set(key: number, value: number): void {
    let place = this.#place(key);
    if (this.#keys[place] === NO_KEY) {
      this.#entries += 1;
      if (this.#entries * 2 > this.#keys.length && this.#keys.length < this.#lengthMax) {
        this.#grow();
        place = this.#place(key);
      }
    }
    this.#keys[place] = key;
    this.#values[place] = value;
  }

  /** MurmurHash3's finalizer (Appleby, public domain) over both halves of the key. */
  #place(key: number): number {
    let hash = (key | 0) ^ Math.imul(key / 4_294_967_296, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) & (this.#keys.length - 1);
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(keys.length * 2).fill(NO_KEY);
    this.#values = new Float64Array(keys.length * 2);
    this.#entries = 1;
    for (let place = 0; place < keys.length; place += 1) {
      if (keys[place] === NO_KEY) continue;
      const moved = this.#place(keys[place]);
      if (this.#keys[moved] === NO_KEY) this.#entries += 1;
      this.#keys[moved] = keys[place];
      this.#values[moved] = values[place];
    }
  }
}
