import { Decoder, softmax } from "./decoder.ts";
import { seededRandom, type SeededRandom } from "./seeded-random.ts";
import { StopWatch } from "./stop-watch.ts";
import { UNKNOWN_TOKEN, type Vocabulary } from "./vocabulary.ts";
import type { ModelShape } from "./model.ts";

/** A model that can be asked for text. */
export interface TextModel {
  readonly shape: ModelShape;
  readonly weights: Float32Array;
  readonly vocabulary: Vocabulary;
}

export interface TextRequest {
  readonly prompt: string;
  /** Characters to write. */
  readonly maxTokens: number;
  /** 0 takes the likeliest character each time, 1 draws by the model's chances. */
  readonly temperature: number;
  readonly seed: number;
  /** Writing ends before any of these. */
  readonly stop: readonly string[];
}

/** A piece of text; the last one has the reason why there is no more. */
export interface TextPiece {
  readonly text: string;
  /** Characters written so far. */
  readonly tokens: number;
  readonly finishReason?: "stop" | "length";
}

/**
 * Writes on from a prompt, a character per step. Only the prompt's end that fits into the context is seen; an
 * empty prompt starts a new line. Where the context is full, its later half is read anew.
 */
export function* generate(model: TextModel, request: TextRequest): Generator<TextPiece> {
  const { context } = model.shape;
  const random = seededRandom(request.seed, 3);
  const decoder = new Decoder(model.shape, model.weights);
  const watch = new StopWatch(request.stop);
  const seen = Array.from(model.vocabulary.encode(request.prompt || "\n")).slice(-context);
  let logits = read(decoder, seen);
  for (let tokens = 1; tokens <= request.maxTokens; tokens += 1) {
    const token = draw(logits, request.temperature, random);
    const text = watch.take(model.vocabulary.decode([token]));
    if (watch.isOver) {
      yield { text, tokens, finishReason: "stop" };
      return;
    }
    if (tokens === request.maxTokens) {
      yield { text: text + watch.rest(), tokens, finishReason: "length" };
      return;
    }
    yield { text, tokens };
    seen.push(token);
    if (decoder.position < context) {
      logits = decoder.next(token);
      continue;
    }
    decoder.forget();
    logits = read(decoder, seen.slice(-Math.ceil(context / 2)));
  }
}

function read(decoder: Decoder, tokens: readonly number[]): Float32Array {
  let logits: Float32Array = new Float32Array();
  for (const token of tokens) logits = decoder.next(token);
  return logits;
}

/** Changes `logits`. The unknown character is never drawn. */
function draw(logits: Float32Array, temperature: number, random: SeededRandom): number {
  logits[UNKNOWN_TOKEN] = -Infinity;
  if (temperature === 0) return logits.indexOf(Math.max(...logits));
  const chances = softmax(logits.map((logit) => logit / temperature));
  let left = random.fraction();
  for (const [token, chance] of chances.entries()) {
    left -= chance;
    if (left < 0) return token;
  }
  return chances.length - 1;
}
