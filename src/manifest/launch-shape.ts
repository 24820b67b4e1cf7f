import { z } from "zod";
import { label, processText } from "./name-shapes.ts";
import { settings, show } from "./shape-parts.ts";

/** Entries of command and arguments together; their bytes, as Linux takes them from one start. */
const WORDS_MAX = 1000;
const WORDS_BYTES_MAX = 128 * 1024;
const ENVIRONMENT_MAX = 1000;
/** Linux takes 128 KiB for one variable; a UTF-16 unit has at most three bytes. */
const VALUE_LENGTH_MAX = 32 * 1024;
const PATH_LENGTH_MAX = 1024;

/** An image as registries name it: `registry:port/path:tag@digest`, all but one step of the path optional. */
const IMAGE = (() => {
  const domain = "[A-Za-z0-9]+(-+[A-Za-z0-9]+)*(\\.[A-Za-z0-9]+(-+[A-Za-z0-9]+)*)*(:[0-9]{1,5})?";
  const step = "[a-z0-9]+((\\.|__?|-+)[a-z0-9]+)*";
  const tag = ":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
  const digest = "@[A-Za-z][A-Za-z0-9]*([+._-][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,256}";
  return new RegExp(`^(?=.{1,1024}$)(${domain}/)?${step}(/${step})*(${tag})?(${digest})?$`);
})();

const words = z
  .array(processText, {
    error: ({ code, input }) =>
      code !== "invalid_type"
        ? undefined
        : `must be a list of words such as ["python", "train.py"], not ${show(input)}; no shell splits a text`,
  })
  .max(WORDS_MAX);

/** A path that stays below where it starts: names with slashes between them. Container runtimes mount it. */
export const pathBelow = processText
  .min(1)
  .max(PATH_LENGTH_MAX)
  .refine(
    (path) => path.split("/").every((step) => step !== "" && step !== "." && step !== ".."),
    'must be names with a slash between them, without a slash at the ends, "." and ".."',
  )
  .refine((path) => !path.includes("\\"), "must have slashes, not backslashes")
  .refine((path) => !/[,"\n\r]/.test(path), "must have no comma, quotation mark or line break");

/** A path from the root or from where the process starts, without a way back up. */
export const plainPath = processText
  .min(1)
  .max(PATH_LENGTH_MAX)
  .refine((path) => !path.split(/[/\\]/).includes(".."), 'must not lead back up by ".."');

export const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, {
  error: ({ input }) =>
    `must be a variable's name: letters, digits and _, not first a digit, not ${show(input)}`,
});

/** @param taken names that Neuraxis sets, beside those that begin with its own. */
const variableOf = (taken: ReadonlySet<string>) =>
  settings({
    name: variableName
      .refine((name) => !taken.has(name) && !name.startsWith("NEURAXIS_"), {
        error: ({ input }) => sayTaken(String(input)),
      })
      .describe("The variable's name."),
    value: processText.max(VALUE_LENGTH_MAX).optional().describe("Its text; a number in quotes."),
    secret: settings({
      name: label.describe("Name of the secret."),
      key: z
        .string()
        .regex(/^[-._A-Za-z0-9]{1,253}$/, {
          error: ({ input }) => `must be letters, digits, -, _ and ., not ${show(input)}`,
        })
        .describe("Which of the secret's entries."),
    })
      .optional()
      .describe(
        "Instead of a text: the entry of a secret. A manifest never holds the secret itself.",
      ),
  }).superRefine(({ value, secret }, context) => {
    if ((value === undefined) === (secret === undefined)) {
      const has = value === undefined ? "it has neither" : "it has both";
      context.addIssue({ code: "custom", message: `must have either value or secret; ${has}` });
    }
  });

const environmentOf = (taken: ReadonlySet<string>) =>
  z
    .array(variableOf(taken))
    .max(ENVIRONMENT_MAX)
    .superRefine((entries, context) => {
      refuseTwins(
        context,
        entries.map(({ name }) => name),
        "name",
      );
    });

/** What is started: a program, an image, or a program of an image. @param taken as above. */
export const launchFieldsOf = (taken: ReadonlySet<string>) => ({
  command: words
    .min(1)
    .optional()
    .describe("Program and arguments, one word an entry; no shell reads them."),
  image: z
    .string()
    .regex(IMAGE, {
      error: ({ input }) => `must be an image such as ghcr.io/org/name:tag, not ${show(input)}`,
    })
    .optional()
    .describe(
      "Container image. Beside `command` the image's own program is replaced. One of both is needed.",
    ),
  args: words
    .default([])
    .describe("Words after those of `command`, or for the image's own program."),
  env: environmentOf(taken).default([]).describe("Environment, beside what Neuraxis sets itself."),
  workingDirectory: plainPath
    .optional()
    .describe("Where the process starts. Absent: where the engine or the image says."),
});

export type LaunchShape = z.output<z.ZodObject<ReturnType<typeof launchFieldsOf>>>;

/** What two fields say together. */
export function checkLaunch({ command, image, args }: LaunchShape, context: z.RefinementCtx): void {
  if (command === undefined && image === undefined) {
    context.addIssue({ code: "custom", message: "must have a command, an image, or both" });
  }
  if (command?.[0] === "") {
    context.addIssue({ code: "custom", path: ["command", 0], message: "must name a program" });
  }
  const all = [...(command ?? []), ...args];
  const bytes = all.reduce((sum, word) => sum + countBytes(word) + 1, 0);
  const path = args.length > (command?.length ?? 0) ? ["args"] : ["command"];
  if (all.length > WORDS_MAX) {
    const message = `command and args must have at most ${WORDS_MAX} words together, not ${all.length}`;
    context.addIssue({ code: "custom", path, message });
  }
  if (bytes > WORDS_BYTES_MAX) {
    const message = `command and args must have at most ${WORDS_BYTES_MAX} bytes together, not ${bytes}`;
    context.addIssue({ code: "custom", path, message });
  }
}

/** What is wrong with a variable that Neuraxis sets. */
export function sayTaken(name: string): string {
  return `${name} is set by Neuraxis itself`;
}

/** Refuses each item whose name stands before it. */
export function refuseTwins(context: z.RefinementCtx, names: readonly string[], key: string): void {
  const firsts = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (firsts.has(name)) {
      context.addIssue({ code: "custom", path: [index, key], message: `${name} stands twice` });
    }
    firsts.add(name);
  }
}

/** Bytes in UTF-8. */
function countBytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    bytes += 1 + Number(point > 0x7f) + Number(point > 0x7ff) + Number(point > 0xffff);
  }
  return bytes;
}
