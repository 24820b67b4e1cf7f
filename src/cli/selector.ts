import type { WrittenObject } from "../api/objects.ts";
import { UsageError } from "./usage-error.ts";

/** Whether an object is wanted, by its labels. */
export type Selector = (object: WrittenObject) => boolean;

const TERM = /^(?<not>!)?(?<key>[^=!]+?)(?:(?<operator>!=|==?)(?<value>[^=!]*))?$/;

/** `team=nlp,tier!=low,pinned,!old`: all of these. Without text everything. @throws UsageError. */
export function parseSelector(text: string | undefined): Selector {
  if (text === undefined) return () => true;
  const terms = text.split(",").map(parseTerm);
  return ({ metadata }) => {
    const labels = "labels" in metadata ? metadata.labels : {};
    return terms.every((isMet) => isMet(new Map(Object.entries(labels))));
  };
}

function parseTerm(text: string): (labels: ReadonlyMap<string, string>) => boolean {
  const { not, key = "", operator, value } = TERM.exec(text.trim())?.groups ?? {};
  if (key === "" || (not !== undefined && operator !== undefined)) {
    throw new UsageError(`-l: "${text}" is not KEY=VALUE, KEY!=VALUE, KEY or !KEY`);
  }
  if (operator === undefined) return (labels) => labels.has(key) === (not === undefined);
  if (operator === "!=") return (labels) => labels.get(key) !== value;
  return (labels) => labels.get(key) === value;
}
