/** A trial of a budget. Budgets and `missing` are in the same unit: device-hours. */
export interface BudgetTrial {
  readonly budget: number;
  /** An estimate of what it lacks, from 0; it only makes the search shorter. Not used of enough. */
  readonly missing: number;
}

export interface BudgetSearch<Trial extends BudgetTrial> {
  readonly isEnough: (trial: Trial) => boolean;
  /** Tried first. */
  readonly guess: number;
  /** The result is at most so much above a budget that is not enough. */
  readonly tolerance: number;
  /** Largest budget that is tried. */
  readonly most: number;
}

/** Trials that no search reaches: every other one at least halves the interval, or doubles a step. */
const TRIALS_MAX = 200;

/**
 * The trial of the least budget from 0 that is enough, within the tolerance, or `undefined` if not
 * even the largest is. Where more is sometimes worse, it is the upper end of one such step.
 *
 * One trial after the other: first outwards from the guess until there is one that is enough and one
 * that is not, then inwards, in turns to where the missing amount points and to the middle.
 */
export async function leastBudget<Trial extends BudgetTrial>(
  attempt: (budget: number) => Promise<Trial>,
  { isEnough, guess, tolerance, most }: BudgetSearch<Trial>,
): Promise<Trial | undefined> {
  let failed: Trial | undefined;
  let passed: Trial | undefined;
  let budget = Math.min(guess, most);
  let step = tolerance;
  for (let trials = 1; trials <= TRIALS_MAX; trials += 1) {
    const trial = await attempt(budget);
    if (isEnough(trial)) passed = trial;
    else failed = trial;
    if (failed?.budget === most) return undefined;
    if (passed?.budget === 0) return passed;
    if (passed === undefined) {
      const lacking = Math.max(step, failed!.missing + tolerance / 2);
      budget = Math.min(most, failed!.budget + lacking);
      step *= 2;
    } else if (failed === undefined) {
      budget = Math.max(0, passed.budget - step);
      step *= 2;
    } else {
      const width = passed.budget - failed.budget;
      if (width <= tolerance) return passed;
      // A little more than what is missing, so that it is enough; the middle every other time.
      const aimed = failed.missing + tolerance / 2;
      const isAimed = trials % 2 === 0 && aimed < width - tolerance / 2;
      budget = failed.budget + (isAimed ? aimed : width / 2);
    }
  }
  throw new Error(`no budget was found in ${TRIALS_MAX} trials`);
}
