import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { Windows } from "./corpus.ts";
import { NORM_EPSILON, TENSORS_PER_LAYER, weightPlaces, type ModelShape } from "./model.ts";

/**
 * The model as a graph with gradients, compiled to WebAssembly at the first call for each number of
 * windows (about a second). It works on one thread: Node has no workers that the library knows.
 */
export interface TrainingGraph {
  /** Mean nats per character; `gradient` is filled with its slope by each weight. */
  lossAndGradient(weights: Float32Array, windows: Windows, gradient: Float32Array): Promise<number>;
  /** Mean nats per character. */
  loss(weights: Float32Array, windows: Windows): Promise<number>;
  /** [windows, context, vocabulary], row by row. */
  logits(weights: Float32Array, windows: Windows): Promise<Float32Array>;
}

export async function compileGraph(shape: ModelShape): Promise<TrainingGraph> {
  await init("wasm");
  defaultDevice("wasm");
  const places = weightPlaces(shape);
  const tensors = (weights: Float32Array) =>
    places.map((place) =>
      np.array(weights.slice(place.start, place.end)).reshape([...place.shape]),
    );
  const loss = (parts: np.Array[], inputs: np.Array, targets: np.Array) =>
    meanLoss(modelLogits(parts, inputs, shape), targets, shape);
  const lossOnly = jit(loss);
  const lossWithSlopes = jit((parts: np.Array[], inputs: np.Array, targets: np.Array) =>
    valueAndGrad(loss)(parts, inputs, targets),
  );
  const logitsOnly = jit((parts: np.Array[], inputs: np.Array) =>
    modelLogits(parts, inputs, shape),
  );
  return {
    async lossAndGradient(weights, windows, gradient) {
      const [inputs, targets] = split(windows, shape.context);
      const [value, slopes] = lossWithSlopes(tensors(weights), inputs, targets);
      for (const [index, slope] of slopes.entries()) {
        gradient.set(await slope.data(), places[index].start);
      }
      return (await value.data())[0];
    },
    async loss(weights, windows) {
      const [inputs, targets] = split(windows, shape.context);
      return (await lossOnly(tensors(weights), inputs, targets).data())[0];
    },
    async logits(weights, windows) {
      const [inputs, targets] = split(windows, shape.context);
      targets.dispose();
      return (await logitsOnly(tensors(weights), inputs).data()) as Float32Array;
    },
  };
}

/** Inputs and targets, each [windows * context]: the targets are one character ahead. */
function split({ count, tokens }: Windows, context: number): [np.Array, np.Array] {
  const inputs = new Int32Array(count * context);
  const targets = new Int32Array(count * context);
  for (let row = 0; row < count; row += 1) {
    const start = row * (context + 1);
    inputs.set(tokens.subarray(start, start + context), row * context);
    targets.set(tokens.subarray(start + 1, start + 1 + context), row * context);
  }
  return [np.array(inputs, { dtype: np.int32 }), np.array(targets, { dtype: np.int32 })];
}

// A function takes over the arrays that it is given: what is used twice is passed as `.ref` first.

function modelLogits(parts: np.Array[], inputs: np.Array, shape: ModelShape): np.Array {
  const { vocabulary, width, layers, context } = shape;
  const [tokens, positions] = parts;
  // Rows by a product with ones and zeros: its slope is a product too, and no scattered sum.
  const rows = np.matmul(nn.oneHot(inputs, vocabulary), tokens);
  let stream = rows.reshape([-1, context, width]).add(positions).reshape([-1, width]);
  for (let layer = 0; layer < layers; layer += 1) {
    const from = 2 + layer * TENSORS_PER_LAYER;
    stream = layerOutput(stream, parts.slice(from, from + TENSORS_PER_LAYER), shape);
  }
  const [lastNorm, logits] = parts.slice(-2);
  return np.matmul(normed(stream, lastNorm), logits);
}

/** [characters, width] to the same; `weights` are the layer's eight tensors. */
function layerOutput(stream: np.Array, weights: np.Array[], shape: ModelShape): np.Array {
  const [attentionNorm, query, key, value, attentionOut, feedNorm, feedIn, feedOut] = weights;
  const { width, heads, context } = shape;
  const split = (input: np.Array, weight: np.Array) =>
    np.matmul(input, weight).reshape([-1, context, heads, width / heads]);
  const input = normed(stream.ref, attentionNorm);
  const seen = nn.dotProductAttention(
    split(input.ref, query),
    split(input.ref, key),
    split(input, value),
    { isCausal: true },
  );
  const attended = stream.add(np.matmul(seen.reshape([-1, width]), attentionOut));
  const inner = np.square(nn.relu(np.matmul(normed(attended.ref, feedNorm), feedIn)));
  return attended.add(np.matmul(inner, feedOut));
}

function normed(stream: np.Array, gain: np.Array): np.Array {
  const meanSquare = np.mean(np.square(stream.ref), -1, { keepdims: true });
  return stream.div(np.sqrt(meanSquare.add(NORM_EPSILON))).mul(gain);
}

function meanLoss(logits: np.Array, targets: np.Array, { vocabulary }: ModelShape): np.Array {
  const characters = targets.shape[0];
  const chosen = nn.logSoftmax(logits, -1).mul(nn.oneHot(targets, vocabulary));
  return np.sum(chosen).mul(-1 / characters);
}
