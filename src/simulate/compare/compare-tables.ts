import type { AmountResult, Comparison, OnePool, PoolUse } from "./comparison.ts";

/** Rows of cells, the head first. As text each fits 80 columns. */
export type Table = readonly (readonly string[])[];

/** Where the device-hours of a pool go, in words. */
export const USES = [
  ["jobs' progress", "productive"],
  ["lost progress", "lost"],
  ["checkpoints", "checkpointing"],
  ["serving", "busy"],
  ["awake idle", "awakeIdle"],
  ["changing hands", "moving"],
  ["free", "free"],
] as const satisfies readonly (readonly [string, keyof PoolUse])[];

/** What is compared, in the words of docs/one-pool-or-two.md. */
export const DEFINITION =
  "Two pools: those devices, and others for offline work alone, which is done at T. One pool: " +
  "those devices, and the fewest device-hours beside them with which the same work is done by T " +
  "and the objective is kept. Saving: 1 - bought / offline device-hours. Limit: the saving if " +
  "all that serving leaves were as good as a device of one's own.";

/** The amount that is told in detail. */
export function headlineOf({ amounts, headlineAmount }: Comparison): AmountResult {
  return amounts.find(({ amount }) => amount === headlineAmount) ?? amounts[0];
}

export function sayServing({ servingDevices, idleDevices, services }: Comparison): string {
  const kept = services.map(({ service, objective }) => {
    return `${percent(objective.quantile)} of ${service} within ${objective.waitMs / 1000} s`;
  });
  return (
    `serving alone, always awake, needs ${servingDevices} devices (${kept.join(", ")}) ` +
    `and leaves ${idleDevices.toFixed(2)} of them idle.`
  );
}

/** What to take away. */
export function sayOutcome(comparison: Comparison): string {
  const { amount, one, two, budgetMostHours } = headlineOf(comparison);
  const work = `At amount ${amount}`;
  if (one === undefined) {
    return `${work} not even ${hours(budgetMostHours)} device-hours finish the work by T: one pool is worse than two.`;
  }
  const saved = `${percent(one.saving)} of what two pools buy for offline work`;
  if (!one.meetsObjectives) {
    const p99 = one.services.map(({ waitSeconds }) => seconds(waitSeconds.p99)).join(", ");
    return `${work} the objective is missed: p99 ${p99} s. If only the end of the work counted, one pool would save ${saved}.`;
  }
  const slack = one.budgetHours === 0 ? `, and is done ${hours(one.slackHours)} h earlier` : "";
  return (
    `${work} one pool saves ${saved}: ` +
    `${hours(two.offlineHours - one.budgetHours)} of ${hours(two.offlineHours)} device-hours${slack}.`
  );
}

export function amountTable({ amounts }: Comparison): Table {
  return [
    ["amount", "T (h)", "offline device-hours", "bought", "saving", "limit", "whole devices"],
    ...amounts.map(amountRow),
  ];
}

function amountRow({ amount, two, one, budgetMostHours }: AmountResult): string[] {
  const { endHours, offlineDevices, offlineHours } = two;
  const known = [String(amount), hours(endHours), `${offlineDevices} x T = ${hours(offlineHours)}`];
  if (one === undefined) return [...known, `> ${hours(budgetMostHours)}`, "none", "", ""];
  const { whole, budgetHours, saving, limit, meetsObjectives } = one;
  return [
    ...known,
    hours(budgetHours),
    meetsObjectives ? percent(saving) : "missed",
    percent(limit),
    whole === undefined ? "" : `${whole.devices}: ${percent(whole.saving)}`,
  ];
}

/** Two pools and one beside each other, for one amount. */
export function detailTable({ services }: Comparison, { two }: AmountResult, one: OnePool): Table {
  const waits = services.flatMap(({ service }, index) => {
    const [first, second] = [two.services[index], one.services[index]];
    return [
      [`${service}: wait p50 (s)`, ...[first, second].map((each) => seconds(each.waitSeconds.p50))],
      [`${service}: wait p99 (s)`, ...[first, second].map((each) => seconds(each.waitSeconds.p99))],
      [`${service}: in time`, ...[first, second].map((each) => percent(each.attainment, 2))],
    ];
  });
  const jobs = [two.jobs, one.jobs];
  return [
    ["", "two pools", "one pool"],
    ["device-hours bought", hours(two.boughtHours), hours(one.boughtHours)],
    ...(two.price === undefined || one.price === undefined
      ? []
      : [["price", two.price.toFixed(0), one.price.toFixed(0)]]),
    ...waits,
    ["job completion mean (h)", ...jobs.map(({ completionHours }) => hours(completionHours.mean))],
    ["job completion p90 (h)", ...jobs.map(({ completionHours }) => hours(completionHours.p90))],
    ["jobs suspended, times", ...jobs.map(({ suspensions }) => String(suspensions))],
    ["jobs stopped, times", ...jobs.map(({ stops }) => String(stops))],
    ["progress lost", percent(lostShareOf(two.use), 2), percent(lostShareOf(one.use), 2)],
    ["last job before T (h)", hours(0), hours(one.slackHours)],
  ];
}

/** Lost progress over the device-hours on which jobs were up. */
function lostShareOf({ productive, lost, checkpointing }: PoolUse): number {
  const upHours = productive + lost + checkpointing;
  return upHours === 0 ? 0 : lost / upHours;
}

/** Where the time of the offline pool of two went, and of one pool. */
export function useTable({ two }: AmountResult, { use, boughtHours }: OnePool): Table {
  return [
    ["", "offline pool", "one pool", "share"],
    ...USES.map(([name, key]) => [
      name,
      hours(two.use[key]),
      hours(use[key]),
      percent(use[key] / boughtHours),
    ]),
  ];
}

/** The saving with each cost changed alone, a column for each factor. */
export function sensitivityTable({ sensitivity }: Comparison): Table {
  const factors = [...new Set(sensitivity.map(({ factor }) => factor))].toSorted(
    (left, right) => left - right,
  );
  return [
    ["cost", ...factors.map((factor) => `x ${factor}`)],
    ...Array.from(
      Map.groupBy(sensitivity, ({ cost }) => cost),
      ([cost, results]) => [
        cost,
        ...factors.map((factor) => {
          const result = results.find((each) => each.factor === factor);
          if (result === undefined) return "";
          if (result.saving === undefined) return "none";
          return result.meetsObjectives ? percent(result.saving) : "missed";
        }),
      ],
    ),
  ];
}

function hours(value: number): string {
  return value.toFixed(1);
}

function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** What was never served has waited for ever. */
function seconds(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : "for ever";
}
