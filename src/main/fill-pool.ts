import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FillBound } from "../simulate/bound/fill-bound.ts";
import type { FillInput } from "../simulate/fill-input.ts";
import type { FillTask } from "../simulate/fill.ts";
import type { FillResult } from "../simulate/fill-result.ts";

export type OnDone = (done: number, total: number) => void;

/** What a worker is asked for: one fill, or what no placement can exceed on the course of a seed. */
export type WorkerTask =
  | { readonly kind: "fill"; readonly task: FillTask }
  | { readonly kind: "bound"; readonly seed: number };

/** Runs fills on all cores; results stand in the order of the tasks. */
export function runFillTasks(
  input: FillInput,
  tasks: readonly FillTask[],
  onDone: OnDone,
): Promise<FillResult[]> {
  return runTasks<FillResult>(
    input,
    tasks.map((task) => ({ kind: "fill", task })),
    onDone,
  );
}

/** Searches bounds on all cores; they stand in the order of the seeds. */
export function runBoundTasks(
  input: FillInput,
  seeds: readonly number[],
  onDone: OnDone,
): Promise<FillBound[]> {
  return runTasks<FillBound>(
    input,
    seeds.map((seed) => ({ kind: "bound", seed })),
    onDone,
  );
}

/**
 * Each worker takes the next task when it is free. Results stand in the order of the tasks,
 * whichever worker was faster. The first failure ends the campaign.
 */
async function runTasks<TaskResult>(
  input: FillInput,
  tasks: readonly WorkerTask[],
  onDone: OnDone,
): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
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
      worker.on("message", (result: TaskResult) => {
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
