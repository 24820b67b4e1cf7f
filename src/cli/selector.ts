import type { ObjectKind, WrittenObject } from "../api/objects.ts";
import { checkWord, isSame, STATES } from "./object-states.ts";
import { UsageError } from "./usage-error.ts";

/** Whether an object is wanted. */
export type Selector = (object: WrittenObject) => boolean;

const TERM = /^(?<not>!)?(?<key>[-.\w/]+)(?:\s*(?<operator>!=|==?)\s*(?<value>[-.\w]*))?$/;
const SET = /^(?<key>[-.\w/]+)\s+(?<operator>in|notin)\s*\((?<values>[-.\w\s,]*)\)$/;
/** Those between the terms, not those within brackets. */
const COMMAS = /,(?![^(]*\))/;

type Term = (labels: ReadonlyMap<string, string>) => boolean;

/**
 * `team=nlp,tier!=low,pinned,!old,size in (s,m)`: all of these, as kubectl reads them. What an object
 * without the label has is unequal, and in no set. Without text everything. @throws UsageError.
 */
export function parseSelector(text: string | undefined): Selector {
  if (text === undefined) return () => true;
  const terms = text.split(COMMAS).map((term) => parseTerm(term.trim()));
  return ({ metadata }) => {
    const labels = new Map(Object.entries("labels" in metadata ? metadata.labels : {}));
    return terms.every((isMet) => isMet(labels));
  };
}

function parseTerm(text: string): Term {
  const set = SET.exec(text)?.groups;
  if (set !== undefined) {
    const { key = "", operator, values = "" } = set;
    const known = values.split(",").map((value) => value.trim());
    return (labels) => known.some((value) => labels.get(key) === value) === (operator === "in");
  }
  const { not, key = "", operator, value } = TERM.exec(text)?.groups ?? {};
  if (key === "" || (not !== undefined && operator !== undefined)) {
    const forms = "KEY=VALUE, KEY!=VALUE, KEY, !KEY, KEY in (A,B) or KEY notin (A,B)";
    throw new UsageError(`-l: "${text}" is not ${forms}`);
  }
  if (operator === undefined) return (labels) => labels.has(key) === (not === undefined);
  if (operator === "!=") return (labels) => labels.get(key) !== value;
  return (labels) => labels.get(key) === value;
}

/** `Running,Pending`: one of these phases. Without text every object. @throws UsageError. */
export function parsePhases(text: string | undefined, kinds: readonly ObjectKind[]): Selector {
  if (text === undefined) return () => true;
  const known = Array.from(new Set(kinds.flatMap((kind) => STATES[kind].phases)));
  const phases = text.split(",").map((word) => word.trim());
  for (const word of phases) checkWord(word, { flag: "--phase", what: "phase", kinds, known });
  return ({ status }) => "phase" in status && phases.some((word) => isSame(word, status.phase));
}
