import type { Random } from "../../src/model/random.ts";

/** Gives the numbers in turn and notes the bounds that it was asked for. */
export interface ScriptedRandom extends Random {
  readonly bounds: number[];
}

/** @throws Error when asked for more numbers than there are, or for one outside its bound. */
export function scriptedRandom(...numbers: readonly number[]): ScriptedRandom {
  const bounds: number[] = [];
  return {
    bounds,
    below(bound) {
      const next = numbers[bounds.length];
      if (next === undefined || next >= bound) throw new Error(`no ${next} below ${bound}`);
      bounds.push(bound);
      return next;
    },
  };
}

/** For policies that draw nothing. */
export const noRandom: Random = scriptedRandom();

/** A small linear congruential generator (Numerical Recipes), its upper bits used. */
export function congruentialRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    below(bound) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * bound);
    },
  };
}
