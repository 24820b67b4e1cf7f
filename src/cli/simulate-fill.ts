import { Command } from "commander";
import { planTasks, POLICY_NAMES, summarize, summarizeBounds } from "../simulate/campaign.ts";
import { checkFillInput, checkOrders, type FillInput } from "../simulate/fill-input.ts";
import { fillReportPage } from "../simulate/fill-report.ts";
import { generateNodes, generatePods } from "../simulate/generated-fill.ts";
import type { FillResult } from "../simulate/fill-result.ts";
import { readOpenbNodes, readOpenbPods } from "../trace/openb.ts";
import { readOrders } from "../trace/orders.ts";
import { formatFill, sayWhatIsBound, sayWhatIsFreed } from "./fill-table.ts";
import type { Host } from "./host.ts";
import { parseLoad, parsePolicies, parseSeeds } from "./parse-options.ts";
import { checkReport, formatJson, writeReport } from "./report.ts";
import { suggest, UsageError } from "./usage-error.ts";

interface FillOptions {
  readonly nodes?: string;
  readonly pods?: string;
  readonly generated?: boolean;
  readonly policy: string;
  readonly load: string;
  readonly seeds?: string;
  readonly orders?: string;
  readonly bound?: boolean;
  readonly json?: boolean;
  readonly report?: string;
}

const DEFAULT_SEEDS = "42-51";
/** The built-in cluster. */
const GENERATED = { nodes: 1200, pods: 8000, seed: 1 };

/** `neuraxis simulate fill`: how many GPUs each policy strands on a cluster, and how many it frees. */
export function simulateFillCommand(host: Host): Command {
  return new Command("fill")
    .description("Fill a cluster with pods, one by one, and compare placement policies.")
    .option("--nodes <file>", "nodes: CSV with sn, cpu_milli, memory_mib, gpu, model")
    .option(
      "--pods <file>",
      "pods: CSV with name, cpu_milli, memory_mib, num_gpu, gpu_milli [, gpu_spec]",
    )
    .option("--generated", "instead: a built-in cluster of 1,200 nodes, and pods like a trace's")
    .option("--policy <names>", `policies, or all: ${POLICY_NAMES.join(", ")}`, "fgd,neuraxis")
    .option("--load <ratio>", "requested over existing GPUs at the end", "1.3")
    .option(
      "--seeds <list>",
      `seeds such as 42-51 or 1,5 (default: ${DEFAULT_SEEDS}, or --orders')`,
    )
    .option("--orders <file>", "JSON with the exact arrivals and node order of each seed")
    .option("--bound", "add what no policy can exceed on the same arrivals")
    .option("--json", "print the result as JSON")
    .option("--report <folder>", "write an HTML page with curves into the folder")
    .action((options: FillOptions) => simulateFill(host, options));
}

async function simulateFill(host: Host, options: FillOptions): Promise<void> {
  const policies = parsePolicies(options.policy, POLICY_NAMES);
  const load = parseLoad(options.load);
  const wanted = options.seeds === undefined ? undefined : parseSeeds(options.seeds);
  const named = namedFiles(options);
  await checkReport(host, options.report);
  const input = named === undefined ? generateInput(load) : await readInput(host, named, load);
  const seeds = chooseSeeds(options, wanted, input);
  await runFillCampaign(host, input, { ...options, policies, seeds });
}

/** The files that are to be read; undefined if all is generated. */
function namedFiles(options: FillOptions): FillFiles | undefined {
  const { nodes, pods, orders, generated = false } = options;
  if (generated) {
    const file = nodes ?? pods ?? orders;
    if (file === undefined) return undefined;
    throw new UsageError(`--generated reads no files, and ${file} was named; leave one of them`);
  }
  if (nodes !== undefined && pods !== undefined) return { ...options, nodes, pods };
  const missing = nodes === undefined ? "--nodes" : "--pods";
  const needed = "simulate fill needs nodes and pods as CSV, or --generated";
  throw new UsageError(`${missing} FILE is missing; ${needed}`);
}

function generateInput(load: number): FillInput {
  const nodes = generateNodes(GENERATED.nodes, GENERATED.seed);
  return { nodes, pods: generatePods(GENERATED.pods, GENERATED.seed), load };
}

type FillFiles = FillOptions & { readonly nodes: string; readonly pods: string };

async function readInput(host: Host, options: FillFiles, load: number): Promise<FillInput> {
  const tellIgnored = (file: string, columns: readonly string[]): void => {
    host.note(`${file}: columns that placement does not use: ${columns.join(", ")}`);
  };
  const nodes = await readOpenbNodes(options.nodes, tellIgnored);
  const pods = await readOpenbPods(options.pods, tellIgnored);
  const rows = { pods: pods.podClass.length, nodes: nodes.length };
  const orders = options.orders === undefined ? undefined : await readOrders(options.orders, rows);
  const input = { nodes, pods, load, ...(orders === undefined ? {} : { orders }) };
  checkFillInput(input, options);
  return input;
}

function chooseSeeds(
  options: FillOptions,
  wanted: readonly number[] | undefined,
  input: FillInput,
): readonly number[] {
  if (input.orders === undefined) return wanted ?? parseSeeds(DEFAULT_SEEDS);
  const known = [...input.orders.keys()];
  const seeds = wanted ?? known;
  for (const seed of seeds) {
    if (!input.orders.has(seed)) {
      const names = known.map(String);
      const list = `It has ${names.join(", ")}.`;
      throw new UsageError(
        `${options.orders} has no seed ${seed}.${suggest(String(seed), names)} ${list}`,
      );
    }
  }
  checkOrders(input, seeds, options.orders!);
  return seeds;
}

interface FillCampaign {
  readonly policies: readonly string[];
  readonly seeds: readonly number[];
  /** Whether to search what no policy can exceed. */
  readonly bound?: boolean;
  readonly json?: boolean;
  readonly report?: string;
}

/** Runs every policy on every seed and prints the result as text or JSON. */
async function runFillCampaign(
  host: Host,
  input: FillInput,
  campaign: FillCampaign,
): Promise<void> {
  const { policies, seeds, json, report } = campaign;
  const hasBound = campaign.bound === true;
  const results = await host.runFill(input, planTasks(policies, seeds, report !== undefined));
  const bounds = hasBound ? await host.runBounds(input, seeds) : [];
  const summary = summarize(results);
  const boundSummary = hasBound ? summarizeBounds(bounds) : undefined;
  if (report !== undefined) {
    const freed = sayWhatIsFreed(summary);
    const page = fillReportPage({
      results,
      summaries: summary,
      ...(boundSummary === undefined
        ? { conclusion: freed }
        : { conclusion: `${freed} ${sayWhatIsBound(boundSummary)}`, bound: boundSummary }),
    });
    // Loaded only here: the charts are most of the program.
    const { renderReportPage } = await import("../trace/report-page.ts");
    await writeReport(host, report, renderReportPage(page));
  }
  if (json === true) {
    const shown = {
      load: input.load,
      results: results.map(withoutCurve),
      summary,
      ...(hasBound ? { bound: bounds, boundSummary } : {}),
    };
    host.print(formatJson(shown));
  } else {
    host.print(formatFill(summary, boundSummary));
  }
}

/** Curves are for the report: a point for each percent would bury the result. */
function withoutCurve({ curve: _curve, ...result }: FillResult): Omit<FillResult, "curve"> {
  return result;
}
