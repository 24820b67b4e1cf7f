import { parentPort, workerData } from "node:worker_threads";
import { runTrial, type Trial } from "../simulate/compare/trial.ts";
import type { Scenario } from "../simulate/scenario/scenario.ts";

/** Runs trials one at a time as they come, of the scenario it was started with. */
const scenario = workerData as Scenario;

parentPort?.on("message", (trial: Trial) => {
  parentPort?.postMessage(runTrial(scenario, trial));
});
