import { Command } from "commander";
import { generateNodes, generatePods } from "../simulate/generated-fill.ts";
import type { Host } from "./host.ts";
import { checkReport } from "./report.ts";
import { runFillCampaign } from "./simulate-fill.ts";

const NODES = 1200;
const PODS = 8000;
const SEED = 1;

/** `neuraxis start`: the main job of this stage, the fill simulation on a generated cluster. */
export function startCommand(host: Host): Command {
  return new Command("start")
    .option("--json", "print the result as JSON")
    .option("--report <folder>", "write an HTML page with curves into the folder")
    .action(async (options: { json?: boolean; report?: string }) => {
      await checkReport(host, options.report);
      const nodes = generateNodes(NODES, SEED);
      const input = { nodes, pods: generatePods(PODS, SEED), load: 1.3 };
      const gpus = nodes.reduce((sum, node) => sum + node.devices.length, 0);
      host.note(`A generated cluster: ${NODES} nodes, ${gpus} GPUs, filled to 130 % of its GPUs.`);
      const policies = ["random", "best-fit", "fgd", "neuraxis"];
      await runFillCampaign(host, input, { policies, seeds: [42, 43, 44], ...options });
    });
}
