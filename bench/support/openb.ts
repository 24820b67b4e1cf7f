import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import type { FillInput } from "../../src/simulate/fill-input.ts";
import { readCsvRows } from "../../src/trace/csv-rows.ts";
import { readOpenbNodes, readOpenbPods } from "../../src/trace/openb.ts";
import { readOrders } from "../../src/trace/orders.ts";

/** `--openb FOLDER`, or the variable NEURAXIS_OPENB; undefined where neither is given. */
export function findOpenb(): string | undefined {
  const { values } = parseArgs({ options: { openb: { type: "string" } }, strict: false });
  const folder = values["openb"] ?? process.env["NEURAXIS_OPENB"];
  if (typeof folder !== "string" || folder === "") return undefined;
  if (!existsSync(path.join(folder, "nodes.csv"))) throw new Error(`${folder} has no nodes.csv`);
  return folder;
}

/** @throws Error where the folder is not given. */
export function requireOpenb(): string {
  const folder = findOpenb();
  if (folder !== undefined) return folder;
  throw new Error("give the folder of the openb traces: --openb FOLDER, or NEURAXIS_OPENB=FOLDER");
}

/** Names of the traces: `default` for pods-default.csv. */
export async function listTraces(folder: string): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .flatMap((file) => /^pods-(.*)\.csv$/.exec(file)?.[1] ?? [])
    .toSorted((left, right) => (left < right ? -1 : 1));
}

/** A trace with the courses as published, up to 130 %. */
export async function readTrace(folder: string, trace: string): Promise<FillInput> {
  const ignore = (): void => {};
  const nodes = await readOpenbNodes(path.join(folder, "nodes.csv"), ignore);
  const pods = await readOpenbPods(path.join(folder, `pods-${trace}.csv`), ignore);
  const rows = { pods: pods.podClass.length, nodes: nodes.length };
  const orders = await readOrders(path.join(folder, `orders-${trace}.json`), rows);
  return { nodes, pods, orders, load: 1.3 };
}

/** Allocation in percent, rounded to hundredths as it was published. */
export interface Published {
  readonly trace: string;
  readonly policy: string;
  readonly seed: number;
  readonly at100: number;
  readonly at130: number;
}

const SCHEMA = {
  required: ["trace", "policy", "seed", "allocation_percent_at_100", "allocation_percent_at_130"],
  optional: [],
};

export async function readPublished(folder: string): Promise<Published[]> {
  const published: Published[] = [];
  for await (const row of readCsvRows(path.join(folder, "published.csv"), SCHEMA, () => {})) {
    published.push({
      trace: row.name("trace"),
      policy: row.name("policy"),
      seed: row.integer("seed", 1e9),
      at100: Number(row.name("allocation_percent_at_100")),
      at130: Number(row.name("allocation_percent_at_130")),
    });
  }
  return published;
}
