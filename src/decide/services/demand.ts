import type { ModelService } from "../../model/service.ts";

/**
 * Awake replicas that a service should have: up at once with its requests, down only when a replica
 * was not needed for the keep-alive time (rule A1).
 */
export class Demand {
  #service: ModelService;
  #wanted = 0;
  /**
   * Until when the replica of each rank stays after its last need. It never grows with the rank: a
   * higher rank was needed last no later than a lower one.
   */
  #keptUntilMs: number[] = [];

  constructor(service: ModelService) {
    this.#service = service;
  }

  /** Requests in flight at this moment. O(change), amortized. */
  observe(nowMs: number, inFlight: number): void {
    const { concurrency, scaling, replicas } = this.#service;
    const busy = Math.ceil(inFlight / concurrency);
    const wanted = Math.min(busy === 0 ? 0 : busy + scaling.headroom, replicas.max);
    const untilMs = nowMs + scaling.keepAliveMs;
    while (this.#keptUntilMs.length > wanted && this.#keptUntilMs.at(-1)! <= nowMs) {
      this.#keptUntilMs.pop();
    }
    for (let rank = wanted; rank < this.#wanted; rank += 1) this.#keptUntilMs[rank] = untilMs;
    for (let rank = 0; rank < wanted; rank += 1) this.#keptUntilMs[rank] = Number.POSITIVE_INFINITY;
    this.#wanted = wanted;
  }

  target(nowMs: number): number {
    let target = this.#wanted;
    while (target < this.#keptUntilMs.length && this.#keptUntilMs[target] > nowMs) target += 1;
    return Math.max(target, this.#service.replicas.min);
  }

  /** When the target falls if nothing is observed until then. */
  nextFallMs(nowMs: number): number | undefined {
    const target = this.target(nowMs);
    return target > this.#wanted && target > this.#service.replicas.min
      ? this.#keptUntilMs[target - 1]
      : undefined;
  }

  /** The same past under another service of the same id. */
  fork(service = this.#service): Demand {
    const copy = new Demand(service);
    copy.#wanted = Math.min(this.#wanted, service.replicas.max);
    copy.#keptUntilMs = this.#keptUntilMs.slice(0, service.replicas.max);
    return copy;
  }

  /** The state in numbers. */
  *content(): Generator<number> {
    yield this.#wanted;
    for (const untilMs of this.#keptUntilMs.slice(this.#wanted)) yield untilMs;
  }
}
