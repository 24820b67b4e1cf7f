import type { AmountResult, Comparison, OnePool } from "../simulate/compare/comparison.ts";
import { formatTable } from "./format-table.ts";

const WIDTH = 80;

/** The text result of a comparison; its lines have at most 80 characters. */
export function formatComparison(comparison: Comparison): string {
  const { amounts, sensitivity } = comparison;
  const detailed = headlineOf(comparison);
  const parts = [
    wrap(`${comparison.name}: ${sayServing(comparison)}`),
    wrap(
      "Two pools: those devices, and others for offline work alone, which ends at T. One pool: " +
        "those devices, and the fewest device-hours beside them with which the same offline work " +
        "ends by T and serving keeps its objective. Saving: 1 - bought / offline device-hours.",
    ),
    formatTable([
      ["amount", "T (h)", "offline device-hours", "bought", "saving", "whole devices"],
      ...amounts.map(amountRow),
    ]),
    ...(detailed?.one === undefined ? [] : [formatDetails(comparison, detailed, detailed.one)]),
    ...(sensitivity.length === 0 ? [] : [formatSensitivity(comparison)]),
    wrap(sayOutcome(comparison)),
  ];
  return parts.join("\n");
}

/** The amount 1 if it was asked for, otherwise the first. */
function headlineOf({ amounts, sensitivityAmount }: Comparison): AmountResult | undefined {
  return amounts.find(({ amount }) => amount === sensitivityAmount);
}

function sayServing({ servingDevices, idleDevices, services }: Comparison): string {
  const kept = services.map(({ service, objective }) => {
    return `${percent(objective.quantile, 0)} of ${service} within ${objective.waitMs / 1000} s`;
  });
  return (
    `serving alone, always awake, needs ${servingDevices} devices ` +
    `(${kept.join(", ")}) and leaves ${idleDevices.toFixed(2)} of them idle.`
  );
}

function amountRow({ amount, two, one, budgetMostHours }: AmountResult): string[] {
  const { endHours, offlineDevices, offlineHours } = two;
  const known = [String(amount), hours(endHours), `${offlineDevices} x T = ${hours(offlineHours)}`];
  if (one === undefined) return [...known, `> ${hours(budgetMostHours)}`, "none", "-"];
  const whole =
    one.whole === undefined ? "-" : `${one.whole.devices}: ${percent(one.whole.saving)}`;
  return [
    ...known,
    hours(one.budgetHours),
    one.meetsObjectives ? percent(one.saving) : "missed",
    whole,
  ];
}

function formatDetails(
  comparison: Comparison,
  { amount, two }: AmountResult,
  one: OnePool,
): string {
  const waits = comparison.services.flatMap(({ service }, index) => {
    const [first, second] = [two.services[index]!, one.services[index]!];
    return [
      [`${service}: wait p50 (s)`, first.waitSeconds.p50, second.waitSeconds.p50].map(text),
      [`${service}: wait p99 (s)`, first.waitSeconds.p99, second.waitSeconds.p99].map(text),
      [`${service}: in time`, percent(first.attainment, 2), percent(second.attainment, 2)],
    ];
  });
  const table = formatTable([
    [`amount ${amount}`, "two pools", "one pool"],
    ["device-hours bought", hours(two.boughtHours), hours(one.boughtHours)],
    ...(two.price === undefined || one.price === undefined
      ? []
      : [["price", two.price.toFixed(0), one.price.toFixed(0)]]),
    ...waits,
    [
      "job completion mean (h)",
      hours(two.jobs.completionHours.mean),
      hours(one.jobs.completionHours.mean),
    ],
    [
      "job completion p90 (h)",
      hours(two.jobs.completionHours.p90),
      hours(one.jobs.completionHours.p90),
    ],
    ["jobs suspended, times", String(two.jobs.suspensions), String(one.jobs.suspensions)],
    ["jobs stopped, times", String(two.jobs.stops), String(one.jobs.stops)],
    ["lost work", "", percent(one.lostShare, 2)],
    ["last job ends before T (h)", "0.0", hours(one.slackHours)],
  ]);
  const { use } = one;
  const spent = formatTable([
    ["one pool, device-hours", "", "share"],
    ...USES.map(([name, key]) => [name, hours(use[key]), percent(use[key] / one.boughtHours)]),
  ]);
  return `${table}\n${spent}`;
}

/** Where a pool's time goes, in words. */
export const USES = [
  ["jobs make progress", "productive"],
  ["jobs' work that was lost", "lost"],
  ["checkpoints and restarts", "checkpointing"],
  ["serving", "busy"],
  ["awake without requests", "awakeIdle"],
  ["changing hands", "moving"],
  ["free", "free"],
] as const;

function formatSensitivity({ sensitivity, sensitivityAmount }: Comparison): string {
  const factors = [...new Set(sensitivity.map(({ factor }) => factor))].toSorted((a, b) => a - b);
  const byCost = Map.groupBy(sensitivity, ({ cost }) => cost);
  return formatTable([
    [`saving at amount ${sensitivityAmount}`, ...factors.map((factor) => `x ${factor}`)],
    ...Array.from(byCost, ([cost, results]) => [
      cost,
      ...factors.map((factor) => {
        const result = results.find((each) => each.factor === factor);
        if (result === undefined) return "-";
        if (result.saving === undefined) return "none";
        return result.meetsObjectives ? percent(result.saving) : "missed";
      }),
    ]),
  ]);
}

/** What to take away, in one or two sentences. */
export function sayOutcome(comparison: Comparison): string {
  const headline = headlineOf(comparison);
  if (headline === undefined) return "";
  const { amount, one, two, budgetMostHours } = headline;
  const work = `At amount ${amount}`;
  if (one === undefined) {
    return `${work}, not even ${hours(budgetMostHours)} device-hours end the work by T: one pool needs more than two.`;
  }
  const saved = `${percent(one.saving)} of what two pools buy for offline work`;
  if (!one.meetsObjectives) {
    const p99 = one.services.map(({ waitSeconds }) => text(waitSeconds.p99)).join(", ");
    return `${work}, the objective is missed: p99 ${p99} s. By the end of the work alone one pool would save ${saved}.`;
  }
  if (one.budgetHours === 0) {
    return `${work}, one pool needs no device-hour beside those of serving, and is done ${hours(one.slackHours)} h before T: it saves all ${hours(two.offlineHours)} device-hours that two pools buy for offline work.`;
  }
  return `${work}, one pool saves ${saved} (${hours(two.offlineHours - one.budgetHours)} of ${hours(two.offlineHours)} device-hours).`;
}

function hours(value: number): string {
  return value.toFixed(1);
}

function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** A number of seconds; what was never served waits for ever. */
function text(value: number | string): string {
  if (typeof value === "string") return value;
  return Number.isFinite(value) ? value.toFixed(1) : "never";
}

function wrap(sentence: string): string {
  const lines = [""];
  for (const word of sentence.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${line}\n`).join("");
}
