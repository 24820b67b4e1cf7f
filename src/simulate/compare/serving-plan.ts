import { amountsOf } from "../../model/amounts.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import { InputError, type InputPlace } from "../../trace/input-error.ts";
import { idleBesideServing, spanOf } from "../scenario/scale-jobs.ts";
import type { Scenario, ServicePlan } from "../scenario/scenario.ts";
import { cloneNodes } from "../scenario/build-nodes.ts";
import { fewestReplicas, nodesFor } from "./serving-alone.ts";

/** What serving alone takes: the pool that online work has for itself. */
export interface ServingPlan {
  readonly spanMs: number;
  readonly nodes: number;
  readonly devicesPerNode: number;
  /** Replicas of each service, always awake, in the scenario's order. */
  readonly replicas: readonly number[];
  /** Device milli times milliseconds of the span that serving leaves on these nodes. */
  readonly idleMilliMs: number;
}

/** Devices that serving leaves idle, on average over the span. */
export function idleDevices({ idleMilliMs, spanMs }: ServingPlan): number {
  return idleMilliMs / (DEVICE_MILLI * spanMs);
}

/**
 * The fewest nodes of the scenario's shape on which serving alone keeps its objectives.
 *
 * @param file where the scenario stands, for refusals.
 * @throws InputError for a scenario that one pool and two cannot be compared on.
 */
export function planServing(scenario: Scenario, file: string): ServingPlan {
  checkComparable(scenario, file);
  const spanMs = spanOf(scenario);
  const [shape] = scenario.nodes;
  const within = scenario.services.map((plan) => inSpan(plan, spanMs));
  const replicas = within.map((plan, index) => {
    const count = fewestReplicas(plan);
    if (count !== undefined) return count;
    const { id, startMs } = plan.service;
    const problem =
      `no number of replicas keeps the objective of service ${id}, not even all awake from ` +
      `${startMs / 1000} s on, when the first have started`;
    throw new InputError("objective-unreachable", placeOf(file, index), problem);
  });
  const nodes = nodesFor(
    scenario.services.map(({ service }, index) => ({
      request: service.request,
      count: replicas[index],
    })),
    shape,
  );
  const alone = { ...scenario, nodes: cloneNodes(shape, "node", nodes) };
  return {
    spanMs,
    nodes,
    devicesPerNode: shape.devices.length,
    replicas,
    idleMilliMs: idleBesideServing(alone),
  };
}

function placeOf(file: string, service: number): InputPlace {
  return { file, key: `services[${service}].objective` };
}

/** The service with the requests that arrive within the span. */
function inSpan(plan: ServicePlan, spanMs: number): ServicePlan {
  const { service, arrivalMs, serveMs } = plan.requests;
  const end = arrivalMs.findIndex((arrival) => arrival >= spanMs);
  if (end === -1) return plan;
  const requests = { service, arrivalMs: arrivalMs.slice(0, end), serveMs: serveMs.slice(0, end) };
  return { ...plan, requests };
}

function checkComparable(scenario: Scenario, file: string): void {
  const refuse = (key: string, problem: string): InputError =>
    new InputError("nothing-to-compare", { file, key }, problem);
  const { services, offline, jobs, nodes, failures } = scenario;
  if (services.every(({ requests }) => requests.arrivalMs.length === 0)) {
    throw refuse("services", "there is no service with requests");
  }
  if (offline === undefined) throw refuse("jobs", "no source of jobs has an amount");
  if (offline.jobs.length === 0) throw refuse("jobs", "the source of jobs with an amount is empty");
  if (jobs.length > 0) {
    throw refuse("jobs", `${jobs.length} jobs stand outside the amount, which sizes the pools`);
  }
  if (failures.length > 0) {
    throw refuse("failures", "they name nodes, and the comparison makes pools of its own");
  }
  const [first] = nodes;
  const other = nodes.find((node) => !isAlike(node, first));
  if (other !== undefined) {
    throw refuse("nodes", `nodes ${first.id} and ${other.id} have different shapes`);
  }
  if (first.devices.length === 0) throw refuse("nodes", `node ${first.id} has no GPU`);
  for (const { service } of services) {
    if (amountsOf(service.request).gpuMilli > 0) continue;
    throw refuse("services", `replicas of service ${service.id} need no GPU`);
  }
}

function isAlike(left: Scenario["nodes"][number], right: Scenario["nodes"][number]): boolean {
  const shapeOf = ({ cpu, memory, devices }: typeof left) => JSON.stringify([cpu, memory, devices]);
  return shapeOf(left) === shapeOf(right);
}
