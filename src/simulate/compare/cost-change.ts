import type { SimulatedJob } from "../../engine/simulated/workload.ts";
import type { BatchJob, Checkpointing, Suspension } from "../../model/job.ts";
import type { ModelService, Sleeping } from "../../model/service.ts";
import { mib, milliseconds, QUANTITY_MAX } from "../../model/units.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** One cost of changing hands, `factor` times what the scenario says. */
export interface CostChange {
  readonly cost: string;
  readonly factor: number;
}

const FACTORS = [0, 2, 5] as const;

interface Cost {
  readonly cost: string;
  readonly factors: readonly number[];
  /** Whether the scenario has it, and more than 0 of it. */
  isIn(scenario: Scenario): boolean;
  scale(scenario: Scenario, factor: number): Scenario;
}

const COSTS: readonly Cost[] = [
  ofSleep("sleep", "sleepMs"),
  ofSleep("wake", "wakeMs"),
  ofServices(
    "replica start",
    ({ sleep, startMs }) => sleep === undefined && startMs > 0,
    (service, factor) => ({ ...service, startMs: milliseconds(service.startMs * factor) }),
  ),
  ofServices(
    "keepAlive",
    ({ scaling }) => scaling.keepAliveMs > 0,
    (service, factor) => {
      const keepAliveMs = milliseconds(service.scaling.keepAliveMs * factor);
      return { ...service, scaling: { ...service.scaling, keepAliveMs } };
    },
  ),
  ofSuspension("suspend", "suspendMs"),
  ofSuspension("resume", "resumeMs"),
  ofCheckpoint("checkpoint interval", "everyMs", [2, 5]),
  ofCheckpoint("checkpoint save", "saveMs", FACTORS),
  ofCheckpoint("restart", "restartMs", FACTORS),
  {
    cost: "grace",
    factors: FACTORS,
    isIn: ({ graceMs }) => graceMs > 0,
    scale: (scenario, factor) => ({ ...scenario, graceMs: scenario.graceMs * factor }),
  },
  {
    cost: "node memory",
    factors: [2, 5],
    isIn: () => true,
    scale: (scenario, factor) => ({
      ...scenario,
      nodes: scenario.nodes.map((node) => {
        const memory = mib(Math.min(Math.floor(node.memory * factor), QUANTITY_MAX));
        return { ...node, memory };
      }),
    }),
  },
];

/**
 * Every cost of changing hands that the scenario has, alone at 0, twice and five times its value.
 * Of a checkpoint's interval and of host memory, 0 has no meaning.
 */
export function costChangesOf(scenario: Scenario): CostChange[] {
  return COSTS.filter((cost) => cost.isIn(scenario)).flatMap(({ cost, factors }) =>
    factors.map((factor) => ({ cost, factor })),
  );
}

/** The scenario with one cost changed. @throws RangeError for a cost that there is not. */
export function changeCost(scenario: Scenario, { cost, factor }: CostChange): Scenario {
  const known = COSTS.find((each) => each.cost === cost);
  if (known === undefined) throw new RangeError(`there is no cost ${cost}`);
  return known.scale(scenario, factor);
}

function ofServices(
  cost: string,
  has: (service: ModelService) => boolean,
  change: (service: ModelService, factor: number) => ModelService,
): Cost {
  return {
    cost,
    factors: FACTORS,
    isIn: ({ services }) => services.some(({ service }) => has(service)),
    scale: (scenario, factor) => ({
      ...scenario,
      services: scenario.services.map((plan) =>
        has(plan.service) ? { ...plan, service: change(plan.service, factor) } : plan,
      ),
    }),
  };
}

function ofSleep(cost: string, key: "sleepMs" | "wakeMs"): Cost {
  return ofServices(
    cost,
    ({ sleep }) => sleep !== undefined && sleep[key] > 0,
    (service, factor) => {
      const sleep: Sleeping = service.sleep!;
      return { ...service, sleep: { ...sleep, [key]: milliseconds(sleep[key] * factor) } };
    },
  );
}

function ofJobs(
  cost: string,
  factors: readonly number[],
  has: (job: BatchJob) => boolean,
  change: (job: BatchJob, factor: number) => BatchJob,
): Cost {
  const jobsOf = ({ offline }: Scenario): readonly SimulatedJob[] => offline?.jobs ?? [];
  return {
    cost,
    factors,
    isIn: (scenario) => jobsOf(scenario).some(({ job }) => has(job)),
    scale: (scenario, factor) => {
      const changed = (simulated: SimulatedJob): SimulatedJob =>
        has(simulated.job) ? { ...simulated, job: change(simulated.job, factor) } : simulated;
      const { offline } = scenario;
      if (offline === undefined) return scenario;
      return { ...scenario, offline: { ...offline, jobs: offline.jobs.map(changed) } };
    },
  };
}

function ofSuspension(cost: string, key: "suspendMs" | "resumeMs"): Cost {
  return ofJobs(
    cost,
    FACTORS,
    ({ suspension }) => suspension !== undefined && suspension[key] > 0,
    (job, factor) => {
      const suspension: Suspension = job.suspension!;
      return {
        ...job,
        suspension: { ...suspension, [key]: milliseconds(suspension[key] * factor) },
      };
    },
  );
}

function ofCheckpoint(
  cost: string,
  key: "everyMs" | "saveMs" | "restartMs",
  factors: readonly number[],
): Cost {
  return ofJobs(
    cost,
    factors,
    ({ checkpoint }) => checkpoint !== undefined && checkpoint[key] > 0,
    (job, factor) => {
      const checkpoint: Checkpointing = job.checkpoint!;
      return {
        ...job,
        checkpoint: { ...checkpoint, [key]: milliseconds(checkpoint[key] * factor) },
      };
    },
  );
}
