import { printable } from "../model/printable.ts";

/** Every code of an input error, with its meaning and cure. */
export const INPUT_ERRORS = {
  "cannot-read": {
    meaning: "A file cannot be opened or read.",
    cure: "Check that the path exists and that you may read it.",
  },
  "empty-file": {
    meaning: "A file has no header, or a header and no rows.",
    cure: "Give a CSV file with a header line and at least one row.",
  },
  "missing-column": {
    meaning: "A required column is not in the header.",
    cure: "Add the column; the header's names are those of the trace that the format comes from.",
  },
  "duplicate-column": {
    meaning: "Two columns have the same name.",
    cure: "Remove or rename one of them.",
  },
  "malformed-row": {
    meaning: "A row cannot be split into as many fields as the header has.",
    cure: "Check the row's separators and quotes; one record has at most 64 KiB.",
  },
  "invalid-value": {
    meaning: "A field's value is not what its column holds.",
    cure: "Correct the value; quantities are whole numbers from 0.",
  },
  "duplicate-node": {
    meaning: "Two rows describe a node of the same name.",
    cure: "Give each node one row.",
  },
  "invalid-orders": {
    meaning: "The orders file is not a JSON object of seeds with arrivals and nodeOrder.",
    cure: 'Write {"42": {"arrivals": [row indices of the pods], "nodeOrder": [of the nodes]}}.',
  },
  "orders-mismatch": {
    meaning: "The orders name rows that the pods file or the nodes file does not have.",
    cure: "Use the orders that belong to these two files.",
  },
  "too-many-device-kinds": {
    meaning: "Nodes and pods name more device kinds than one scheduler tells apart.",
    cure: "Merge kinds that are interchangeable.",
  },
  "too-large": {
    meaning: "An input is larger than the limit that keeps it in memory.",
    cure: "Split the input.",
  },
  "unsorted-trace": {
    meaning: "A row is earlier than the row before it.",
    cure: "Sort the rows by time.",
  },
  "missing-trace": {
    meaning: "A scenario names a file of a folder of traces, and no folder is given.",
    cure: "Give the folder with --traces, or let the trace say `else: generated`.",
  },
  "invalid-yaml": {
    meaning: "The text is not one YAML document.",
    cure: "Correct the syntax at this line.",
  },
  "unknown-key": {
    meaning: "A key that no setting has.",
    cure: "Correct the key or remove it; no key is ignored.",
  },
  "missing-key": {
    meaning: "A setting that the scenario needs is not there.",
    cure: "Add the key.",
  },
  "invalid-setting": {
    meaning: "A setting's value is not what its key holds, or contradicts another.",
    cure: "Correct the value.",
  },
  "unknown-name": {
    meaning: "A name of something that the scenario does not have.",
    cure: "Correct the name, or add what it names.",
  },
  "duplicate-name": {
    meaning: "Two things of one sort have the same name.",
    cure: "Give each of them a name of its own.",
  },
  "queue-cycle": {
    meaning: "A queue stands below itself.",
    cure: "Let the highest of these queues have no parent.",
  },
  "queue-not-leaf": {
    meaning: "A queue has both children and jobs.",
    cure: "Name one of its children.",
  },
  "guarantee-too-large": {
    meaning: "Queues are guaranteed more than their parent or the cluster has.",
    cure: "Lower the guaranteed amounts, or add nodes.",
  },
  "larger-than-any-node": {
    meaning: "No node could hold it even if the node were empty.",
    cure: "Ask for less, accept more device kinds, or add a larger node.",
  },
  "larger-than-cluster": {
    meaning: "It would not fit on the nodes even if all of them were empty.",
    cure: "Ask for fewer or smaller members, accept more device kinds, or add nodes.",
  },
  "larger-than-queue": {
    meaning: "A job alone needs more than its queue may ever hold.",
    cure: "Ask for less, or let the queue hold more: raise its limit or guarantee, or let it borrow.",
  },
  "nothing-to-fill": {
    meaning: "No device or no work for devices: load, which is their ratio, has no meaning.",
    cure: "Give at least one node with a GPU and one pod that asks for one.",
  },
  "nothing-to-compare": {
    meaning: "One pool and two cannot be compared on this scenario.",
    cure: "Give services with requests, nodes of one shape, and offline work by an amount alone.",
  },
  "objective-unreachable": {
    meaning: "A service misses its objective whatever it gets.",
    cure: "Allow a longer wait or a smaller quantile, or let replicas start faster.",
  },
} as const;

export type InputErrorCode = keyof typeof INPUT_ERRORS;

export interface InputPlace {
  readonly file: string;
  /** From 1; the header is line 1. */
  readonly line?: number;
  readonly column?: string;
  /** Where in a document of settings, such as `jobs[0].queue`. */
  readonly key?: string;
}

/** Input that cannot be used: what is wrong, where, and what to do. Nothing was written. */
export class InputError extends Error {
  readonly code: InputErrorCode;
  readonly place: InputPlace;

  constructor(code: InputErrorCode, place: InputPlace, problem: string) {
    super(printable(`${formatPlace(place)}: ${problem}. ${INPUT_ERRORS[code].cure}`));
    this.name = "InputError";
    this.code = code;
    this.place = place;
  }
}

function formatPlace({ file, line, column, key }: InputPlace): string {
  return [
    file,
    line === undefined ? "" : `, line ${line}`,
    column === undefined ? "" : `, column ${column}`,
    key === undefined ? "" : `, ${key}`,
  ].join("");
}
