import { printable } from "../model/printable.ts";

/** Every code of a fault, with its meaning and cure. */
export const MANIFEST_FAULTS = {
  "too-large": {
    meaning: "The text, one of its documents or its depth is above the limit.",
    cure: "Split or shorten it.",
  },
  "invalid-yaml": {
    meaning: "The text is neither YAML nor JSON, or uses what kubectl would read otherwise.",
    cure: "Correct the syntax here; what follows in this document was not looked at.",
  },
  "invalid-key": {
    meaning: "A key stands twice in its map, or can be no key.",
    cure: "Remove or rename it.",
  },
  "no-manifest": {
    meaning: "The text has no document, or only empty ones.",
    cure: "Write at least one manifest: apiVersion, kind, metadata and spec.",
  },
  "unknown-kind": {
    meaning: "A kind that cannot be applied.",
    cure: "Correct the kind.",
  },
  "unknown-key": {
    meaning: "A key that nothing would read.",
    cure: "Correct the key or remove it; no key is ignored.",
  },
  "missing-key": {
    meaning: "A setting that the manifest needs is not there.",
    cure: "Add the key.",
  },
  "invalid-setting": {
    meaning: "A setting's value is not what its key holds, or contradicts another.",
    cure: "Correct the value.",
  },
  "duplicate-object": {
    meaning: "Two documents of the text describe the same object.",
    cure: "Give it another name, or leave one of them.",
  },
  "more-faults": {
    meaning: "There are more faults than are listed.",
    cure: "Mend these first.",
  },
} as const;

export type ManifestFaultCode = keyof typeof MANIFEST_FAULTS;

/** A place in a text. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/** Where something stands that must not stand again. */
export interface EarlierPlace {
  /** Absent: in the file that the fault is in. */
  readonly file?: string;
  /** Absent: in the document that the fault is in, or in a file of its own. */
  readonly document?: number;
  /** From 1. */
  readonly line: number;
}

/** As it is told in the problem of a fault. */
export function sayEarlier({ file, document, line }: EarlierPlace): string {
  const where = file ?? (document === undefined ? undefined : `document ${document}`);
  return where === undefined ? `line ${line}` : `${where}, line ${line}`;
}

/** One thing that is wrong with a manifest: where, what, and what to do. */
export interface ManifestFault extends Position {
  readonly code: ManifestFaultCode;
  readonly file: string;
  /** Number of the document in the file, from 1. */
  readonly document: number;
  /** Such as `spec.roles[0].name`; empty for the document itself. */
  readonly path: string;
  /** Names `earlier`, if it is there. */
  readonly problem: string;
  readonly earlier?: EarlierPlace;
  readonly cure: string;
}

/** `job.yaml, line 3, column 5, spec.queue: is missing. Add the key.`, fit for a terminal. */
export function formatFault({
  file,
  document,
  line,
  column,
  path,
  problem,
  cure,
}: ManifestFault): string {
  const place = [
    file,
    document === 1 ? "" : `, document ${document}`,
    `, line ${line}, column ${column}`,
    path === "" ? "" : `, ${path}`,
  ].join("");
  return printable(`${place}: ${problem}. ${cure}`);
}
