import { Life } from "./life.ts";
import { type LifePlan, planLife } from "./life-plan.ts";
import { RuleBroken } from "./rule-broken.ts";

/** A life that broke a rule. */
export interface Failure {
  readonly plan: LifePlan;
  readonly rule: string;
  readonly message: string;
  readonly stack: string;
  /** Steps until then, this one included. */
  readonly steps: number;
}

/** Largest number of lives of one seed. */
const LIVES_MAX = 1_000_000;

/** Seed of the life of this number, of all that one seed of the command line has. */
export function lifeSeed(seed: number, life: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ Math.imul(life + 1, 0x85ebca6b)) | 0;
}

/** Lives the plan, for at most so many steps; how many it took, and what went wrong. */
export function tryLife(
  plan: LifePlan,
  stepsMax?: number,
): { readonly steps: number; readonly failure: Failure | undefined } {
  const life = new Life(plan);
  try {
    life.run(stepsMax);
  } catch (error) {
    if (!(error instanceof RuleBroken)) throw error;
    const { rule, message, stack = "" } = error;
    return { steps: life.steps, failure: { plan, rule, message, stack, steps: life.steps } };
  }
  return { steps: life.steps, failure: undefined };
}

/** Lives of one seed, one after the other, until `steps` are done or one of them fails. */
export function fuzzSeed(
  seed: number,
  steps: number,
  isKnown: (failure: Failure) => boolean = () => false,
): {
  readonly steps: number;
  readonly lives: number;
  readonly failure?: Failure & { readonly life: number };
} {
  let done = 0;
  for (let life = 0; life < LIVES_MAX; life += 1) {
    if (done >= steps) return { steps: done, lives: life };
    const result = tryLife(planLife(lifeSeed(seed, life)), steps - done);
    done += result.steps;
    const { failure } = result;
    if (failure !== undefined && !isKnown(failure)) {
      return { steps: done, lives: life + 1, failure: { ...failure, life } };
    }
  }
  return { steps: done, lives: LIVES_MAX };
}
