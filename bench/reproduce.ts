/** All published results again: six policies, every trace, ten seeds, on all cores. */
import { formatTable } from "../src/cli/format-table.ts";
import { runFillTasks } from "../src/main/fill-pool.ts";
import { planTasks } from "../src/simulate/campaign.ts";
import type { FillResult } from "../src/simulate/fill-result.ts";
import { formatSeconds, mean } from "./support/numbers.ts";
import {
  listTraces,
  type Published,
  readPublished,
  readTrace,
  requireOpenb,
} from "./support/openb.ts";

/** Our name of each published policy. */
const POLICIES = new Map([
  ["Random", "random"],
  ["DotProd", "dot-product"],
  ["GpuClustering", "gpu-clustering"],
  ["GpuPacking", "gpu-packing"],
  ["BestFit", "best-fit"],
  ["FGD", "fgd"],
]);
/** In percent of the cluster: published values are rounded to hundredths. */
const TOLERANCE = 0.01;
/** Random numbers differ from the published ones: only the mean over seeds can agree. */
const RANDOM_MEAN_TOLERANCE = 0.3;

interface Pair {
  readonly ours: FillResult;
  readonly theirs: Published;
}

const folder = requireOpenb();
const published = await readPublished(folder);
const startMs = performance.now();
const rows: string[][] = [];
let fills = 0;
let isGood = true;
for (const trace of await listTraces(folder)) {
  const input = await readTrace(folder, trace);
  const seeds = [...(input.orders?.keys() ?? [])];
  const tasks = planTasks([...POLICIES.values()], seeds, false);
  const results = await runFillTasks(input, tasks, () => {});
  fills += results.length;
  const pairs = published
    .filter((theirs) => theirs.trace === trace)
    .map((theirs) => match(theirs, results));
  if (pairs.length !== results.length) throw new Error(`${trace}: ${pairs.length} published`);
  for (const [policy, own] of Map.groupBy(pairs, ({ ours }) => ours.policy))
    judge(trace, policy, own);
}
const head = [
  "trace",
  "policy",
  "seeds",
  "max |diff| at 100",
  "at 130",
  "mean diff at 100",
  "at 130",
  "",
];
process.stdout.write(formatTable([head, ...rows]));
process.stdout.write(
  `\n${fills} fills in ${formatSeconds(startMs)}: ${isGood ? "as published" : "NOT as published"}\n`,
);
process.exitCode = isGood ? 0 : 1;

function match(theirs: Published, results: readonly FillResult[]): Pair {
  const policy = POLICIES.get(theirs.policy);
  const ours = results.find((result) => result.policy === policy && result.seed === theirs.seed);
  if (ours === undefined) throw new Error(`nothing to compare with ${JSON.stringify(theirs)}`);
  return { ours, theirs };
}

function judge(trace: string, policy: string, pairs: readonly Pair[]): void {
  const at100 = pairs.map(({ ours, theirs }) => round(ours.allocationAt["100"]) - theirs.at100);
  const at130 = pairs.map(({ ours, theirs }) => round(ours.allocationAt["130"]) - theirs.at130);
  const columns = [at100, at130];
  const isWithin =
    policy === "random"
      ? columns.every((differences) => Math.abs(mean(differences)) <= RANDOM_MEAN_TOLERANCE)
      : columns.every((differences) => largest(differences) <= TOLERANCE + 1e-9);
  isGood &&= isWithin;
  rows.push([
    trace,
    policy,
    String(pairs.length),
    ...columns.map((differences) => largest(differences).toFixed(2)),
    ...columns.map((differences) => mean(differences).toFixed(3)),
    isWithin ? "ok" : "FAIL",
  ]);
}

function round(percent: number): number {
  return Math.round(percent * 100) / 100;
}

function largest(differences: readonly number[]): number {
  return Math.max(...differences.map(Math.abs));
}
