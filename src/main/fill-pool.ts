import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FillInput } from "../simulate/fill-input.ts";
import type { FillTask } from "../simulate/fill.ts";
import type { FillResult } from "../simulate/fill-result.ts";

export type OnDone = (done: number, total: number) => void;

/**
 * Runs the tasks on all cores, each worker taking the next one when it is free. Results stand in
 * the order of the tasks, whichever worker was faster. The first failure ends the campaign.
 */
export async function runFillTasks(
  input: FillInput,
  tasks: readonly FillTask[],
  onDone: OnDone,
): Promise<FillResult[]> {
  const results: FillResult[] = [];
  let next = 0;
  let done = 0;
  const workers = Array.from(
    { length: Math.min(tasks.length, availableParallelism()) },
    () => new Worker(workerUrl(), { workerData: input }),
  );
  try {
    await Promise.all(workers.map((worker) => drain(worker)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;

  function drain(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      let current = -1;
      function advance(): void {
        if (next === tasks.length) {
          resolve();
          return;
        }
        current = next;
        next += 1;
        worker.postMessage(tasks[current]);
      }
      worker.on("error", reject);
      worker.on("message", (result: FillResult) => {
        results[current] = result;
        done += 1;
        onDone(done, tasks.length);
        advance();
      });
      advance();
    });
  }
}

/** The worker beside this file, with the ending that this file itself runs under. */
function workerUrl(): URL {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./fill-worker.${ending}`, import.meta.url);
}
