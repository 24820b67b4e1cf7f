import { parentPort, workerData } from "node:worker_threads";
import type { FillInput } from "../simulate/fill-input.ts";
import { FillRunner, type FillTask } from "../simulate/fill.ts";

/** Runs tasks one at a time as they come, on the input it was started with. */
const runner = new FillRunner(workerData as FillInput, () => performance.now());

parentPort?.on("message", (task: FillTask) => {
  parentPort?.postMessage(runner.run(task));
});
