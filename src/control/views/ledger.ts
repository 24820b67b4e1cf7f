import type { ObjectKind } from "../../api/objects.ts";
import { toRequest } from "../../manifest/to-launch.ts";
import { type Amounts, amountsOf, NO_AMOUNTS } from "../../model/amounts.ts";
import { parkedMemory } from "../../model/resources.ts";
import { unreachable } from "../../model/unreachable.ts";
import { type JobRecord, keyOf, type ReplicaRecord } from "./records.ts";
import type { Tables } from "./tables.ts";

/** What one job or replica counts for. */
interface Holding {
  /** Absent: it stands in none. */
  readonly queue?: { readonly name: string; readonly pending: number; readonly running: number };
  /** What its queue is charged. */
  readonly charged: Amounts;
  readonly onNodes: readonly { readonly node: string; readonly amounts: Amounts }[];
}

export interface QueueTotals {
  readonly pending: number;
  readonly running: number;
  readonly held: Amounts;
}

const NOTHING: Holding = { charged: NO_AMOUNTS, onNodes: [] };
const NO_TOTALS: QueueTotals = { pending: 0, running: 0, held: NO_AMOUNTS };

/**
 * What queues and nodes are promised to, in sums that follow the records. Room counts from the
 * decision on, as in the scheduler: what is told to leave holds nothing any more.
 */
export class Ledger {
  readonly #tables: Tables;
  readonly #holdings = new Map<string, Holding>();
  readonly #queues = new Map<string, QueueTotals>();
  readonly #nodes = new Map<string, Amounts>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** The record counts for something else now, or for nothing; queues and nodes are touched by it. */
  settle(kind: ObjectKind, name: string): void {
    if (kind !== "BatchJob" && kind !== "Replica") return;
    const key = keyOf(kind, name);
    const before = this.#holdings.get(key) ?? NOTHING;
    const now = this.#holdingOf(kind, name);
    this.#count(before, -1);
    this.#count(now, 1);
    if (now === NOTHING) this.#holdings.delete(key);
    else this.#holdings.set(key, now);
  }

  queueTotals(name: string): QueueTotals {
    return this.#queues.get(name) ?? NO_TOTALS;
  }

  heldOn(node: string): Amounts {
    return this.#nodes.get(node) ?? NO_AMOUNTS;
  }

  #holdingOf(kind: "BatchJob" | "Replica", name: string): Holding {
    if (kind === "BatchJob") {
      const job = this.#tables.BatchJob.get(name);
      return job === undefined ? NOTHING : jobHolding(job);
    }
    const replica = this.#tables.Replica.get(name);
    const service = replica && this.#tables.ModelService.get(replica.service);
    return service === undefined ? NOTHING : replicaHolding(replica!, service.live.spec);
  }

  #count({ queue, charged, onNodes }: Holding, sign: 1 | -1): void {
    for (const { node, amounts } of onNodes) {
      this.#nodes.set(node, plus(this.heldOn(node), amounts, sign));
      if (this.#tables.Node.has(node)) this.#tables.touch("Node", node);
    }
    if (queue === undefined) return;
    let name: string | undefined = queue.name;
    while (name !== undefined) {
      const { pending, running, held } = this.queueTotals(name);
      this.#queues.set(name, {
        pending: pending + sign * queue.pending,
        running: running + sign * queue.running,
        held: plus(held, charged, sign),
      });
      const record = this.#tables.Queue.get(name);
      if (record !== undefined) this.#tables.touch("Queue", name);
      name = record?.manifest.spec.parent;
    }
  }
}

function jobHolding({ stage, ending, leaving, manifest, members }: JobRecord): Holding {
  if (stage === "ended" || ending !== undefined) return NOTHING;
  const { roles, suspension, queue: name } = manifest.spec;
  const isRunning = stage === "starting" || stage === "running";
  const queue = { name, pending: isRunning ? 0 : 1, running: isRunning ? 1 : 0 };
  const isParked = stage === "suspended" || leaving?.goal === "suspended";
  if (!isRunning && !isParked) return { queue, charged: NO_AMOUNTS, onNodes: [] };
  const onNodes = members.map(({ role, node }) => {
    const request = toRequest(roles.find((known) => known.name === role)!.resources);
    if (isRunning) return { node, amounts: amountsOf(request) };
    const parked = suspension === undefined ? 0 : parkedMemory(request, suspension.hostMemory);
    return { node, amounts: { cpu: 0, memory: request.memory + parked, gpuMilli: 0 } };
  });
  const sum = (total: Amounts, { amounts }: { readonly amounts: Amounts }) =>
    plus(total, amounts, 1);
  return { queue, charged: isRunning ? onNodes.reduce(sum, NO_AMOUNTS) : NO_AMOUNTS, onNodes };
}

function replicaHolding(
  { stage, node }: ReplicaRecord,
  {
    resources,
    sleep,
  }: {
    readonly resources: Parameters<typeof toRequest>[0];
    readonly sleep?: { readonly hostMemory: number } | undefined;
  },
): Holding {
  switch (stage) {
    case "starting":
    case "ready":
    case "waking":
      return { charged: NO_AMOUNTS, onNodes: [{ node, amounts: amountsOf(toRequest(resources)) }] };
    case "asleep": {
      const amounts = { cpu: 0, memory: sleep?.hostMemory ?? 0, gpuMilli: 0 };
      return { charged: NO_AMOUNTS, onNodes: [{ node, amounts }] };
    }
    case "stopping":
      return NOTHING;
    default:
      return unreachable(stage);
  }
}

function plus(left: Amounts, right: Amounts, sign: 1 | -1): Amounts {
  return {
    cpu: left.cpu + sign * right.cpu,
    memory: left.memory + sign * right.memory,
    gpuMilli: left.gpuMilli + sign * right.gpuMilli,
  };
}
