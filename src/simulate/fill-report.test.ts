import assert from "node:assert/strict";
import { test } from "node:test";
import { summarize } from "./campaign.ts";
import { FillRunner } from "./fill.ts";
import { fillReportPage } from "./fill-report.ts";
import { generateNodes, generatePods } from "./generated-fill.ts";

const input = { nodes: generateNodes(12, 1), pods: generatePods(200, 1), load: 1.3 };

function report(policies: readonly string[], seeds: readonly number[]) {
  const runner = new FillRunner(input, () => 0);
  const results = policies.flatMap((policy) =>
    seeds.map((seed) => runner.run({ policy, seed, curves: true })),
  );
  const conclusion = "so be it";
  return { results, page: fillReportPage({ results, summaries: summarize(results), conclusion }) };
}

test("a report has a row and a line for each policy", () => {
  const { page } = report(["fgd", "random"], [1, 2]);
  assert.equal(page.conclusion, "so be it");
  assert.deepEqual(
    page.table.map(([policy]) => policy),
    ["policy", "fgd", "random"],
  );
  for (const { series } of page.charts) {
    assert.deepEqual(
      series.map(({ name }) => name),
      ["fgd", "random"],
    );
  }
});

test("a curve rises through the loads once, its values being means over seeds", () => {
  const { page, results } = report(["fgd"], [1, 2, 3]);
  for (const { points } of page.charts.flatMap(({ series }) => series)) {
    const loads = points.map(([load]) => load);
    assert.deepEqual(
      loads,
      [...new Set(loads)].sort((left, right) => left - right),
    );
    assert.ok(points.every(([, value]) => value >= 0 && value <= 100));
  }
  const [load, value] = page.charts[0].series[0].points.at(-1) ?? [];
  const at = results
    .flatMap(({ curve }) => curve)
    .filter(({ loadPercent }) => loadPercent === load)
    .map(({ allocation }) => allocation);
  const mean = at.reduce((sum, allocation) => sum + allocation, 0) / at.length;
  assert.equal(value, Math.round(mean * 100) / 100);
});
