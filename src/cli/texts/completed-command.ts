/** A flag as a shell has to know it. */
export interface CompletedFlag {
  /** Such as `-o` and `--output`. */
  readonly names: readonly string[];
  readonly takesValue: boolean;
  /** Its values, where they are known. */
  readonly choices: readonly string[];
}

/** A command as a shell has to know it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  readonly children: readonly CompletedCommand[];
}

/** Commands after which a kind and names stand, or `KIND/NAME`. */
export const KIND_VERBS: readonly string[] = ["get", "describe", "delete", "wait"];
/** Commands after which names stand alone, and the kinds that have these. */
export const NAME_VERBS: ReadonlyMap<string, string> = new Map([
  ["logs", "jobs,services"],
  ["why", "jobs,services"],
  ["cancel", "jobs"],
]);
/** Flags whose values are the names of a kind. */
export const NAME_FLAGS: ReadonlyMap<string, string> = new Map([["--queue", "queues"]]);
export const KIND_WORDS = "all job service queue node replica";
/** Prints `job/a service/b` and so on; silent where no control plane runs. */
export const LIST_OBJECTS = "neuraxis get all -o name 2>/dev/null";
