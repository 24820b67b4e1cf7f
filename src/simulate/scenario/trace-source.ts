import path from "node:path";
import type { OnIgnoredColumns } from "../../trace/csv-rows.ts";
import type { TraceFileShape } from "./scenario-shape.ts";
import type { KeyPath, ScenarioText } from "./scenario-text.ts";

/** Everything that building a scenario takes, beside its shape. */
export interface Draft {
  readonly text: ScenarioText;
  readonly seed: number;
  /** Folder of traces, if one was given. */
  readonly traces?: string;
  /** Files of that folder that the scenario names. */
  readonly named: string[];
  readonly notes: string[];
}

/**
 * Path of the file that the setting means, or `undefined` where something generated stands in.
 *
 * @throws InputError if it lies in the folder of traces and there is none, or if it leads out of it.
 */
export function locateTrace(
  draft: Draft,
  setting: TraceFileShape,
  keys: KeyPath,
): string | undefined {
  const { text, traces, named, notes } = draft;
  if (typeof setting === "string") return within(path.dirname(text.file), setting);
  const [first] = path.normalize(setting.trace).split(path.sep);
  if (path.isAbsolute(setting.trace) || first === "..") {
    const problem = `${setting.trace} leads out of the folder of traces; a file elsewhere is named without \`trace\``;
    throw text.refuse("invalid-setting", [...keys, "trace"], problem);
  }
  named.push(setting.trace);
  if (traces !== undefined) return path.join(traces, setting.trace);
  if (setting.else === undefined) {
    throw text.refuse("missing-trace", keys, `is ${setting.trace} in a folder of traces`);
  }
  notes.push(`${keys[0] as string}: generated work stands in for ${setting.trace}.`);
  return undefined;
}

/** Notes columns that nobody reads. */
export function noteIgnored({ notes }: Draft): OnIgnoredColumns {
  return (file, columns) => {
    notes.push(`${file}: columns that a simulation does not use: ${columns.join(", ")}.`);
  };
}

/** Relative where the folder is: notes and errors say the path as the user gave it. */
function within(folder: string, file: string): string {
  return path.isAbsolute(file) ? file : path.join(folder, file);
}
