import type { TempFolder } from "./temp-folder.ts";

export const NODES_HEADER = "sn,cpu_milli,memory_mib,gpu,model";
export const PODS_HEADER = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec";

/** 50 nodes with 200 devices: a pod adds half a percent of load at most. */
export const SMALL_NODES = Array.from(
  { length: 50 },
  (_, node) => `node-${node},64000,262144,4,${node % 2 === 0 ? "T4" : "P100"}`,
);

export const SMALL_PODS = Array.from({ length: 300 }, (_, pod) => {
  const milli = [1000, 500, 750, 250][pod % 4];
  return `pod-${pod},4000,8192,1,${milli},`;
});

export function toCsv(header: string, rows: readonly string[]): string {
  return `${[header, ...rows].join("\n")}\n`;
}

/** The words that fill the small cluster with the small pods, from files in the folder. */
export function writeSmallTrace(folder: TempFolder): string[] {
  const nodes = folder.write("nodes.csv", toCsv(NODES_HEADER, SMALL_NODES));
  const pods = folder.write("pods.csv", toCsv(PODS_HEADER, SMALL_PODS));
  return ["simulate", "fill", "--nodes", nodes, "--pods", pods];
}
