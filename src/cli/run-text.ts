import { counted } from "../model/counted.ts";
import type { RunSummary } from "../simulate/run/run-scenario.ts";
import {
  billTable,
  cpuTable,
  evictionTable,
  jobTable,
  percent,
  sayWhenDone,
  serviceTable,
  spreadTable,
  type Table,
  undoneTable,
  useTable,
  waitTable,
} from "../simulate/run/run-tables.ts";
import { formatTable } from "./format-table.ts";

/** The result of a run for people: its head, then the tables that have rows, in 80 columns. */
export function formatRun(summary: RunSummary): string {
  const { name, policy, devices, endHours, jobs } = summary;
  const head = `${name}: policy ${policy}, ${counted(devices, "device")}, ${endHours.toFixed(1)} hours`;
  const tables: readonly Table[] = [
    useTable(summary),
    jobTable(summary),
    undoneTable(summary),
    waitTable("devices", jobs.groups.bySize),
    spreadTable(summary),
    cpuTable(summary),
    evictionTable(summary),
    serviceTable(summary),
    billTable(summary),
  ];
  const blocks = tables.filter(({ length }) => length > 1).map(formatTable);
  const sentences = [sayHowFull(summary), sayWhenDone(summary)].filter((line) => line !== "");
  const end = sentences.length === 0 ? [] : [`${sentences.join("\n")}\n`];
  return `${head}\n\n${[...blocks, ...end].join("\n")}`;
}

/** The three ratios of a cluster, as means over the run; "" without devices. */
function sayHowFull({
  deviceHours,
  allocation,
  occupation,
  fragmentedNodes,
  fragmentation,
}: RunSummary): string {
  if (deviceHours === 0) return "";
  const ratios = [`GAR ${percent(allocation.mean, 1)}`, `SOR ${percent(occupation, 1)}`];
  const nodes = `GFR ${percent(fragmentedNodes.mean, 1)}`;
  return `${ratios.join(", ")}, ${nodes}; ${percent(fragmentation.mean, 1)} of what is free is fragmented.`;
}
