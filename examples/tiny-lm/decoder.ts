import { NORM_EPSILON, TENSORS_PER_LAYER, weightPlaces, type ModelShape } from "./model.ts";

/**
 * The model for one text, character by character. Keys and values of the characters seen are kept,
 * so a character costs one multiplication per weight. Same weights and logits as the training graph.
 */
export class Decoder {
  readonly #shape: ModelShape;
  readonly #tensors: readonly Float32Array[];
  /** Per layer: [context, width]. */
  readonly #keys: readonly Float32Array[];
  readonly #values: readonly Float32Array[];
  #position = 0;

  constructor(shape: ModelShape, weights: Float32Array) {
    this.#shape = shape;
    this.#tensors = weightPlaces(shape).map(({ start, end }) => weights.subarray(start, end));
    const memory = () =>
      Array.from({ length: shape.layers }, () => new Float32Array(shape.context * shape.width));
    this.#keys = memory();
    this.#values = memory();
  }

  /** Characters seen since the last `forget`; at most `context`. */
  get position(): number {
    return this.#position;
  }

  forget(): void {
    this.#position = 0;
  }

  /** Takes the next token in and returns the logits of the one after it. Refused beyond `context`. */
  next(token: number): Float32Array {
    const { width, layers, context } = this.#shape;
    if (this.#position >= context) throw new Error(`the context of ${context} is full`);
    const [tokens, positions] = this.#tensors;
    const stream = tokens.slice(token * width, (token + 1) * width);
    add(stream, positions.subarray(this.#position * width, (this.#position + 1) * width));
    for (let layer = 0; layer < layers; layer += 1) this.#layer(layer, stream);
    this.#position += 1;
    const [lastNorm, logits] = this.#tensors.slice(-2);
    return product(normed(stream, lastNorm), logits);
  }

  #layer(layer: number, stream: Float32Array): void {
    const from = 2 + layer * TENSORS_PER_LAYER;
    const [attentionNorm, query, key, value, attentionOut, feedNorm, feedIn, feedOut] =
      this.#tensors.slice(from, from + TENSORS_PER_LAYER);
    const input = normed(stream, attentionNorm);
    const offset = this.#position * this.#shape.width;
    this.#keys[layer].set(product(input, key), offset);
    this.#values[layer].set(product(input, value), offset);
    add(stream, product(this.#attend(layer, product(input, query)), attentionOut));
    const inner = product(normed(stream, feedNorm), feedIn);
    for (let index = 0; index < inner.length; index += 1) {
      inner[index] = Math.max(0, inner[index]) ** 2;
    }
    add(stream, product(inner, feedOut));
  }

  /** What each head reads of the characters so far, this one among them. */
  #attend(layer: number, query: Float32Array): Float32Array {
    const { width, heads } = this.#shape;
    const size = width / heads;
    const read = new Float32Array(width);
    for (let head = 0; head < heads; head += 1) {
      const columns = { from: head * size, to: (head + 1) * size };
      const chances = this.#chances(this.#keys[layer], query, columns);
      for (const [position, chance] of chances.entries()) {
        const row = position * width;
        for (let column = columns.from; column < columns.to; column += 1) {
          read[column] += chance * this.#values[layer][row + column];
        }
      }
    }
    return read;
  }

  #chances(
    keys: Float32Array,
    query: Float32Array,
    columns: { readonly from: number; readonly to: number },
  ): Float32Array {
    const { width } = this.#shape;
    const scale = 1 / Math.sqrt(columns.to - columns.from);
    const scores = new Float32Array(this.#position + 1);
    for (let position = 0; position < scores.length; position += 1) {
      const row = position * width;
      let sum = 0;
      for (let column = columns.from; column < columns.to; column += 1) {
        sum += query[column] * keys[row + column];
      }
      scores[position] = sum * scale;
    }
    return softmax(scores);
  }
}

/** Chances in proportion to e^score, in place; they sum to 1. */
export function softmax(scores: Float32Array): Float32Array {
  let highest = -Infinity;
  for (const score of scores) highest = Math.max(highest, score);
  let sum = 0;
  for (let index = 0; index < scores.length; index += 1) {
    scores[index] = Math.exp(scores[index] - highest);
    sum += scores[index];
  }
  for (let index = 0; index < scores.length; index += 1) scores[index] /= sum;
  return scores;
}

/** A row times a matrix [inputs, outputs], in the order in which the matrix lies in memory. */
function product(row: Float32Array, matrix: Float32Array): Float32Array {
  const outputs = matrix.length / row.length;
  const result = new Float32Array(outputs);
  for (let input = 0; input < row.length; input += 1) {
    const factor = row[input];
    const start = input * outputs;
    for (let output = 0; output < outputs; output += 1) {
      result[output] += factor * matrix[start + output];
    }
  }
  return result;
}

function normed(stream: Float32Array, gain: Float32Array): Float32Array {
  let square = 0;
  for (const value of stream) square += value * value;
  const scale = 1 / Math.sqrt(square / stream.length + NORM_EPSILON);
  return stream.map((value, index) => value * scale * gain[index]);
}

function add(stream: Float32Array, change: Float32Array): void {
  for (let index = 0; index < stream.length; index += 1) stream[index] += change[index];
}
