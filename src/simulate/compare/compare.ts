import type { Scenario } from "../scenario/scenario.ts";
import { comparePools, type Ground, type RunTrial } from "./compare-pools.ts";
import type { AmountResult, Comparison, SensitivityResult } from "./comparison.ts";
import { type CostChange, costChangesOf } from "./cost-change.ts";
import { idleDevices, planServing } from "./serving-plan.ts";
import { HOUR_MS } from "./trial.ts";

/** The amount that is told in detail, if it is among those asked for; otherwise the first of them. */
const HEADLINE_AMOUNT = 1;

export interface CompareOptions {
  /** Where the scenario stands, for refusals. */
  readonly file: string;
  /** Offline work over what serving alone leaves idle. */
  readonly amounts: readonly number[];
  /** Whether each cost of changing hands is varied. */
  readonly hasSensitivity: boolean;
}

/**
 * How much a pool for online and offline work saves against one for each. Amounts, and then costs,
 * are independent of each other and run at once; the result depends on neither order nor speed.
 *
 * @throws InputError for a scenario that one pool and two cannot be compared on.
 */
export async function compare(
  scenario: Scenario,
  { file, amounts, hasSensitivity }: CompareOptions,
  run: RunTrial,
): Promise<Comparison> {
  const serving = planServing(scenario, file);
  let runs = 0;
  const counted: RunTrial = (trial) => {
    runs += 1;
    return run(trial);
  };
  const ground = { scenario, serving, file, run: counted };
  const results = await Promise.all(
    amounts.map((amount) => comparePools(ground, { amount, guess: 0 })),
  );
  const base = results.find(({ amount }) => amount === HEADLINE_AMOUNT) ?? results[0];
  const changes = hasSensitivity ? costChangesOf(scenario) : [];
  const sensitivity = await Promise.all(changes.map((change) => varyCost(ground, base, change)));
  const { name, policy, seed, services, notes } = scenario;
  return {
    name,
    policy,
    seed,
    spanHours: serving.spanMs / HOUR_MS,
    servingDevices: serving.nodes * serving.devicesPerNode,
    services: services.map(({ service, objective }, index) => ({
      service: service.id,
      replicas: serving.replicas[index],
      objective,
    })),
    idleDevices: idleDevices(serving),
    amounts: results,
    sensitivity,
    headlineAmount: base.amount,
    runs,
    notes,
  };
}

/** The search starts where it ended with the costs as they are. */
async function varyCost(
  ground: Ground,
  { amount, one: base, two }: AmountResult,
  change: CostChange,
): Promise<SensitivityResult> {
  const guess = base?.budgetHours ?? two.offlineHours;
  const { one } = await comparePools(ground, { amount, guess, change });
  if (one === undefined) return { ...change, meetsObjectives: false };
  const { saving, meetsObjectives } = one;
  return { ...change, saving, meetsObjectives };
}
