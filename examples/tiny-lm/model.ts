import { seededRandom } from "./seeded-random.ts";

/**
 * A causal transformer: token and position embeddings, then `layers` times attention and a
 * feed-forward part, each on the normed stream and added to it, then a norm and the logits.
 * Norms are by the root mean square, the feed-forward part is four times as wide, its activation
 * is the squared ReLU (So et al., "Primer", 2021). No biases.
 */
export interface ModelShape {
  /** Tokens known. */
  readonly vocabulary: number;
  /** Numbers per character in the stream; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** Characters seen at once. */
  readonly context: number;
}

/** One weight matrix or vector, row by row, within the one array of all weights. */
export interface WeightPlace {
  readonly name: string;
  /** [inputs, outputs], or [length] for a norm's gain. */
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
  /** Standard deviation of its first values; undefined: all are 1. */
  readonly deviation?: number;
}

const FEED_FORWARD_FACTOR = 4;
export const NORM_EPSILON = 1e-5;

/** Tensors of one layer, in the order of `weightPlaces`. */
export const TENSORS_PER_LAYER = 8;

/** Where each tensor lies: tokens, positions, the layers' eight each, the last norm, the logits. */
export function weightPlaces(shape: ModelShape): WeightPlace[] {
  const { vocabulary, width, layers, context } = shape;
  const inner = width * FEED_FORWARD_FACTOR;
  // What is added to the stream starts small, so that depth does not blow it up (GPT-2, 2019).
  const added = 1 / Math.sqrt(2 * layers);
  const places: WeightPlace[] = [];
  let start = 0;
  const put = (name: string, size: readonly number[], deviation?: number) => {
    const end = start + size.reduce((product, length) => product * length, 1);
    places.push({ name, shape: size, start, end, ...(deviation !== undefined && { deviation }) });
    start = end;
  };
  put("tokens", [vocabulary, width], 0.1);
  put("positions", [context, width], 0.1);
  for (let layer = 0; layer < layers; layer += 1) {
    put(`${layer}.attention-norm`, [width]);
    for (const name of ["query", "key", "value"]) {
      put(`${layer}.${name}`, [width, width], 1 / Math.sqrt(width));
    }
    put(`${layer}.attention-out`, [width, width], added / Math.sqrt(width));
    put(`${layer}.feed-norm`, [width]);
    put(`${layer}.feed-in`, [width, inner], 1 / Math.sqrt(width));
    put(`${layer}.feed-out`, [inner, width], added / Math.sqrt(inner));
  }
  put("last-norm", [width]);
  put("logits", [width, vocabulary], 0.1 / Math.sqrt(width));
  return places;
}

export function weightCount(shape: ModelShape): number {
  return weightPlaces(shape).at(-1)!.end;
}

/** Random weights of an untrained model: close to equal chances for every token. */
export function firstWeights(shape: ModelShape, seed: number): Float32Array {
  const random = seededRandom(seed, 1);
  const weights = new Float32Array(weightCount(shape));
  for (const { start, end, deviation } of weightPlaces(shape)) {
    for (let index = start; index < end; index += 1) {
      weights[index] = deviation === undefined ? 1 : random.normal() * deviation;
    }
  }
  return weights;
}
