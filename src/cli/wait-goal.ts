import type { JobPhase, ObjectKind, ReplicaPhase, WrittenObject } from "../api/objects.ts";
import { wordOf } from "./kinds.ts";
import { suggest, UsageError } from "./usage-error.ts";

/** What a wait is for. */
export type Goal =
  | { readonly kind: "phase"; readonly phase: string }
  | { readonly kind: "condition"; readonly type: string; readonly status: string }
  | { readonly kind: "deletion" };

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
const STATES: Readonly<
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
const STATUSES = ["True", "False", "Unknown"];

const ENDS: ReadonlySet<JobPhase> = new Set(["Succeeded", "Failed", "Cancelled"]);

/** `phase=VALUE`, `condition=TYPE`, `condition=TYPE=STATUS` or `delete`. @throws UsageError. */
export function parseGoal(text: string): Goal {
  if (text === "delete") return { kind: "deletion" };
  const [, word, name, status = "True"] =
    /^(phase|condition)=([^=]+)(?:=([^=]+))?$/.exec(text) ?? [];
  if (name !== undefined && word === "condition") return { kind: "condition", type: name, status };
  if (name !== undefined && text === `phase=${name}`) return { kind: "phase", phase: name };
  throw new UsageError(
    `--for: "${text}" is not phase=VALUE, condition=TYPE, condition=TYPE=STATUS or delete`,
  );
}

/** Every goal that some kind can meet, as it is written. */
export function listGoals(): readonly string[] {
  const goals = new Set(["delete"]);
  for (const { phases, conditions } of Object.values(STATES)) {
    for (const phase of phases) goals.add(`phase=${phase}`);
    for (const type of conditions) goals.add(`condition=${type}`);
  }
  return Array.from(goals);
}

export function sayGoal(goal: Goal): string {
  if (goal.kind === "deletion") return "delete";
  return goal.kind === "phase" ? `phase=${goal.phase}` : `condition=${goal.type}=${goal.status}`;
}

/** Refuses what an object of this kind never is. @throws UsageError that names what it can be. */
export function checkGoal(goal: Goal, { kind, status }: WrittenObject): void {
  if (goal.kind === "deletion") return;
  const { phases, conditions } = STATES[kind];
  if (goal.kind === "phase") return checkWord("phase", goal.phase, kind, phases);
  const has = "conditions" in status ? status.conditions.map(({ type }) => type) : [];
  checkWord("condition", goal.type, kind, Array.from(new Set([...conditions, ...has])));
  checkWord("status of a condition", goal.status, kind, STATUSES);
}

function checkWord(what: string, word: string, kind: ObjectKind, known: readonly string[]): void {
  if (known.some((one) => isSame(one, word))) return;
  const all = known.length === 0 ? "It has none." : `There are: ${known.join(", ")}.`;
  throw new UsageError(
    `--for: "${word}" is no ${what} of a ${wordOf(kind)}.${suggest(word, known)} ${all}`,
  );
}

/** Whether it is so now. Upper and lower case are the same. @param object absent: there is none. */
export function isMet(goal: Goal, object: WrittenObject | undefined): boolean {
  if (goal.kind === "deletion" || object === undefined) {
    return goal.kind === "deletion" && object === undefined;
  }
  const { status } = object;
  if (goal.kind === "phase") return "phase" in status && isSame(status.phase, goal.phase);
  const conditions = "conditions" in status ? status.conditions : [];
  return conditions.some(
    ({ type, status }) => isSame(type, goal.type) && isSame(status, goal.status),
  );
}

/** Why no amount of waiting helps, as the end of a sentence; `undefined` if it may. */
export function whyNever(goal: Goal, object: WrittenObject | undefined): string | undefined {
  if (object === undefined) return "was deleted meanwhile";
  if (goal.kind === "deletion" || object.kind !== "BatchJob") return undefined;
  const { phase } = object.status;
  return ENDS.has(phase) ? `has ended as ${phase}` : undefined;
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
