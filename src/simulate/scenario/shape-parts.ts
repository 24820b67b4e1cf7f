import { z } from "zod";
import { suggestName } from "./nearest-name.ts";
import { readCpu, readDeviceTotal, readDevices, readDuration, readMemory } from "./quantities.ts";

/** A map that refuses keys it does not know, and names the nearest that it does. */
export function settings<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? sayUnknown(issue.keys, known) : undefined,
  });
}

/** A map of which exactly one of several keys says what it is. */
export function oneOf<Options extends Readonly<Record<string, z.ZodType>>>(options: Options) {
  const names = Object.keys(options);
  return z.unknown().transform((value, context): z.output<Options[keyof Options]> => {
    const found = names.filter(
      (name) => typeof value === "object" && value !== null && Object.hasOwn(value, name),
    );
    if (found.length !== 1) {
      const says = found.length === 0 ? "none" : found.join(" and ");
      const message = `must have one of the keys ${names.join(", ")}; it has ${says}${sayNear(value, names)}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    return forward(options[found[0]], value, context) as z.output<Options[keyof Options]>;
  });
}

/** A map of keys, or its short form. */
export function mapOr<Short extends z.ZodType, Long extends z.ZodType>(short: Short, long: Long) {
  return z.unknown().transform((value, context): z.output<Short> | z.output<Long> => {
    const isMap = typeof value === "object" && value !== null;
    return forward<Short | Long>(isMap ? long : short, value, context);
  });
}

/** Reads by a schema that the value itself chose: its issues keep their own places and words. */
function forward<Schema extends z.ZodType>(
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

/** `30s` */
export const duration = measured(readDuration, "a time such as 500ms, 30s, 10min, 2h or 23d");
/** A time above 0. */
export const period = duration.refine((ms) => ms > 0, "must be longer than 0");
/** `64Gi` */
export const memory = measured(readMemory, "a memory size such as 512Mi or 64Gi");
/** `8` or `500m` */
export const cpu = measured(readCpu, "a number of cores such as 8, 0.5 or 500m");
/** Devices of one piece of work. */
export const devices = measured(
  readDevices,
  "a whole number of GPUs, or a share of one such as 0.5 or 500m",
);
/** Milli of devices in total. */
export const deviceTotal = measured(readDeviceTotal, "a number of GPUs such as 4 or 0.5");

/** Longest name: `-` and a number may follow it within the 253 characters of an id. */
const NAME_LENGTH_MAX = 200;
export const name = z
  .string()
  .min(1)
  .max(NAME_LENGTH_MAX)
  .refine(
    (text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text),
    "must have no line breaks or other control characters",
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
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${sizeNoun(issue.origin)}, not ${size(issue.input)}`;
    case "too_big":
      return `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${sizeNoun(issue.origin)}, not ${size(issue.input)}`;
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

function measured<Value>(read: (value: unknown) => Value | undefined, what: string) {
  return z.unknown().transform((value, context): Value => {
    const quantity = read(value);
    if (quantity !== undefined) return quantity;
    context.addIssue({ code: "custom", message: `must be ${what}, not ${show(value)}` });
    return z.NEVER;
  });
}

function sayUnknown(keys: readonly string[], known: readonly string[]): string {
  return `is no key here${suggestName(keys[0], known)}; the keys are ${known.join(", ")}`;
}

/** A misspelt key is the likely reason why none of the keys is there. */
function sayNear(value: unknown, names: readonly string[]): string {
  if (typeof value !== "object" || value === null) return "";
  const hints = Object.keys(value).map((key) => suggestName(key, names));
  return hints.find((hint) => hint !== "") ?? "";
}

function sizeNoun(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " items" : "";
}

function size(input: unknown): string {
  return typeof input === "string" || Array.isArray(input) ? `${input.length}` : show(input);
}

/** Enough of a value for a message. */
function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map of keys";
  const text = typeof value === "number" ? `${value}` : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
