import { parseSync } from "oxc-parser";
import { readText } from "./repository-files.ts";

/** A node of the ESTree that oxc-parser returns; `start` and `end` are offsets in the text. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface Place {
  readonly node: SyntaxNode;
  readonly parent: SyntaxNode | undefined;
}

export interface ParsedFile {
  readonly file: string;
  readonly text: string;
  /** Every node, parents before children. */
  readonly places: readonly Place[];
}

export function parseFile(file: string): ParsedFile {
  return parseText(file, readText(file));
}

/** The file's name says which language the text is in. */
export function parseText(file: string, text: string): ParsedFile {
  const places: Place[] = [];
  collect(parseSync(file, text).program, undefined, places);
  return { file, text, places };
}

function collect(value: unknown, parent: SyntaxNode | undefined, places: Place[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, parent, places);
    return;
  }
  if (!isNode(value)) return;
  places.push({ node: value, parent });
  for (const child of Object.values(value)) collect(child, value, places);
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** `src/decide/place.ts:12` */
export function placeOf(parsed: ParsedFile, node: SyntaxNode): string {
  return `${parsed.file}:${lineOf(parsed.text, node.start)}`;
}

export function linesOf(text: string, node: SyntaxNode): number {
  return lineOf(text, node.end) - lineOf(text, node.start) + 1;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}

/** `Math.random` for a member access, `Date` for a name, else undefined. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Identifier" && typeof node["name"] === "string") return node["name"];
  if (node.type === "MemberExpression" && node["computed"] !== true) {
    const object = nameOf(node["object"]);
    const property = nameOf(node["property"]);
    return object === undefined || property === undefined ? undefined : `${object}.${property}`;
  }
  return undefined;
}

/** The text of a string, or a template's text before its first `${`. */
export function leadingText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral" || !Array.isArray(node["quasis"])) return undefined;
  const first: unknown = node["quasis"][0];
  if (!isNode(first)) return undefined;
  const value = first["value"];
  if (typeof value !== "object" || value === null || !("cooked" in value)) return undefined;
  return typeof value.cooked === "string" ? value.cooked : undefined;
}
