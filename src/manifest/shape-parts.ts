import { z } from "zod";
import { suggestName } from "../model/nearest-name.ts";
import {
  CPU_MOST,
  MEMORY_MOST,
  MEMORY_PATTERN,
  MILLI_PATTERN,
  type Most,
  readCpu,
  readDeviceTotal,
  readDuration,
  readMemory,
  suggestQuantity,
  TIME_MOST,
  TIME_PATTERN,
} from "./quantities.ts";

/** Of one map's unknown keys so many are told at length: to find the nearest key takes a while. */
const SUGGESTIONS_MAX = 100;

/**
 * A map that refuses keys it does not know, and names the nearest that it does. `refused` says of
 * keys that somebody may well write why they cannot stand here.
 */
export function settings<Shape extends z.ZodRawShape>(
  shape: Shape,
  refused: Readonly<Record<string, string>> = {},
) {
  const known = Object.keys(shape);
  const say = (key: string, index: number) => {
    if (index >= SUGGESTIONS_MAX) return "is no key here";
    return Object.hasOwn(refused, key) ? refused[key] : sayUnknown(key, known);
  };
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? issue.keys.map(say).join("\n") : undefined,
  });
}

/** An issue of several unknown keys as one for each key; any other as it is. */
export function splitIssue(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  if (issue.code !== "unrecognized_keys") return [issue];
  const messages = issue.message.split("\n");
  return issue.keys.map((key, index) => ({ path: [...issue.path, key], message: messages[index] }));
}

/** A map of keys, or its short form. */
export function mapOr<Short extends z.ZodType, Long extends z.ZodType>(short: Short, long: Long) {
  return chosen([short, long], (value) => (isMap(value) ? long : short));
}

/**
 * Read by whichever schema `choose` takes for the value. Its JSON Schema does not show by itself what
 * a function chooses among: that is noted as `alternatives`.
 */
export function chosen<Schema extends z.ZodType>(
  anyOf: readonly Schema[],
  choose: (value: unknown) => Schema,
) {
  return z
    .unknown()
    .transform((value, context): z.output<Schema> => forward(choose(value), value, context))
    .meta({ alternatives: () => anyOf });
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads by a schema that the value itself chose: its issues keep their own places and words. */
export function forward<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  context: z.core.$RefinementCtx,
): z.output<Schema> {
  const result = schema.safeParse(value, { error: explain });
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
  }
  return z.NEVER;
}

const TEXT_OF_TIME = { type: "string", pattern: TIME_PATTERN };
const TEXT_OF_MEMORY = { type: "string", pattern: MEMORY_PATTERN };
/** JSON Schema of thousandths, written as a number of wholes or as `500m`. */
export const NUMBER_OR_MILLI = {
  anyOf: [
    { type: "number", minimum: 0 },
    { type: "string", pattern: MILLI_PATTERN },
  ],
};

/** `30s` */
export const duration = measured(
  readDuration,
  "a time such as 500ms, 30s, 10min, 2h or 23d",
  TEXT_OF_TIME,
  TIME_MOST,
);
/** A time above 0. */
export const period = duration.refine((ms) => ms > 0, "must be longer than 0");
/** `64Gi` */
export const memory = measured(
  readMemory,
  "a memory size such as 512Mi or 64Gi",
  TEXT_OF_MEMORY,
  MEMORY_MOST,
);
/** `8` or `500m` */
export const cpu = measured(
  readCpu,
  "a number of cores such as 8, 0.5 or 500m",
  NUMBER_OR_MILLI,
  CPU_MOST,
);
/** Milli of devices in total. */
export const deviceTotal = measured(
  readDeviceTotal,
  "a number of GPUs such as 4 or 0.5",
  NUMBER_OR_MILLI,
);

export function wholeNumber(min: number, max: number) {
  return z.int().min(min).max(max);
}

/** What is wrong, in words of the file. */
export const explain: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${NOUNS[issue.expected] ?? issue.expected}, not ${show(issue.input)}`;
    case "invalid_value": {
      const known = issue.values.map(String);
      const hint = suggestName(String(issue.input), known);
      return `must be ${known.join(" or ")}, not ${show(issue.input)}${hint}`;
    }
    case "too_small":
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${sizeNoun(issue)}, not ${size(issue.input)}`;
    case "too_big":
      return `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${sizeNoun(issue)}, not ${size(issue.input)}`;
    case "invalid_key":
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
};

const NOUNS: Readonly<Record<string, string>> = {
  object: "a map of keys",
  record: "a map of keys",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/**
 * A quantity that `read` makes of a value; `form` is the JSON Schema of the values that it reads,
 * `most` the greatest of them; absent: there is none, or it is not spoken of.
 */
export function measured<Value>(
  read: (value: unknown) => Value | undefined,
  what: string,
  form: Readonly<Record<string, unknown>>,
  most?: Most,
) {
  return z
    .unknown()
    .transform((value, context): Value => {
      const quantity = read(value);
      if (quantity !== undefined) return quantity;
      if (most?.isLess(value) === true) {
        const message = `must be at most ${most.text}, not ${show(value)}`;
        context.addIssue({ code: "custom", message });
        return z.NEVER;
      }
      const meant = suggestQuantity(value, read);
      const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
      context.addIssue({ code: "custom", message: `must be ${what}, not ${show(value)}${hint}` });
      return z.NEVER;
    })
    .meta(form);
}

function sayUnknown(key: string, known: readonly string[]): string {
  return `is no key here${suggestName(key, known)}; the keys are ${known.join(", ")}`;
}

function sizeNoun(limit: {
  readonly origin: string;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}): string {
  const plural = (limit.minimum ?? limit.maximum) === 1 ? "" : "s";
  if (limit.origin === "string") return ` character${plural}`;
  return limit.origin === "array" ? ` item${plural}` : "";
}

function size(input: unknown): string {
  return typeof input === "string" || Array.isArray(input) ? `${input.length}` : show(input);
}

/** Enough of a value for a message. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map of keys";
  const text = typeof value === "number" ? showNumber(value) : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

/** Digits that were rounded are none that somebody wrote. */
function showNumber(value: number): string {
  const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded ? value.toExponential() : `${value}`;
}
