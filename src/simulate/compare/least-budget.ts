/** A trial of a budget. Budgets and `missing` are in the same unit: device-hours. */
export interface BudgetTrial {
  readonly budget: number;
  /**
   * An estimate of what it lacks, from 0, or `undefined` if nobody knows. It only makes the search
   * shorter, and is not used of what is enough.
   */
  readonly missing: number | undefined;
}

export interface BudgetSearch<Trial extends BudgetTrial> {
  readonly isEnough: (trial: Trial) => boolean;
  /** Tried first. */
  readonly guess: number;
  /** The result is at most so much above a budget that is not enough. */
  readonly tolerance: number;
  /** Largest budget that is tried. */
  readonly most: number;
  /** A trial that is enough, if one is known: nothing above it is tried. */
  readonly known?: Trial;
}

/** Trials that no search reaches: every third one at least halves the interval, or doubles a step. */
const TRIALS_MAX = 200;

/**
 * The trial of the least budget from 0 that is enough, within the tolerance, or `undefined` if not
 * even the largest is. Where more is sometimes worse, it is the upper end of one such step.
 *
 * One trial after the other: first outwards from the guess until there is one that is enough and one
 * that is not, then inwards: in turns just above and just below what is missing, and to the middle.
 */
export async function leastBudget<Trial extends BudgetTrial>(
  attempt: (budget: number) => Promise<Trial>,
  { isEnough, guess, tolerance, most, known }: BudgetSearch<Trial>,
): Promise<Trial | undefined> {
  let failed: Trial | undefined;
  let passed = known;
  let budget = Math.min(guess, most);
  let step = tolerance;
  let inwards = 0;
  for (let trials = 1; trials <= TRIALS_MAX; trials += 1) {
    const trial = await attempt(budget);
    if (isEnough(trial)) passed = trial;
    else failed = trial;
    if (failed?.budget === most) return undefined;
    if (passed?.budget === 0) return passed;
    if (passed === undefined) {
      const lacking = Math.max(step, (failed!.missing ?? 0) + tolerance / 2);
      budget = Math.min(most, failed!.budget + lacking);
      step *= 2;
    } else if (failed === undefined) {
      budget = Math.max(0, passed.budget - step);
      step *= 2;
    } else {
      const width = passed.budget - failed.budget;
      if (width <= tolerance) return passed;
      budget = failed.budget + stepInwards(failed.missing, { width, tolerance, turn: inwards });
      inwards += 1;
    }
  }
  throw new Error(`no budget was found in ${TRIALS_MAX} trials`);
}

interface Interval {
  readonly width: number;
  readonly tolerance: number;
  readonly turn: number;
}

/** From the lower end of the interval to what is tried next: well within it. */
function stepInwards(missing: number | undefined, { width, tolerance, turn }: Interval): number {
  if (missing === undefined) return width / 2;
  const aims = [missing + tolerance / 2, missing - tolerance / 2, width / 2];
  const inTurn = aims.map((_, next) => aims[(turn + next) % aims.length]);
  return inTurn.find((step) => step > tolerance / 4 && step < width - tolerance / 4) ?? width / 2;
}
