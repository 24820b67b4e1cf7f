import type { z } from "zod";
import { measured } from "../manifest/shape-parts.ts";
import type { ObjectKind } from "./objects.ts";
import { objectShapes } from "./object-shapes.ts";

const KINDS = Object.keys(objectShapes) as ObjectKind[];
const KIND_AND_NAME = new RegExp(`^(${KINDS.join("|")})/(.{1,253})$`, "s");
const VERSION_LENGTH_MAX = 200;
const VERSIONS_MAX = 1000;

/** Names an object of any kind. */
export interface ObjectReference {
  readonly kind: ObjectKind;
  readonly name: string;
}

/** `true` or `false`. */
export const flag = parameter(
  (text) => (text === "true" || text === "false" ? text === "true" : undefined),
  "true or false",
  { type: "boolean" },
);

/** A whole number, in decimal digits alone. */
export function wholeNumber(minimum: number, maximum: number) {
  return parameter(
    (text) => {
      const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      return number >= minimum && number <= maximum ? number : undefined;
    },
    `a whole number from ${minimum} to ${maximum}`,
    { type: "integer", minimum, maximum },
  );
}

/** One of these words. */
export function oneOf<Word extends string>(words: readonly Word[]) {
  const find = (text: string) => words.find((word) => word === text);
  return parameter(find, words.join(" or "), { type: "string", enum: words });
}

/** Kinds with commas between them. */
export const kindList = parameter(
  (text) => {
    const kinds = text.split(",").map((word) => KINDS.find((kind) => kind === word));
    return kinds.every((kind) => kind !== undefined) ? new Set(kinds) : undefined;
  },
  `kinds with commas between them, of ${KINDS.join(", ")}`,
  { type: "array", items: { type: "string", enum: KINDS }, minItems: 1 },
);

/** `Kind/name`. */
export const objectReference = parameter(readReference, "Kind/name, such as BatchJob/train", {
  type: "string",
  pattern: KIND_AND_NAME.source,
});

/** `Kind/name:resourceVersion`, several with commas between them: versions by `Kind/name`. */
export const versionList = parameter(
  readVersions,
  "Kind/name:resourceVersion, such as BatchJob/train:17, several with commas between them",
  { type: "array", items: { type: "string" }, minItems: 1, maxItems: VERSIONS_MAX },
);

/** An opaque version. */
export const version = parameter(
  (text) => (isVersion(text) ? text : undefined),
  "a resourceVersion",
  { type: "string" },
);

function parameter<Value>(
  read: (text: string) => Value | undefined,
  what: string,
  form: Readonly<Record<string, unknown>>,
): z.ZodType<Value> {
  return measured((value) => (typeof value === "string" ? read(value) : undefined), what, form);
}

function readReference(text: string): ObjectReference | undefined {
  const [, kind, name] = KIND_AND_NAME.exec(text) ?? [];
  return name === undefined ? undefined : { kind: kind as ObjectKind, name };
}

function readVersions(text: string): ReadonlyMap<string, string> | undefined {
  const versions = new Map<string, string>();
  for (const item of text.split(",")) {
    const end = item.indexOf(":");
    const [object, version] = [item.slice(0, Math.max(end, 0)), item.slice(end + 1)];
    if (readReference(object) === undefined || !isVersion(version)) return undefined;
    versions.set(object, version);
  }
  return versions.size > VERSIONS_MAX ? undefined : versions;
}

function isVersion(text: string): boolean {
  return /^[!-~]+$/.test(text) && text.length <= VERSION_LENGTH_MAX;
}
