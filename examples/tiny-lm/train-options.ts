import path from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

/** What is trained, on what, and how. Counts are of all processes together. */
export interface TrainOptions {
  /** Texts, and folders of texts. */
  readonly data: readonly string[];
  readonly steps: number;
  readonly seed: number;
  /** Windows per step. */
  readonly batch: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly context: number;
  readonly learningRate: number;
  readonly checkpointEvery: number;
  readonly evaluateEvery: number;
}

/** This process among those that train together, by torchrun's variables, and its folder. */
export interface TrainPlace {
  readonly rank: number;
  readonly worldSize: number;
  readonly address: string;
  readonly port: number;
  readonly folder: string;
}

const repository = path.resolve(import.meta.dirname, "../..");
export const DEFAULT_FOLDER = path.join(repository, ".cache/tiny-lm");

const DEFAULTS = {
  steps: 600,
  seed: 1,
  batch: 16,
  width: 96,
  heads: 4,
  layers: 3,
  context: 96,
  "learning-rate": 0.004,
  "checkpoint-every": 50,
  "evaluate-every": 50,
};
type NumberName = keyof typeof DEFAULTS;

const LEAST: Partial<Record<NumberName, number>> = { seed: 0 };
const MOST: Partial<Record<NumberName, number>> = {
  batch: 4096,
  width: 1024,
  heads: 64,
  layers: 32,
  context: 1024,
};
const INTEGER_MAX = 2 ** 31;

export const USAGE = `Trains a small character-level transformer.

  node examples/tiny-lm/train.ts [--data PATH...] [options]

  --data PATH...        texts, or folders of .md, .ts and .txt files (this repository)
${Object.entries(DEFAULTS)
  .map(([name, value]) => `  --${`${name} NUMBER`.padEnd(26)}(${value})`)
  .join("\n")}

Counts are of all processes together. Environment: RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT as torchrun
sets them; NEURAXIS_CHECKPOINT_DIR (.cache/tiny-lm in this repository).
`;

/** Reads the command line; undefined when help is asked for. Throws UsageError. */
export function parseTrainOptions(words: readonly string[]): TrainOptions | undefined {
  const { values, positionals } = parseWords(words);
  if (values["help"] === true) return undefined;
  const data = [...(values["data"] ?? []), ...positionals];
  const given: Partial<Record<string, unknown>> = values;
  const number = (name: NumberName) => parseNumber(name, given[name] as string | undefined);
  const options = {
    data: data.length > 0 ? data : [repository],
    steps: number("steps"),
    seed: number("seed"),
    batch: number("batch"),
    width: number("width"),
    heads: number("heads"),
    layers: number("layers"),
    context: number("context"),
    learningRate: number("learning-rate"),
    checkpointEvery: number("checkpoint-every"),
    evaluateEvery: number("evaluate-every"),
  };
  if (options.width % options.heads !== 0) {
    throw new UsageError(`--width ${options.width} is no multiple of --heads ${options.heads}`);
  }
  return options;
}

function parseWords(words: readonly string[]) {
  const numbers = Object.keys(DEFAULTS).map((name) => [name, { type: "string" }] as const);
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        data: { type: "string", multiple: true },
        help: { type: "boolean", short: "h" },
        ...Object.fromEntries(numbers),
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseNumber(name: NumberName, text: string | undefined): number {
  if (text === undefined) return DEFAULTS[name];
  if (name === "learning-rate") {
    const rate = Number(text);
    if (rate > 0 && rate < 1) return rate;
    throw new UsageError(`--${name} ${text}: give a number between 0 and 1`);
  }
  return parseInteger(`--${name}`, text, { least: LEAST[name] ?? 1, most: MOST[name] });
}

function parseInteger(
  name: string,
  text: string,
  { least, most = INTEGER_MAX }: { readonly least: number; readonly most?: number | undefined },
): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} ${text}: give an integer from ${least} to ${most}`);
}

/** Reads torchrun's variables; without them this is the only process. Throws UsageError. */
export function parseTrainPlace(environment: NodeJS.ProcessEnv, batch: number): TrainPlace {
  const integer = (name: string, otherwise: string, least: number, most?: number) =>
    parseInteger(name, environment[name] ?? otherwise, { least, most });
  const worldSize = integer("WORLD_SIZE", "1", 1);
  if (worldSize > batch) {
    throw new UsageError(`WORLD_SIZE ${worldSize}: a batch of ${batch} has no part for each`);
  }
  return {
    rank: integer("RANK", "0", 0, worldSize - 1),
    worldSize,
    address: environment["MASTER_ADDR"] ?? "127.0.0.1",
    port: integer("MASTER_PORT", "29500", 1, 65_535),
    folder: environment["NEURAXIS_CHECKPOINT_DIR"] ?? DEFAULT_FOLDER,
  };
}
