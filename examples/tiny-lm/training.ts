import { adamStep, learningRate, zeroMoments } from "./adam.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  newestCheckpoint,
  saveCheckpoint,
  type Checkpoint,
} from "./checkpoint.ts";
import { heldOutWindows, trainingWindows, type BatchShare, type Corpus } from "./corpus.ts";
import { firstWeights, type ModelShape } from "./model.ts";
import type { ProcessGroup } from "./process-group.ts";
import type { TrainOptions, TrainPlace } from "./train-options.ts";
import { compileGraph, type TrainingGraph } from "./training-graph.ts";
import { UsageError } from "./usage-error.ts";

/** Part of the running mean of the training loss that a step leaves as it was. */
const TRAIN_BITS_DECAY = 0.95;

/** What a run tells when it evaluates: one line of JSON. Bits per character; null: no step yet. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly trainBitsPerChar: number | null;
  readonly heldOutBitsPerChar: number;
  /** Characters trained on, by all processes, since the last evaluation. */
  readonly tokensPerSecond: number;
}

export interface TrainHost {
  readonly tell: (progress: Progress) => void;
  readonly warn: (message: string) => void;
  /** Whether this process was asked to leave. */
  readonly isAskedToLeave: () => boolean;
}

export interface TrainInput {
  readonly options: TrainOptions;
  readonly place: TrainPlace;
  readonly corpus: Corpus;
  readonly group: ProcessGroup;
}

/**
 * Trains from the newest checkpoint of the folder, or from the start. When one process is asked to leave, all
 * finish the step, process 0 saves, and all return "left". Throws UsageError for a foreign checkpoint.
 */
export async function train(input: TrainInput, host: TrainHost): Promise<"done" | "left"> {
  const { place } = input;
  const state = await firstState(input, host);
  const run = new Run(input, state, await compileGraph(state.head.shape));
  const { steps, checkpointEvery, evaluateEvery } = input.options;
  const from = state.head.step;
  if (from === 0 || from >= steps) host.tell(await run.evaluate(from));
  for (let step = from + 1; step <= steps; step += 1) {
    const isLeaving = await run.step(step, host.isAskedToLeave());
    const isLast = step === steps;
    const isSaved = isLeaving || isLast || step % checkpointEvery === 0;
    if (isSaved && place.rank === 0) saveCheckpoint(place.folder, run.checkpoint(step));
    if (isLast || step % evaluateEvery === 0) host.tell(await run.evaluate(step));
    if (isLeaving && !isLast) return "left";
  }
  return "done";
}

/** Process 0 reads or makes it, and the others get the same bytes. */
async function firstState(input: TrainInput, { warn }: TrainHost): Promise<Checkpoint> {
  const { place, group } = input;
  if (place.rank > 0) return decodeCheckpoint(await group.broadcast(new Uint8Array()));
  const fresh = newState(input);
  const found = newestCheckpoint(place.folder, warn);
  if (found !== undefined) {
    requireSameRun(found, fresh, place.folder);
    warn(`goes on from step ${found.head.step} of ${place.folder}`);
  }
  const state = found ?? fresh;
  await group.broadcast(encodeCheckpoint(state));
  return state;
}

function newState({ options, corpus }: TrainInput): Checkpoint {
  const { width, heads, layers, context, seed, batch } = options;
  const { characters } = corpus.vocabulary;
  const shape: ModelShape = { vocabulary: characters.length, width, heads, layers, context };
  const weights = firstWeights(shape, seed);
  return {
    head: {
      shape,
      characters: [...characters],
      step: 0,
      seed,
      batch,
      learningRate: options.learningRate,
      textDigest: corpus.digest,
      trainBits: null,
    },
    weights,
    moments: zeroMoments(weights.length),
  };
}

/** All that decides the course of a run must be as it was; only the number of steps may be another. */
function requireSameRun(found: Checkpoint, fresh: Checkpoint, folder: string): void {
  const identity = ({ head }: Checkpoint) => ({
    ...head.shape,
    seed: head.seed,
    batch: head.batch,
    learningRate: head.learningRate,
    text: head.textDigest,
  });
  const [was, is] = [identity(found), identity(fresh)];
  const changed = (["text", ...Object.keys(is)] as (keyof typeof is)[]).find(
    (name) => was[name] !== is[name],
  );
  if (changed === undefined) return;
  // A text is named by the start of its digest.
  const [had, has] = [was, is].map((run) => String(run[changed]).slice(0, 12));
  throw new UsageError(
    `the checkpoint in ${folder} is of a run with ${changed} ${had}; this one has ${has}: ` +
      `set NEURAXIS_CHECKPOINT_DIR to another folder, or use the same options`,
  );
}

/** One process's part of a run: the weights, which are equal in all processes, and its windows. */
class Run {
  readonly #input: TrainInput;
  readonly #state: Checkpoint;
  readonly #graph: TrainingGraph;
  readonly #share: BatchShare;
  readonly #gradient: Float32Array;
  /** The gradient, the loss, and how many processes are asked to leave. */
  readonly #sums: Float32Array;
  #trainBits: number | null;
  #tokens = 0;
  #sinceMs = performance.now();

  constructor(input: TrainInput, state: Checkpoint, graph: TrainingGraph) {
    this.#input = input;
    this.#state = state;
    this.#graph = graph;
    const { context } = state.head.shape;
    const { rank, worldSize } = input.place;
    this.#share = { context, batch: state.head.batch, rank, worldSize };
    this.#gradient = new Float32Array(state.weights.length);
    this.#sums = new Float32Array(state.weights.length + 2);
    this.#trainBits = state.head.trainBits;
  }

  /** Improves the weights once. Returns whether any process is asked to leave: all return the same. */
  async step(step: number, isAskedToLeave: boolean): Promise<boolean> {
    const { corpus, options, group } = this.#input;
    const { weights, moments, head } = this.#state;
    const count = weights.length;
    const windows = trainingWindows(corpus.training, this.#share, head.seed, step);
    const loss = await this.#graph.lossAndGradient(weights, windows, this.#gradient);
    // Weighted by windows, the sum of all processes' means is the mean over the batch.
    const part = windows.count / head.batch;
    for (let index = 0; index < count; index += 1) {
      this.#sums[index] = this.#gradient[index] * part;
    }
    this.#sums[count] = loss * part;
    this.#sums[count + 1] = isAskedToLeave ? 1 : 0;
    await group.sum(this.#sums);
    const rate = learningRate(head.learningRate, step, options.steps);
    adamStep(weights, this.#sums.subarray(0, count), moments, { step, rate });
    const bits = this.#sums[count] / Math.LN2;
    const before = this.#trainBits ?? bits;
    this.#trainBits = TRAIN_BITS_DECAY * before + (1 - TRAIN_BITS_DECAY) * bits;
    this.#tokens += head.batch * head.shape.context;
    return this.#sums[count + 1] > 0;
  }

  /** The held-out windows are shared out among the processes. */
  async evaluate(step: number): Promise<Progress> {
    const seconds = (performance.now() - this.#sinceMs) / 1000;
    const tokensPerSecond = Math.round(this.#tokens / seconds);
    const sums = new Float32Array(2);
    for (const windows of heldOutWindows(this.#input.corpus.heldOut, this.#share)) {
      const loss = await this.#graph.loss(this.#state.weights, windows);
      sums[0] += loss * windows.count;
      sums[1] += windows.count;
    }
    await this.#input.group.sum(sums);
    this.#tokens = 0;
    this.#sinceMs = performance.now();
    return {
      step,
      steps: this.#input.options.steps,
      trainBitsPerChar: this.#trainBits,
      heldOutBitsPerChar: sums[0] / sums[1] / Math.LN2,
      tokensPerSecond,
    };
  }

  checkpoint(step: number): Checkpoint {
    const { head, weights, moments } = this.#state;
    return { head: { ...head, step, trainBits: this.#trainBits }, weights, moments };
  }
}
