import { seededRandom } from "../../src/simulate/seeded-random.ts";
import type { Random } from "../../src/model/random.ts";

/** Draws for plans: everything comes from one seed. */
export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** 0 … bound − 1. */
  below(bound: number): number {
    return this.#random.below(bound);
  }

  /** An integer of `low` to `high`, both included. */
  from(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in so many of a hundred cases. */
  percent(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of the items, each as likely as the other. */
  of<Item>(...items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }

  /** Some of the items, one at least. */
  some<Item>(items: readonly Item[]): Item[] {
    const kept = this.below(items.length);
    return items.filter((_, index) => index === kept || this.percent(50));
  }

  /** What `make` makes in so many of a hundred cases, else `undefined`. */
  maybe<Value>(percent: number, make: () => Value): Value | undefined {
    return this.percent(percent) ? make() : undefined;
  }
}
