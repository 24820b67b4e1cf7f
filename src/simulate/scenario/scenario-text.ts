import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  parseDocument,
  visit,
} from "yaml";
import { InputError, type InputErrorCode, type InputPlace } from "../../trace/input-error.ts";

/** One setting given beside the file: `services.images.requests.copies` and its YAML value. */
export type Override = readonly [path: string, value: string];

/** Where a value stands: keys of maps and indices of lists, from the top. */
export type KeyPath = readonly PropertyKey[];

/** A scenario's text, parsed, that knows where each value stands. */
export interface ScenarioText {
  readonly file: string;
  readonly data: unknown;
  has(path: KeyPath): boolean;
  refuse(code: InputErrorCode, path: KeyPath, problem: string): InputError;
}

/**
 * Parses one YAML 1.2 document and puts the overrides in. A step of an override's path is a key, an
 * index, or the `name` of an item of a list.
 *
 * @throws InputError with the line of what is no YAML, or with an override that leads nowhere.
 */
export function parseScenarioText(
  file: string,
  text: string,
  overrides: readonly Override[],
): ScenarioText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) {
    const { line } = lines.linePos(fault.pos[0]);
    const problem =
      fault.code === "MULTIPLE_DOCS"
        ? "another document begins here, and a scenario is one"
        : firstLine(fault.message);
    throw new InputError("invalid-yaml", { file, line }, problem);
  }
  const lost = findLostAlias(document);
  if (lost !== undefined) {
    const { line } = lines.linePos(lost.range![0]);
    throw new InputError("invalid-yaml", { file, line }, `*${lost.source} stands for nothing`);
  }
  const given = setAll(document, overrides);

  function placeOf(path: KeyPath): InputPlace {
    const key = formatKeyPath(path);
    const setBy = given.find(({ owned }) => owned.every((step, index) => step === path[index]));
    if (setBy !== undefined) return { file: sayOverride(setBy.override), key };
    const offset = walk(document, path).offset;
    return { file, line: lines.linePos(offset).line, ...(key === "" ? {} : { key }) };
  }

  return {
    file,
    data: toPlain(document, file),
    has: (path) => walk(document, path).isThere,
    refuse: (code, path, problem) => new InputError(code, placeOf(path), problem),
  };
}

/** `jobs[0].list[2].queue` */
function formatKeyPath(path: KeyPath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      return index === 0 ? String(step) : `.${String(step)}`;
    })
    .join("");
}

/** The first alias whose anchor does not stand before it. O(nodes). */
function findLostAlias(document: Document): Alias | undefined {
  const anchors = new Set<string>();
  let lost: Alias | undefined;
  visit(document, {
    Alias(_, alias) {
      if (anchors.has(alias.source)) return undefined;
      lost = alias;
      return visit.BREAK;
    },
    Value(_, { anchor }) {
      if (anchor !== undefined) anchors.add(anchor);
    },
  });
  return lost;
}

/** Aliases may multiply a small text into a large value; the library refuses that here. */
function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch (error) {
    const problem = error instanceof Error ? error.message : "cannot be resolved";
    throw new InputError("invalid-yaml", { file }, firstLine(problem));
  }
}

/** Follows the path as far as it leads; the offset is that of the last key or item found. */
function walk(document: Document, path: KeyPath): { offset: number; isThere: boolean } {
  let node = resolved(document, document.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const step of path) {
    const next = stepInto(node, step);
    if (next === undefined) return { offset, isThere: false };
    offset = next.offset ?? offset;
    node = resolved(document, next.value);
  }
  return { offset, isThere: true };
}

function stepInto(
  node: YamlNode | null,
  step: PropertyKey,
): { value: unknown; offset: number | undefined } | undefined {
  if (isSeq(node) && typeof step === "number" && step < node.items.length) {
    const value = node.items[step];
    return { value, offset: isNode(value) ? value.range?.[0] : undefined };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => keyText(key) === String(step));
  if (pair === undefined) return undefined;
  return { value: pair.value, offset: isNode(pair.key) ? pair.key.range?.[0] : undefined };
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function resolved(document: Document, value: unknown): YamlNode | null {
  if (isAlias(value)) return value.resolve(document) ?? null;
  return isNode(value) ? value : null;
}

interface Given {
  readonly override: Override;
  /** With names resolved to indices. */
  readonly path: KeyPath;
  /** As much of the path as leads to what is not the file's. */
  readonly owned: KeyPath;
}

function setAll(document: Document, overrides: readonly Override[]): Given[] {
  const given = new Map<string, Given>();
  for (const override of overrides) {
    const set = setValue(document, override);
    const key = formatKeyPath(set.path);
    const earlier = given.get(key);
    if (earlier !== undefined) {
      const problem = `--set ${earlier.override.join("=")} sets it already`;
      throw new InputError("invalid-setting", { file: sayOverride(override), key }, problem);
    }
    given.set(key, set);
  }
  return [...given.values()];
}

function sayOverride([path, value]: Override): string {
  return `--set ${path}=${value}`;
}

function setValue(document: Document, override: Override): Given {
  const [text, valueText] = override;
  const file = sayOverride(override);
  const value = parseDocument(valueText);
  if (value.errors.length > 0) {
    throw new InputError("invalid-yaml", { file }, firstLine(value.errors[0].message));
  }
  const lost = findLostAlias(value);
  if (lost !== undefined) {
    throw new InputError("invalid-yaml", { file }, `*${lost.source} stands for nothing`);
  }
  const path: (string | number)[] = [];
  let known = 0;
  let node = resolved(document, document.contents);
  for (const step of text.split(".")) {
    const index = isSeq(node) ? indexOf(document, node.items, step) : step;
    if (index === undefined || index === "") {
      const within = path.length === 0 ? "the scenario" : formatKeyPath(path);
      throw new InputError("unknown-name", { file }, `${within} has no "${step}"`);
    }
    path.push(index);
    const next = stepInto(node, index);
    if (next !== undefined) known = path.length;
    node = resolved(document, next?.value);
  }
  try {
    document.setIn(path, document.createNode(value.toJS()));
  } catch {
    const problem = `${formatKeyPath(path)} leads through a value that has no keys`;
    throw new InputError("unknown-name", { file }, problem);
  }
  return { override, path, owned: path.slice(0, known + 1) };
}

/** Index of the item that has this index or this name. */
function indexOf(document: Document, items: readonly unknown[], step: string): number | undefined {
  const index = /^\d+$/.test(step)
    ? Number(step)
    : items.findIndex((item) => {
        const node = resolved(document, item);
        return isMap(node) && node.get("name") === step;
      });
  return index >= 0 && index < items.length ? index : undefined;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0].replace(/\.$/, "");
}
