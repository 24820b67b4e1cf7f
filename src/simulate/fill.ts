import { PlacementModel } from "../decide/placement/placement-model.ts";
import { findPolicy } from "../decide/policies/registry.ts";
import { Scheduler } from "../decide/scheduler.ts";
import type { Event } from "../model/event.ts";
import { workId } from "../model/ids.ts";
import { requestedMilli } from "../model/resources.ts";
import { DEVICE_MILLI, milliseconds } from "../model/units.ts";
import type { Order } from "../trace/orders.ts";
import { FillMeter } from "./fill-meter.ts";
import { capacityMilli, courseOf, type FillInput, profileOf } from "./fill-input.ts";
import type { FillResult } from "./fill-result.ts";
import { seededRandom } from "./seeded-random.ts";

export interface FillTask {
  readonly policy: string;
  readonly seed: number;
  /** True to measure fragmentation along the way, for a report. */
  readonly curves: boolean;
}

/** Milliseconds of some clock; only differences are used. */
export type Clock = () => number;

/**
 * Runs fill simulations on one input. Courses of one policy share what the policy has found out
 * about states and classes, which changes their speed and nothing else.
 */
export class FillRunner {
  readonly #input: FillInput;
  readonly #clock: Clock;
  #model: PlacementModel | undefined;

  constructor(input: FillInput, clock: Clock) {
    this.#input = input;
    this.#clock = clock;
  }

  run(task: FillTask): FillResult {
    const model = this.#modelOf(task.policy);
    const course = courseOf(this.#input, task.seed);
    return runCourse({ input: this.#input, clock: this.#clock, model, course, task });
  }

  /** Only the latest policy's model is kept: tasks come grouped by policy. */
  #modelOf(name: string): PlacementModel {
    if (this.#model?.policy.name === name) return this.#model;
    const policy = findPolicy(name);
    if (policy === undefined) throw new Error(`no policy is called ${name}`);
    this.#model = new PlacementModel(policy, profileOf(this.#input));
    return this.#model;
  }
}

interface Run {
  readonly input: FillInput;
  readonly clock: Clock;
  readonly model: PlacementModel;
  readonly course: Order;
  readonly task: FillTask;
}

/**
 * The published experiment: work arrives one by one, nothing departs, a failure is never retried.
 */
function runCourse({ input, clock, model, course, task }: Run): FillResult {
  const { nodes, pods, load } = input;
  const scheduler = new Scheduler(model);
  for (const node of course.nodeOrder)
    mustApply(scheduler, { kind: "node-added", node: nodes[node] });
  const random = seededRandom(task.seed);
  const capacity = capacityMilli(nodes);
  const meter = new FillMeter({ capacity, load, scheduler: task.curves ? scheduler : undefined });
  const milli = pods.classes.map(({ request }) => requestedMilli(request));
  let busyMs = 0;
  for (const [index, pod] of course.arrivals.entries()) {
    const podClass = pods.podClass[pod];
    const { request } = pods.classes[podClass];
    if (!meter.arrives(milli[podClass])) break;
    const work = workId(`pod-${index}`);
    const startMs = clock();
    mustApply(scheduler, { kind: "work-submitted", work, request });
    const action = scheduler.decide(milliseconds(index), random)[0];
    const placed = action.kind === "place";
    if (!placed) mustApply(scheduler, { kind: "work-ended", work });
    busyMs += clock() - startMs;
    meter.decided(request, placed);
  }
  const { milliFree, milliFragmented } = scheduler.fragmentation();
  return {
    policy: task.policy,
    seed: task.seed,
    ...meter.result(),
    gpusStranded: milliFree / DEVICE_MILLI,
    fragmentationRatio: milliFree === 0 ? 0 : Math.min(1, milliFragmented / milliFree),
    decisionsPerSecond: Math.round((meter.arrivals * 1000) / Math.max(busyMs, 0.001)),
    hash: scheduler.hash(),
  };
}

/** The simulation makes only valid events: a refusal is a bug. */
function mustApply(scheduler: Scheduler, event: Event): void {
  const result = scheduler.apply(event);
  if (!result.ok) throw new Error(`${event.kind} refused: ${result.reason.message}`);
}
