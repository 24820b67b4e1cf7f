/** Adam's memory of past gradients: running means of them and of their squares. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.99;
const EPSILON = 1e-8;
/** A gradient longer than this is shortened to it. */
const GRADIENT_NORM_MAX = 1;
const WARM_UP_STEPS = 50;
/** The rate at the end, as a part of the highest. */
const LAST_RATE_PART = 0.1;

export function zeroMoments(count: number): Moments {
  return { first: new Float32Array(count), second: new Float32Array(count) };
}

/** Grows for 50 steps, then falls along half a cosine to a tenth. `step` counts from 1 to `steps`. */
export function learningRate(highest: number, step: number, steps: number): number {
  const warm = Math.min(1, step / WARM_UP_STEPS);
  const part = Math.min(1, Math.max(0, step - WARM_UP_STEPS) / Math.max(1, steps - WARM_UP_STEPS));
  const fall = LAST_RATE_PART + ((1 - LAST_RATE_PART) * (1 + Math.cos(Math.PI * part))) / 2;
  return highest * warm * fall;
}

/**
 * One step of Adam (Kingma and Ba, 2015, algorithm 1), in place. `step` counts from 1. The sums are
 * made in order, so that equal gradients give equal weights in every process.
 */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  moments: Moments,
  { step, rate }: { readonly step: number; readonly rate: number },
): void {
  const { first, second } = moments;
  const scale = Math.min(1, GRADIENT_NORM_MAX / (norm(gradient) + EPSILON));
  const firstBias = 1 - FIRST_DECAY ** step;
  const secondBias = 1 - SECOND_DECAY ** step;
  for (let index = 0; index < weights.length; index += 1) {
    const slope = gradient[index] * scale;
    const mean = FIRST_DECAY * first[index] + (1 - FIRST_DECAY) * slope;
    const square = SECOND_DECAY * second[index] + (1 - SECOND_DECAY) * slope * slope;
    first[index] = mean;
    second[index] = square;
    weights[index] -= (rate * (mean / firstBias)) / (Math.sqrt(square / secondBias) + EPSILON);
  }
}

function norm(values: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index] ** 2;
  return Math.sqrt(sum);
}
