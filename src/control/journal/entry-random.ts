import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Random } from "../../model/random.ts";

/**
 * The random numbers with which the decision of one entry is made: a stream of its own for each
 * sequence, so that a replay may begin at any entry and no snapshot holds a generator's state.
 */
export function entryRandom(seed: number, sequence: number): Random {
  const high = Math.floor(sequence / 2 ** 32);
  const generator = xoroshiro128plus(mix(mix(seed ^ mix(sequence | 0)) ^ high));
  return { below: (bound) => uniformInt(generator, 0, bound - 1) };
}

/** Finalizer of MurmurHash3 (Appleby): each bit of the argument changes half of the result's. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
