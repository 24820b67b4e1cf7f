import type { ChartPage, PageChart } from "../../trace/chart-page.ts";
import {
  amountTable,
  DEFINITION,
  detailTable,
  headlineOf,
  sayOutcome,
  sayServing,
  sensitivityTable,
  useTable,
  USES,
} from "./compare-tables.ts";
import type { Comparison, OnePool } from "./comparison.ts";

type Point = readonly [x: number, y: number];

/** The page of a comparison: saving by amount, by cost of changing hands, and where the time went. */
export function compareReportPage(comparison: Comparison): ChartPage {
  const { name, notes, sensitivity } = comparison;
  const headline = headlineOf(comparison);
  const { amount, one } = headline;
  const hasSensitivity = sensitivity.length > 0;
  return {
    title: `One pool or two: ${name}`,
    conclusion: sayOutcome(comparison),
    notes: [`For ${name}, ${sayServing(comparison)}`, DEFINITION, ...notes],
    charts: [
      savingChart(comparison),
      ...(hasSensitivity && one !== undefined ? [sensitivityChart(comparison, one)] : []),
      useChart(comparison),
    ],
    tables: [
      { caption: "By amount of offline work", rows: amountTable(comparison) },
      ...(one === undefined
        ? []
        : [
            {
              caption: `Two pools and one, at amount ${amount}`,
              rows: detailTable(comparison, headline, one),
            },
            { caption: `Device-hours, at amount ${amount}`, rows: useTable(headline, one) },
          ]),
      ...(hasSensitivity
        ? [
            {
              caption: `Saving with one cost changed, at amount ${amount}`,
              rows: sensitivityTable(comparison),
            },
          ]
        : []),
    ],
  };
}

function savingChart({ amounts }: Comparison): PageChart {
  const sorted = amounts.toSorted((left, right) => left.amount - right.amount);
  const pointsOf = (valueOf: (one: OnePool) => number | undefined): Point[] =>
    sorted.flatMap(({ amount, one }) => {
      const value = one === undefined ? undefined : valueOf(one);
      return value === undefined ? [] : [[amount, 100 * value] as const];
    });
  return {
    title: "Saving",
    caption:
      "Share of the device-hours for offline work that one pool does not buy, by offline work over " +
      "what serving leaves idle. The limit is what serving leaves; points where the objective is " +
      "missed are left out of the saving.",
    shape: "lines",
    xName: "amount of offline work",
    yName: "%",
    series: [
      {
        name: "saving",
        points: pointsOf(({ saving, meetsObjectives }) => (meetsObjectives ? saving : undefined)),
      },
      {
        name: "by the end of the work alone",
        points: pointsOf(({ savingByTime }) => savingByTime),
      },
      { name: "whole devices only", points: pointsOf(({ whole }) => whole?.saving) },
      { name: "limit", points: pointsOf(({ limit }) => limit) },
    ],
  };
}

function sensitivityChart({ sensitivity, headlineAmount }: Comparison, base: OnePool): PageChart {
  const costs = [...new Set(sensitivity.map(({ cost }) => cost))];
  const factors = [...new Set(sensitivity.map(({ factor }) => factor))];
  return {
    title: "Saving with one cost changed",
    caption:
      `Each cost of changing hands alone, at amount ${headlineAmount}; the line is the saving with ` +
      "the costs as they are. A bar that is not there is an objective missed, or a factor that has " +
      "no meaning.",
    shape: "bars",
    barNames: costs,
    xName: "",
    yName: "%",
    series: factors.map((factor) => ({
      name: `x ${factor}`,
      points: sensitivity
        .filter((result) => result.factor === factor && result.meetsObjectives)
        .map(({ cost, saving = 0 }) => [costs.indexOf(cost), 100 * saving] as const),
    })),
    limit: { name: "as it is", y: 100 * base.saving },
  };
}

function useChart({ amounts }: Comparison): PageChart {
  return {
    title: "Where the time of one pool goes",
    caption:
      "Share of the device-hours bought, by amount of offline work. Checkpoints are taking them and " +
      "coming back to where they left off; awake idle is a replica without requests.",
    shape: "bars",
    barNames: USES.map(([name]) => name),
    xName: "",
    yName: "%",
    series: amounts.flatMap(({ amount, one }) => {
      if (one === undefined) return [];
      const points = USES.map(
        ([, key], use): Point => [use, (100 * one.use[key]) / one.boughtHours],
      );
      return [{ name: `amount ${amount}`, points }];
    }),
  };
}
