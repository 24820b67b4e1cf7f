import { InputError } from "../../trace/input-error.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { AmountResult, OnePool, PoolUse, TwoPools } from "./comparison.ts";
import { changeCost, type CostChange } from "./cost-change.ts";
import { type BudgetSearch, type BudgetTrial, leastBudget } from "./least-budget.ts";
import { waitsAwake } from "./serving-alone.ts";
import { idleDevices, type ServingPlan } from "./serving-plan.ts";
import {
  type DeviceUse,
  type Extra,
  HOUR_MS,
  judged,
  type Trial,
  type TrialResult,
  waitFigures,
} from "./trial.ts";

/** The search ends this near to the least budget: a share of what two pools buy for offline work. */
const TOLERANCE_SHARE = 0.005;
const TOLERANCE_HOURS_MIN = 1;
/** Largest budget that is tried, over what two pools buy for offline work. */
const BUDGET_MOST = 1.5;

/** Runs a trial, here or on another thread. */
export type RunTrial = (trial: Trial) => Promise<TrialResult>;

/** What all comparisons of one scenario share. */
export interface Ground {
  readonly scenario: Scenario;
  readonly serving: ServingPlan;
  /** Where the scenario stands, for refusals. */
  readonly file: string;
  readonly run: RunTrial;
}

/** One amount of offline work, with one cost changed or none. */
export interface Case {
  readonly amount: number;
  /** Budget that is tried first, in device-hours. */
  readonly guess: number;
  readonly change?: CostChange;
}

/** One pool of some budget, with what it means for the search. */
interface PoolTrial extends BudgetTrial {
  /** Device-hours of work that were not done in time. */
  readonly missing: number;
  readonly isInTime: boolean;
  readonly meetsObjectives: boolean;
  readonly result: TrialResult;
}

type TryBudget = (budget: number) => Promise<PoolTrial>;

/**
 * Two pools against one on the same work. Without a cost changed, whole nodes are tried too.
 *
 * @throws InputError if the offline pool is too small for one of the jobs.
 */
export async function comparePools(ground: Ground, each: Case): Promise<AmountResult> {
  const two = await runTwoPools(ground, each);
  const { endHours, offlineHours } = two;
  const tolerance = Math.max(TOLERANCE_SHARE * offlineHours, TOLERANCE_HOURS_MIN);
  const attempt = budgetTrials(ground, each, { endHours, tolerance });
  const search: BudgetSearch<PoolTrial> = {
    isEnough: ({ isInTime }) => isInTime,
    guess: each.guess,
    tolerance,
    most: BUDGET_MOST * offlineHours,
  };
  const inTime = await leastBudget(attempt, search);
  const result = { amount: each.amount, endHours, two, budgetMostHours: search.most };
  if (inTime === undefined) return result;
  const best = await keepObjectives(attempt, inTime, { ...search, most: offlineHours });
  const one = describe(ground, best, two);
  const whole = each.change === undefined ? await leastWhole(ground, attempt, { best, two }) : {};
  const savingByTime = 1 - inTime.budget / offlineHours;
  return { ...result, one: { ...one, ...whole, savingByTime } };
}

/** Offline work on its own nodes to its end T, and the requests that serving meets until then. */
async function runTwoPools(ground: Ground, { amount, change }: Case): Promise<TwoPools> {
  const { serving, file } = ground;
  const { devicesPerNode, spanMs } = serving;
  const nodes = Math.max(1, Math.round((amount * idleDevices(serving)) / devicesPerNode));
  const { endMs, jobs, use } = await ground.run({
    targetMilliMs: amount * serving.idleMilliMs,
    pool: { kind: "offline", nodes },
    ...(change === undefined ? {} : { change }),
  });
  if (endMs === undefined) {
    const problem = `job ${jobs.unfinished[0]} never runs on the ${nodes} nodes that amount ${amount} comes to`;
    throw new InputError("larger-than-cluster", { file, key: "jobs" }, problem);
  }
  if (endMs === 0) {
    const problem = `amount ${amount} is less work than the least of the jobs`;
    throw new InputError("nothing-to-compare", { file, key: "jobs" }, problem);
  }
  const scenario = change === undefined ? ground.scenario : changeCost(ground.scenario, change);
  const services = scenario.services.map((plan, index) => {
    const waits = waitsAwake(plan, judged(plan, spanMs, endMs), serving.replicas[index]);
    return waitFigures(plan, waits);
  });
  const endHours = endMs / HOUR_MS;
  const offlineDevices = nodes * devicesPerNode;
  const boughtHours = (serving.nodes * devicesPerNode + offlineDevices) * endHours;
  return {
    endHours,
    offlineDevices,
    offlineHours: offlineDevices * endHours,
    boughtHours,
    ...priceOf(scenario, boughtHours),
    jobs,
    services,
    use: withFree(use, offlineDevices * endHours),
  };
}

interface Target {
  readonly endHours: number;
  readonly tolerance: number;
}

/**
 * Trials of one pool by budget, each run once: whole nodes to the end, and one more node for a part
 * of the time. That is the first part, or the last one where the first only just does not do: what
 * is drained from a node may be lost, and what comes late is of no use to the last jobs.
 */
function budgetTrials(
  ground: Ground,
  { amount, change }: Case,
  { endHours, tolerance }: Target,
): TryBudget {
  const { serving } = ground;
  const untilMs = endHours * HOUR_MS;
  async function runPool(budget: number, nodes: number, extra: Extra): Promise<PoolTrial> {
    const result = await ground.run({
      targetMilliMs: amount * serving.idleMilliMs,
      pool: { kind: "shared", nodes, extra, untilMs },
      ...(change === undefined ? {} : { change }),
    });
    return {
      budget,
      isInTime: result.endMs !== undefined && result.endMs <= untilMs,
      meetsObjectives: result.services.every(({ meetsObjective }) => meetsObjective),
      missing: result.missingHours,
      result,
    };
  }
  async function runEither(budget: number): Promise<PoolTrial> {
    const nodeHours = budget / serving.devicesPerNode;
    // A whole number of nodes may come out a little less by rounding.
    const whole = Math.floor(nodeHours / endHours + 1e-9);
    const nodes = serving.nodes + whole;
    const extraMs = Math.max(0, Math.round((nodeHours - whole * endHours) * HOUR_MS));
    const first = await runPool(budget, nodes, { fromMs: 0, untilMs: extraMs });
    const isKept = first.isInTime && first.meetsObjectives;
    if (extraMs === 0 || isKept || first.missing > tolerance) return first;
    const last = await runPool(budget, nodes, { fromMs: untilMs - extraMs, untilMs });
    return rank(last) > rank(first) ? last : first;
  }
  const known = new Map<number, Promise<PoolTrial>>();
  return (budget) => {
    const trial = known.get(budget) ?? runEither(budget);
    known.set(budget, trial);
    return trial;
  };
}

/** The end of the work counts before the objectives, and then what is missing. */
function rank({ isInTime, meetsObjectives, missing }: PoolTrial): number {
  return (isInTime ? 2 : 0) + (meetsObjectives ? 1 : 0) + 1 / (2 + missing);
}

/** A budget that keeps the objectives too; where none does, the one that ends the work in time. */
async function keepObjectives(
  attempt: TryBudget,
  inTime: PoolTrial,
  search: BudgetSearch<PoolTrial>,
): Promise<PoolTrial> {
  if (inTime.meetsObjectives || inTime.budget >= search.most) return inTime;
  const isEnough = (trial: PoolTrial): boolean => trial.isInTime && trial.meetsObjectives;
  const known = await attempt(search.most);
  if (!isEnough(known)) return inTime;
  // What an objective lacks is no number of device-hours.
  const kept = await leastBudget(
    async (budget) => {
      const trial = await attempt(budget);
      return { trial, budget, missing: undefined };
    },
    {
      isEnough: ({ trial }) => isEnough(trial),
      guess: inTime.budget,
      tolerance: search.tolerance,
      most: search.most,
      known: { trial: known, budget: search.most, missing: undefined },
    },
  );
  return kept?.trial ?? inTime;
}

interface Found {
  readonly best: PoolTrial;
  readonly two: TwoPools;
}

/** The fewest whole nodes that are enough. */
async function leastWhole(
  { serving }: Ground,
  attempt: TryBudget,
  { best, two }: Found,
): Promise<Pick<OnePool, "whole">> {
  const nodeHours = serving.devicesPerNode * two.endHours;
  const most = Math.floor((BUDGET_MOST * two.offlineHours) / nodeHours);
  for (let nodes = Math.ceil(best.budget / nodeHours); nodes <= most; nodes += 1) {
    const budget = nodes * nodeHours;
    const { isInTime, meetsObjectives } = await attempt(budget);
    if (!isInTime || (best.meetsObjectives && !meetsObjectives)) continue;
    const devices = nodes * serving.devicesPerNode;
    return { whole: { devices, saving: 1 - budget / two.offlineHours } };
  }
  return {};
}

function describe(
  { scenario, serving }: Ground,
  { budget, meetsObjectives, result }: PoolTrial,
  { endHours, offlineHours }: TwoPools,
): Omit<OnePool, "savingByTime"> {
  const boughtHours = serving.nodes * serving.devicesPerNode * endHours + budget;
  const { jobs, services, use } = result;
  return {
    budgetHours: budget,
    boughtHours,
    ...priceOf(scenario, boughtHours),
    saving: 1 - budget / offlineHours,
    limit: Math.min(
      1,
      (serving.nodes * serving.devicesPerNode * endHours - use.busy) / offlineHours,
    ),
    meetsObjectives,
    slackHours: endHours - (result.endMs ?? 0) / HOUR_MS,
    jobs,
    services,
    use: withFree(use, boughtHours),
  };
}

function withFree(use: DeviceUse, poolHours: number): PoolUse {
  const { busy, awakeIdle, moving, productive, lost, checkpointing } = use;
  const held = busy + awakeIdle + moving + productive + lost + checkpointing;
  return { ...use, free: poolHours - held };
}

function priceOf({ prices, nodes }: Scenario, hours: number): { readonly price?: number } {
  if (prices === undefined) return {};
  const price = prices.kinds[nodes[0].devices[0].kind] ?? prices.default;
  return price === undefined ? {} : { price: price * hours };
}
