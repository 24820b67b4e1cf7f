import type { JobPhase, ObjectKind, ReplicaPhase } from "../api/objects.ts";
import { wordOf } from "./kinds.ts";
import { suggest, UsageError } from "./usage-error.ts";

const JOB_PHASES: Readonly<Record<JobPhase, true>> = {
  Pending: true,
  Starting: true,
  Running: true,
  Suspended: true,
  Leaving: true,
  Succeeded: true,
  Failed: true,
  Cancelled: true,
};
const REPLICA_PHASES: Readonly<Record<ReplicaPhase, true>> = {
  Starting: true,
  Ready: true,
  Sleeping: true,
  Waking: true,
  Leaving: true,
};

/** What an object of a kind can be; an engine may tell of conditions beyond these. */
export const STATES: Readonly<
  Record<ObjectKind, { readonly phases: readonly string[]; readonly conditions: readonly string[] }>
> = {
  BatchJob: {
    phases: Object.keys(JOB_PHASES),
    conditions: ["Scheduled", "Running", "Completed", "MemberFailed", "Throttled"],
  },
  ModelService: { phases: [], conditions: ["Scheduled", "Ready"] },
  Queue: { phases: [], conditions: [] },
  Node: {
    phases: [],
    conditions: [
      "Schedulable",
      "OpenForJobs",
      "DevicesHealthy",
      "Isolated",
      "Throttled",
      "MachineChanged",
    ],
  },
  Replica: { phases: Object.keys(REPLICA_PHASES), conditions: [] },
};

/** Every phase of some kind, each once. */
export function listPhases(): readonly string[] {
  return Array.from(new Set(Object.values(STATES).flatMap(({ phases }) => phases)));
}

/** What a flag says of objects. */
interface Said {
  readonly flag: string;
  /** Such as `phase`. */
  readonly what: string;
  /** Of which the objects are. */
  readonly kinds: readonly ObjectKind[];
  /** What can be said. */
  readonly known: readonly string[];
}

/** Upper and lower case are the same. @throws UsageError that names what can be said. */
export function checkWord(word: string, { flag, what, kinds, known }: Said): void {
  if (known.some((one) => isSame(one, word))) return;
  const all = known.length === 0 ? "It has none." : `There are: ${known.join(", ")}.`;
  const whose = kinds.map(wordOf).join(" or ");
  throw new UsageError(
    `${flag}: "${word}" is no ${what} of a ${whose}.${suggest(word, known)} ${all}`,
  );
}

/** Whether two words are the same, whatever their case. */
export function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
