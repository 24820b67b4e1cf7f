import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Trial, TrialResult } from "../simulate/compare/trial.ts";
import type { Scenario } from "../simulate/scenario/scenario.ts";

interface Waiting {
  readonly trial: Trial;
  readonly resolve: (result: TrialResult) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Runs trials of one scenario on all cores, in the order in which they are asked for. Threads are
 * started when there is work for them. A thread that fails rejects its trial, and all later ones.
 */
export class TrialPool {
  readonly #scenario: Scenario;
  readonly #onDone: (done: number) => void;
  readonly #free: Worker[] = [];
  readonly #all: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #waiting: Waiting[] = [];
  #failure: { readonly reason: unknown } | undefined;
  #done = 0;

  constructor(scenario: Scenario, onDone: (done: number) => void) {
    this.#scenario = scenario;
    this.#onDone = onDone;
  }

  run(trial: Trial): Promise<TrialResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ trial, resolve, reject });
      this.#advance();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }

  #advance(): void {
    if (this.#failure !== undefined) {
      for (const { reject } of this.#waiting.splice(0)) reject(this.#failure.reason);
      return;
    }
    while (this.#waiting.length > 0) {
      const worker = this.#free.pop() ?? this.#start();
      if (worker === undefined) return;
      const next = this.#waiting.shift()!;
      this.#busy.set(worker, next);
      worker.postMessage(next.trial);
    }
  }

  #start(): Worker | undefined {
    if (this.#all.length >= availableParallelism()) return undefined;
    const worker = new Worker(workerUrl(), { workerData: this.#scenario });
    this.#all.push(worker);
    worker.on("message", (result: TrialResult) => {
      const { resolve } = this.#busy.get(worker)!;
      this.#busy.delete(worker);
      this.#free.push(worker);
      this.#done += 1;
      this.#onDone(this.#done);
      resolve(result);
      this.#advance();
    });
    worker.on("error", (reason) => {
      this.#failure = { reason };
      this.#busy.get(worker)?.reject(reason);
      this.#advance();
    });
    return worker;
  }
}

/** The worker beside this file, with the ending that this file itself runs under. */
function workerUrl(): URL {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./trial-worker.${ending}`, import.meta.url);
}
