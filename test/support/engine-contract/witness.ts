import assert from "node:assert/strict";
import type { Step } from "../../../src/engine/engine.ts";
import type { Action } from "../../../src/model/action.ts";
import type { Event, RequestCounts } from "../../../src/model/event.ts";
import type { DepartureId, JobId, ReplicaId } from "../../../src/model/ids.ts";

/** Sees all orders and all steps, and throws where an engine breaks what holds at every moment. */
export class Witness {
  /** Time of the last step. */
  nowMs = Number.NEGATIVE_INFINITY;
  /** Last count of the requests to the service `s`. */
  counts: RequestCounts = { arrived: 0, begun: 0, ended: 0 };
  /** All departures that were ordered, and whether they are over. */
  readonly #isOver = new Map<DepartureId, boolean>();
  readonly #attempts = new Map<JobId, number>();
  /** What may be told as begun, in words, and the departures that it waits for. */
  readonly #coming = new Map<string, readonly DepartureId[]>();
  /** Gangs that have begun and have not left. */
  readonly #begun = new Set<JobId>();
  readonly #stops = new Map<DepartureId, JobId>();
  /** Replicas that may crash: those told to stop just depart. */
  readonly #replicas = new Set<ReplicaId>();

  /** Departures that were ordered and are not over. */
  get leaving(): DepartureId[] {
    return [...this.#isOver].flatMap(([departure, isOver]) => (isOver ? [] : [departure]));
  }

  /** The engine has taken the order. */
  order(action: Action): void {
    if ("departure" in action) this.#isOver.set(action.departure, false);
    switch (action.kind) {
      case "start-job":
        this.#attempts.set(action.job, action.attempt);
        this.#coming.set(this.#startOf(action.job), action.after);
        break;
      case "resume-job":
        if (!this.#begun.has(action.job)) {
          this.#coming.set(this.#startOf(action.job), action.after);
        }
        break;
      case "stop-job":
        this.#stops.set(action.departure, action.job);
        this.#coming.delete(this.#startOf(action.job));
        break;
      case "suspend-job":
        this.#coming.delete(this.#startOf(action.job));
        break;
      case "start-replica":
        this.#replicas.add(action.replica);
        this.#coming.set(`ready ${action.replica}`, action.after);
        break;
      case "wake-replica":
        this.#coming.set(`ready ${action.replica}`, action.after);
        break;
      case "stop-replica":
        this.#replicas.delete(action.replica);
        this.#coming.delete(`ready ${action.replica}`);
        break;
      default:
        break;
    }
  }

  /** What the engine answered to `next(wakeMs)`. */
  step({ nowMs, events }: Step, wakeMs: number): void {
    assert.ok(nowMs >= this.nowMs, `time goes back from ${this.nowMs} to ${nowMs} ms`);
    if (events.length === 0) {
      assert.ok(nowMs >= wakeMs, `nothing happens at ${nowMs} ms, before the wake-up at ${wakeMs}`);
    }
    this.nowMs = nowMs;
    for (const event of events) this.#see(event);
  }

  #see(event: Event): void {
    const words = wordsOf(event) ?? "";
    switch (event.kind) {
      case "departed": {
        assert.equal(this.#isOver.get(event.departure), false, `${words}: not, or not any more`);
        this.#isOver.set(event.departure, true);
        const stopped = this.#stops.get(event.departure);
        if (stopped !== undefined) this.#begun.delete(stopped);
        return;
      }
      case "job-started":
        this.#comes(words);
        this.#begun.add(event.job);
        return;
      case "job-checkpointed":
        assert.ok(this.#begun.has(event.job), `${words}: it does not run`);
        assert.equal(event.attempt, this.#attempts.get(event.job), words);
        return;
      case "job-ended":
        assert.ok(this.#begun.delete(event.job), `${words}: it does not run`);
        assert.equal(event.attempt, this.#attempts.get(event.job), words);
        return;
      case "replica-ready":
        return this.#comes(words);
      case "replica-gone":
        assert.ok(this.#replicas.delete(event.replica), `${words}: it is not there`);
        this.#coming.delete(`ready ${event.replica}`);
        return;
      case "service-observed":
        return this.#count(event.requests);
      default:
        return undefined;
    }
  }

  #comes(words: string): void {
    const after = this.#coming.get(words);
    assert.ok(after !== undefined, `${words}: that is not to come, or not any more`);
    this.#coming.delete(words);
    const early = after.filter((departure) => this.#isOver.get(departure) !== true);
    assert.deepEqual(early, [], `${words}: before these departures are over`);
  }

  #count(counts: RequestCounts): void {
    const { arrived, begun, ended } = counts;
    const isCount = 0 <= ended && ended <= begun && begun <= arrived;
    const isGrown = ended >= this.counts.ended && arrived >= this.counts.arrived;
    assert.ok(isCount && isGrown, `${JSON.stringify(counts)} after ${JSON.stringify(this.counts)}`);
    this.counts = counts;
  }

  #startOf(job: JobId): string {
    return `started ${job} ${this.#attempts.get(job)}`;
  }
}

/** What the cases speak of, in words such as `started j 1`. */
export function wordsOf(event: Event): string | undefined {
  switch (event.kind) {
    case "departed":
      return `departed ${event.departure}`;
    case "job-cancelled":
      return `cancelled ${event.job}`;
    case "job-started":
      return `started ${event.job} ${event.attempt}`;
    case "job-checkpointed":
      return `saved ${event.job} ${event.attempt}`;
    case "job-ended":
      return `${event.outcome} ${event.job} ${event.attempt}`;
    case "replica-ready":
      return `ready ${event.replica}`;
    case "replica-gone":
      return `gone ${event.replica}`;
    case "node-lost":
      return `lost ${event.node}`;
    case "device-failed":
      return `broken ${event.node}/${event.device}`;
    default:
      return undefined;
  }
}
