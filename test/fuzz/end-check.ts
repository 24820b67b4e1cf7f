import type { Books as EngineBooks } from "../../src/engine/simulated/books.ts";
import type { Workload } from "../../src/engine/simulated/workload.ts";
import type { Books } from "./books.ts";
import type { JobLife } from "./job-life.ts";
import { expectRule } from "./rule-broken.ts";

/**
 * When nothing happens any more, though faults stopped and everything has room: each job has ended
 * as it can, services are gone, all room is free, and the engine did each job's work exactly once.
 */
export function checkEnd(books: Books, engine: EngineBooks, { jobs }: Workload): void {
  const { services, ground, physical } = books;
  for (const { job, place, waitCode } of books.jobs.alive) {
    expectRule(false, "end", `${job.id} is ${place} for ever (${waitCode ?? "no reason told"})`);
  }
  for (const id of services.replicas.keys()) expectRule(false, "end", `${id} is there for ever`);
  for (const owner of physical.owners) expectRule(false, "end", `${owner} holds room for ever`);
  for (const on of ground.nodes.values()) {
    const isFree =
      on.cpu === on.node.cpu &&
      on.memory === on.node.memory &&
      on.node.devices.every(({ milliFree }, device) => on.milli[device] === milliFree);
    expectRule(isFree, "end", `something holds ${on.node.id} for ever`);
  }
  const held = Object.values(engine.heldMilli()).reduce((sum, milli) => sum + milli, 0);
  expectRule(held === 0, "engine", `its books say that ${held} milli are held for ever`);
  const histories = new Map(engine.jobs.map((history) => [history.id, history]));
  for (const { job, workMs } of jobs) {
    const life = books.jobs.lives.get(job.id);
    const { outcome, productiveMilliMs, gpuMilli, attempts } = histories.get(job.id)!;
    if (life === undefined) continue;
    // A job that is given up at the moment at which it is cancelled may be both.
    const isSame = outcome === life.outcome || (outcome !== "succeeded" && !isSuccess(life));
    expectRule(
      isSame && outcome !== undefined,
      "engine",
      `${job.id} is ${outcome} there and ${life.outcome} here`,
    );
    expectRule(
      attempts <= life.attempt,
      "engine",
      `${job.id} came up ${attempts} times in ${life.attempt} attempts`,
    );
    const isElastic = job.roles.some(({ replicas }) => replicas.max > replicas.min);
    if (isElastic || job.speeds !== undefined) continue;
    const whole = workMs * gpuMilli;
    const slack = 1e-6 * whole + 1e-3;
    const isWithin = productiveMilliMs >= -slack && productiveMilliMs <= whole + slack;
    const isWhole = productiveMilliMs >= whole - slack || outcome !== "succeeded";
    expectRule(
      isWithin && isWhole,
      "engine",
      `${job.id} did ${productiveMilliMs} of ${whole} milli × ms`,
    );
  }
}

function isSuccess({ outcome }: JobLife): boolean {
  return outcome === "succeeded";
}
