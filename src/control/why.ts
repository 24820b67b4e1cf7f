import { setImmediate } from "node:timers/promises";
import type { WhyAnswer } from "../api/answers.ts";
import type { Action } from "../model/action.ts";
import type { Random } from "../model/random.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { milliseconds } from "../model/units.ts";
import type { CommandGround } from "./apply-manifests.ts";
import type { ApiFailure } from "./control-plane.ts";
import { unknownObject } from "./failures.ts";
import { planOf } from "./plan-of.ts";
import { prepare, trialsFor } from "./trials.ts";
import { phaseOf } from "./views/render.ts";

/**
 * Why a job waits: what the scheduler said, and which changes would let it start, each really tried
 * on a copy of the same state. O(trials × (state + one decision)); nothing is changed. Others have
 * their turn between trials.
 */
export async function explainWaiting(
  name: string,
  { scheduler, views, nowMs }: CommandGround,
  newRandom: () => Random,
): Promise<Result<WhyAnswer, ApiFailure>> {
  const record = views.record("BatchJob", name);
  if (record === undefined) return fail(unknownObject("BatchJob", name));
  const { stage, refusal } = record;
  const isWaiting = stage === "waiting" || stage === "suspended";
  const answer = {
    job: name,
    phase: phaseOf(record),
    ...(refusal === undefined ? {} : { refusal }),
  };
  if (!isWaiting) return succeed({ ...answer, trials: [] });
  const state = scheduler.fork();
  const trials: WhyAnswer["trials"][number][] = [];
  for (const trial of trialsFor(name, record, views.tables)) {
    await setImmediate();
    const fork = state.fork();
    if (!prepare(fork, trial, nowMs)) continue;
    const actions = fork.decide(milliseconds(nowMs + trial.laterMs), newRandom());
    const nodes = startedOn(name, actions);
    const effect = effectOf(name, actions, nodes);
    trials.push({ change: trial.change, starts: nodes !== undefined, effect });
  }
  return succeed({ ...answer, trials });
}

/** Nodes on which the job starts or goes on; `undefined` if it does neither. */
function startedOn(name: string, actions: readonly Action[]): readonly string[] | undefined {
  for (const action of actions) {
    const isStart = action.kind === "start-job" || action.kind === "resume-job";
    if (!isStart || action.job !== name) continue;
    return Array.from(new Set(action.members.map(({ node }) => node)));
  }
  return undefined;
}

function effectOf(
  name: string,
  actions: readonly Action[],
  nodes: readonly string[] | undefined,
): string {
  const { waits, leaves } = planOf(actions, new Set([name]));
  if (nodes === undefined) {
    const told = waits.find((wait) => wait.name === name);
    return told === undefined ? "it waits still" : `it waits still: ${told.refusal.message}`;
  }
  const leaving = leaves.map((leave) => `${leave.name} (${leave.how})`);
  const room = leaving.length === 0 ? "nobody leaves for it" : `${leaving.join(", ")} would leave`;
  return `it starts on ${nodes.join(", ")}; ${room}`;
}
