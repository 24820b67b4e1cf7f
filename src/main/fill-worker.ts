import { parentPort, workerData } from "node:worker_threads";
import { unreachable } from "../model/unreachable.ts";
import { boundFill, type FillBound } from "../simulate/bound/fill-bound.ts";
import type { FillInput } from "../simulate/fill-input.ts";
import { FillRunner } from "../simulate/fill.ts";
import type { FillResult } from "../simulate/fill-result.ts";
import type { WorkerTask } from "./fill-pool.ts";

/** Runs tasks one at a time as they come, on the input it was started with. */
const input = workerData as FillInput;
const runner = new FillRunner(input, () => performance.now());

parentPort?.on("message", (task: WorkerTask) => {
  parentPort?.postMessage(run(task));
});

function run(task: WorkerTask): FillResult | FillBound {
  switch (task.kind) {
    case "fill":
      return runner.run(task.task);
    case "bound":
      return boundFill(input, task.seed);
    default:
      return unreachable(task);
  }
}
