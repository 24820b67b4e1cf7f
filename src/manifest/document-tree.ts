import {
  Composer,
  type Document,
  isAlias,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { KeyPath } from "./key-path.ts";
import {
  type EarlierPlace,
  type ManifestFaultCode,
  type Position,
  sayEarlier,
} from "./manifest-fault.ts";

/** Longest text of one document, in UTF-16 units; an object in Kubernetes has a similar limit. */
const DOCUMENT_LENGTH_MAX = 2 ** 20;
/** Longest text of all documents of a file. */
const FILE_LENGTH_MAX = 4 * DOCUMENT_LENGTH_MAX;
const DOCUMENTS_MAX = 1000;
/** Lists and maps within each other. The deepest manifest has a fourth of it. */
const DEPTH_MAX = 32;
/**
 * Tokens of a file: values, keys, signs such as `-` and `:`, line ends and space between them. Some
 * 30,000 lines; a token takes a few microseconds, whatever comes of it.
 */
const TOKENS_MAX = 250_000;
/** Directives and tokens that stand where none can; each takes as long as a line. */
const ODD_TOKENS_MAX = 100;
/** Values of a file, and their characters, counted anew at each alias. */
const EXPANDED_VALUES_MAX = 250_000;
const EXPANDED_LENGTH_MAX = 2 * FILE_LENGTH_MAX;

/** What is noted of one document; who writes so many faults has other plans than to mend them. */
const FAULTS_MAX = 100;

/** Tags of what JSON can say, too. */
const PLAIN_TAG = /^(tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)|!)$/;
/** Keys that mean something else to JavaScript's objects. */
const OBJECT_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** One document as plain data: maps have own keys of text alone, none of them twice. */
export interface DocumentTree {
  /** From 1, in the order of the file. */
  readonly number: number;
  /** `null` for a document without content. */
  readonly data: unknown;
  /** What keeps the document from being read; then there is no use in looking at the data. */
  readonly faults: readonly TreeFault[];
  /** Whether there is a value at the path. O(length of the path). */
  has(path: KeyPath): boolean;
  /** Position of the value, of its key, or of the innermost map or list on the way that is there. */
  locate(path: KeyPath, what: "key" | "value"): Position;
}

/** What is wrong with a text before its meaning is looked at. */
export interface TreeFault {
  readonly code: ManifestFaultCode;
  readonly position: Position;
  readonly path: KeyPath;
  readonly problem: string;
  readonly earlier?: EarlierPlace;
}

/** All documents of a text. */
export interface Forest {
  readonly trees: readonly DocumentTree[];
  /** Why the text after the last of the trees was not read. */
  readonly fault?: TreeFault;
}

/**
 * Reads documents of YAML 1.2, of which JSON is a part. Safe for a text from anywhere: length, depth,
 * number of documents and of tokens and what aliases multiply are limited. O(length).
 */
export function readForest(text: string): Forest {
  const trees: DocumentTree[] = [];
  const lines = new LineCounter();
  const refuse = (code: ManifestFaultCode, offset: number, problem: string): Forest => ({
    trees,
    fault: { code, position: positionOf(lines, offset), path: [], problem },
  });
  if (text.length > FILE_LENGTH_MAX) {
    lines.addNewLine(0);
    const problem = `the file has ${text.length} characters; at most ${FILE_LENGTH_MAX} can be`;
    return refuse("too-large", 0, problem);
  }
  const parser = new Parser(lines.addNewLine);
  let excess: string | undefined;
  function* listTokens() {
    lines.addNewLine(0);
    let tokens = 0;
    let oddTokens = 0;
    for (const lexeme of new Lexer().lex(text)) {
      for (const token of parser.next(lexeme)) {
        if (token.type === "directive" || token.type === "error") oddTokens += 1;
        yield token;
      }
      tokens += 1;
      excess = findExcess(parser, tokens, oddTokens);
      if (excess !== undefined) return;
    }
    yield* parser.end();
  }
  const left: Budget = { values: EXPANDED_VALUES_MAX, characters: EXPANDED_LENGTH_MAX };
  // Whether a key stands twice is asked here: the library would compare each key with each.
  const composer = new Composer<ParsedNode>({ uniqueKeys: false, prettyErrors: false });
  for (const document of composer.compose(listTokens())) {
    const [start, , end] = document.range;
    if (trees.length === DOCUMENTS_MAX) {
      const problem = `the file has more than ${DOCUMENTS_MAX} documents`;
      return refuse("too-large", start, problem);
    }
    if (end - start > DOCUMENT_LENGTH_MAX) {
      const problem = `the document has ${end - start} characters; at most ${DOCUMENT_LENGTH_MAX} can be`;
      return refuse("too-large", start, problem);
    }
    trees.push(plant(document, lines, { number: trees.length + 1, left }));
  }
  return excess === undefined ? { trees } : refuse("too-large", parser.offset, excess);
}

/** What there is too much of, so far. */
function findExcess(parser: Parser, tokens: number, oddTokens: number): string | undefined {
  // The document, and a scalar at the top.
  if (parser.stack.length > DEPTH_MAX + 2) {
    return `lists and maps stand more than ${DEPTH_MAX} deep in each other`;
  }
  if (oddTokens > ODD_TOKENS_MAX) return `the file is wrong in more than ${ODD_TOKENS_MAX} places`;
  if (tokens <= TOKENS_MAX) return undefined;
  return `the file has more than ${TOKENS_MAX} tokens: values, keys, signs and space between them`;
}

/** What may still come in a file. */
interface Budget {
  values: number;
  characters: number;
}

/** Offsets of a key, or of an item of a list, and of its value. */
interface Place {
  readonly key: number;
  readonly value: number;
}

/** What one document's reading has come to. */
interface Planting {
  readonly lines: LineCounter;
  readonly faults: TreeFault[];
  readonly anchors: Map<string, ParsedNode>;
  /** Of each map and list, where what is in it stands. */
  readonly places: WeakMap<object, Map<string, Place>>;
  readonly left: Budget;
  isTooLarge: boolean;
}

function plant(
  document: Document.Parsed<ParsedNode>,
  lines: LineCounter,
  { number, left }: { readonly number: number; readonly left: Budget },
): DocumentTree {
  const planting: Planting = {
    lines,
    faults: [],
    anchors: new Map(),
    places: new WeakMap(),
    left,
    isTooLarge: false,
  };
  const [broken] = [...document.errors, ...document.warnings];
  const top = document.contents?.range[0] ?? document.range[0];
  if (broken !== undefined) note(planting, "invalid-yaml", broken.pos[0], [], says(broken.message));
  const data = broken === undefined ? readNode(planting, document.contents, []) : null;
  const has = (path: KeyPath) => descend(planting, data, path, top).isThere;
  const locate = (path: KeyPath, what: "key" | "value") =>
    positionOf(lines, descend(planting, data, path, top).place[what]);
  return { number, data, faults: planting.faults, has, locate };
}

function readNode(planting: Planting, node: ParsedNode | null, path: KeyPath): unknown {
  if (node === null) return null;
  const [offset] = node.range;
  const { left } = planting;
  left.values -= 1;
  if (planting.isTooLarge) return null;
  if (left.values < 0 || left.characters < 0 || path.length > DEPTH_MAX) {
    planting.isTooLarge = true;
    note(planting, "too-large", offset, path, "is too large with its aliases put in");
    return null;
  }
  if (isAlias(node)) {
    const target = planting.anchors.get(node.source);
    if (target !== undefined) return readNode(planting, target, path);
    note(planting, "invalid-yaml", offset, path, `*${node.source} stands for nothing before it`);
    return null;
  }
  if (node.anchor !== undefined) planting.anchors.set(node.anchor, node);
  const { tag } = node;
  if (tag !== undefined && !PLAIN_TAG.test(tag)) {
    note(planting, "invalid-yaml", offset, path, `has the tag ${tag}, which is not read`);
    return null;
  }
  if (isScalar(node)) return readScalar(planting, node);
  return isSeq(node) ? readList(planting, node, path) : readMap(planting, node, path);
}

function readScalar(planting: Planting, { value }: Scalar.Parsed): unknown {
  if (typeof value === "string") planting.left.characters -= value.length;
  return value;
}

function readList(planting: Planting, list: YAMLSeq.Parsed, path: KeyPath): unknown[] {
  const data: unknown[] = [];
  const places = new Map<string, Place>();
  planting.places.set(data, places);
  for (const [index, item] of list.items.entries()) {
    const offset = offsetOf(item) ?? list.range[0];
    places.set(String(index), { key: offset, value: offset });
    data.push(readNode(planting, item, [...path, index]));
  }
  return data;
}

function readMap(planting: Planting, map: YAMLMap.Parsed, path: KeyPath): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  const places = new Map<string, Place>();
  planting.places.set(data, places);
  for (const { key, value } of map.items) {
    const offset = offsetOf(key) ?? map.range[0];
    const text = isScalar(key) ? keyText(key.value) : undefined;
    if (text === undefined) {
      note(planting, "invalid-key", offset, path, "has a key that is no text");
      continue;
    }
    const inside = [...path, text];
    const first = places.get(text);
    if (first !== undefined) {
      const { line } = positionOf(planting.lines, first.key);
      const problem = `stands twice; it stands in ${sayEarlier({ line })} already`;
      note(planting, "invalid-key", offset, inside, { problem, earlier: { line } });
    } else if (OBJECT_KEYS.has(text)) {
      note(planting, "invalid-key", offset, inside, "can be no key");
    } else {
      places.set(text, { key: offset, value: offsetOf(value) ?? offset });
      data[text] = readNode(planting, value, inside);
    }
  }
  return data;
}

/** What JSON would have as the key; `undefined` for what it could not have. */
function keyText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? `${value}` : undefined;
}

function offsetOf(node: ParsedNode | null): number | undefined {
  return node?.range[0];
}

/** Follows the path as far as it leads. */
function descend(
  planting: Planting,
  data: unknown,
  path: KeyPath,
  top: number,
): { place: Place; isThere: boolean } {
  let place = { key: top, value: top };
  let here = data;
  for (const step of path) {
    const within = typeof here === "object" && here !== null ? here : undefined;
    const next = within && planting.places.get(within)?.get(String(step));
    if (next === undefined) return { place: { key: place.key, value: place.key }, isThere: false };
    place = next;
    here = (here as Record<PropertyKey, unknown>)[step];
  }
  return { place, isThere: true };
}

function note(
  planting: Planting,
  code: ManifestFaultCode,
  offset: number,
  path: KeyPath,
  what: string | Pick<TreeFault, "problem" | "earlier">,
): void {
  if (planting.faults.length === FAULTS_MAX) return;
  const position = positionOf(planting.lines, offset);
  planting.faults.push({
    code,
    position,
    path,
    ...(typeof what === "string" ? { problem: what } : what),
  });
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** The library's message in a message of ours. */
function says(message: string): string {
  return message.split("\n", 1)[0].replace(/\.$/, "");
}
