import type { JobPhase, WrittenObject } from "../api/objects.ts";
import { checkWord, isSame, STATES } from "./object-states.ts";
import { UsageError } from "./usage-error.ts";

/** What a wait is for. */
export type Goal =
  | { readonly kind: "phase"; readonly phase: string }
  | { readonly kind: "condition"; readonly type: string; readonly status: string }
  | { readonly kind: "deletion" };

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
  const check = (what: string, word: string, known: readonly string[]) =>
    checkWord(word, { flag: "--for", what, kinds: [kind], known });
  if (goal.kind === "phase") return check("phase", goal.phase, phases);
  const has = "conditions" in status ? status.conditions.map(({ type }) => type) : [];
  check("condition", goal.type, Array.from(new Set([...conditions, ...has])));
  check("status of a condition", goal.status, ["True", "False", "Unknown"]);
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
