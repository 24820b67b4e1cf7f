import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Reproducible numbers: the same words give the same row of numbers on every machine. */
export interface SeededRandom {
  /** In [0, 1). */
  fraction(): number;
  /** An integer in 0 .. bound - 1. */
  below(bound: number): number;
  /** Normally distributed, mean 0, deviation 1. */
  normal(): number;
}

/** `words` are integers below 2^32, such as a seed and a step: each row of them has its own numbers. */
export function seededRandom(...words: readonly number[]): SeededRandom {
  const generator = xoroshiro128plus(words.reduce(mix, 0x9e3779b9));
  const fraction = () => uniformFloat64(generator);
  return {
    fraction,
    below: (bound) => Math.floor(fraction() * bound),
    // Box and Muller (1958): two uniform numbers make a normal one.
    normal: () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction()),
  };
}

/** The finalizer of MurmurHash3 over both words: close seeds give unlike rows. */
function mix(hash: number, word: number): number {
  let bits = Math.imul(hash ^ word, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) + 0x6d2b79f5;
}
