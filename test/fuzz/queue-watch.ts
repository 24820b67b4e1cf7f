import { type Amounts, NO_AMOUNTS, RESOURCES } from "../../src/model/amounts.ts";
import type { QueueId } from "../../src/model/ids.ts";
import type { Queue } from "../../src/model/queue.ts";
import { type Claim, NO_PARENT } from "../../src/decide/queues/fair-shares.ts";
import { naiveShares } from "../support/water-filling.ts";

interface QueueLife {
  queue: Queue;
  jobs: number;
  used: Amounts;
  asked: Amounts;
}

/** What a sum of shares may be off by: the reference finds its level by bisection. */
const SLACK = 0.01;

/** Queues as their events tell them, with what the jobs in them hold and ask for. */
export class QueueWatch {
  readonly #queues = new Map<QueueId, QueueLife>();

  /** Whether the event has to be accepted (rule Q1). */
  maySet(queue: Queue): boolean {
    const { id, parent, guaranteed, limit } = queue;
    const known = this.#queues.get(id);
    if (known !== undefined && known.queue.parent !== parent) return false;
    const children = this.#childrenOf(id);
    for (const name of RESOURCES) {
      const own = guaranteed[name] ?? 0;
      if (own > (limit[name] ?? Number.POSITIVE_INFINITY)) return false;
      if (children.length > 0 && own < sumOf(children, name)) return false;
      if (parent === undefined) continue;
      const siblings = this.#childrenOf(parent).filter((sibling) => sibling.id !== id);
      const above = this.#queues.get(parent)?.queue.guaranteed[name] ?? 0;
      if (own + sumOf(siblings, name) > above) return false;
    }
    return parent === undefined || this.#queues.get(parent)?.jobs === 0;
  }

  set(queue: Queue): void {
    const known = this.#queues.get(queue.id);
    if (known !== undefined) known.queue = queue;
    else this.#queues.set(queue.id, { queue, jobs: 0, used: NO_AMOUNTS, asked: NO_AMOUNTS });
  }

  mayRemove(id: QueueId): boolean {
    return this.#queues.get(id)?.jobs === 0 && this.#childrenOf(id).length === 0;
  }

  remove(id: QueueId): void {
    this.#queues.delete(id);
  }

  get ids(): readonly QueueId[] {
    return [...this.#queues.keys()];
  }

  /** Whether a job that needs this much may be submitted (rules J1 and Q4). */
  maySubmit(id: QueueId, needed: Amounts): boolean {
    if (!this.#queues.has(id) || this.#childrenOf(id).length > 0) return false;
    return this.#path(id).every(({ queue }) =>
      RESOURCES.every((name) => needed[name] <= 0 || needed[name] <= mostOf(queue, name)),
    );
  }

  /** A job with this minimum came (`sign` 1), or is forgotten (-1). */
  countJob(id: QueueId, needed: Amounts, sign: 1 | -1): void {
    this.#queues.get(id)!.jobs += sign;
    for (const life of this.#path(id)) life.asked = plus(life.asked, needed, sign);
  }

  /** Jobs of the queue hold more (`sign` 1), or less (-1). */
  use(id: QueueId, amounts: Amounts, sign: 1 | -1): void {
    for (const life of this.#path(id)) life.used = plus(life.used, amounts, sign);
  }

  /** Why the queue may not hold this much more now (rule Q4), or `undefined`. */
  refusal(id: QueueId, amounts: Amounts): "queue-limit" | "beyond-guarantee" | undefined {
    for (const { queue, used } of this.#path(id)) {
      for (const name of RESOURCES) {
        const held = used[name] + amounts[name];
        if (amounts[name] <= 0) continue;
        if (held > (queue.limit[name] ?? Number.POSITIVE_INFINITY)) return "queue-limit";
        if (!queue.borrows && held > (queue.guaranteed[name] ?? 0)) return "beyond-guarantee";
      }
    }
    return undefined;
  }

  /** What each queue's jobs hold, where each running job of `running` counts with its minimum. */
  heldAtMinimum(
    running: Iterable<{ readonly queue: QueueId; readonly needed: Amounts }>,
  ): ReadonlyMap<QueueId, Amounts> {
    const held = new Map<QueueId, Amounts>();
    for (const { queue, needed } of running) {
      for (const life of this.#path(queue)) {
        const { id } = life.queue;
        held.set(id, plus(held.get(id) ?? NO_AMOUNTS, needed, 1));
      }
    }
    return held;
  }

  /**
   * Whether rule Q5 lets a job of `taker` that needs `needed` make a job of `giver` leave, which
   * holds `given`; `held` is what queues hold at minimum, `shared` what jobs may share.
   */
  mayReclaim(
    taker: QueueId,
    giver: QueueId,
    amounts: {
      readonly needed: Amounts;
      readonly given: Amounts;
      readonly shared: Amounts;
      readonly held: ReadonlyMap<QueueId, Amounts>;
    },
  ): boolean {
    const { needed, given, shared, held } = amounts;
    const takers = this.#path(taker);
    const givers = this.#path(giver);
    const deserved = this.#deserved(shared);
    const takes = takers.filter((life) => !givers.includes(life));
    const gives = givers.filter((life) => !takers.includes(life));
    const heldOf = ({ queue }: QueueLife) => held.get(queue.id) ?? NO_AMOUNTS;
    const isEntitled = takes.every((life) =>
      RESOURCES.every(
        (name) =>
          needed[name] <= 0 ||
          heldOf(life)[name] + needed[name] <= deserved.get(life.queue.id)![name] + SLACK,
      ),
    );
    if (!isEntitled || gives.length === 0) return false;
    return RESOURCES.some(
      (name) =>
        needed[name] > 0 &&
        given[name] > 0 &&
        gives.every((life) => heldOf(life)[name] > deserved.get(life.queue.id)![name] - SLACK),
    );
  }

  /** What each queue deserves (rule Q2), by the reference. */
  #deserved(shared: Amounts): Map<QueueId, Amounts> {
    const order: QueueLife[] = [];
    const visit = (parent: QueueId | undefined): void => {
      for (const life of this.#queues.values()) {
        if (life.queue.parent !== parent) continue;
        order.push(life);
        visit(life.queue.id);
      }
    };
    visit(undefined);
    const places = new Map(order.map(({ queue }, place) => [queue.id, place]));
    const deserved = new Map(order.map(({ queue }) => [queue.id, { ...NO_AMOUNTS }]));
    for (const name of RESOURCES) {
      const claims = order.map(
        ({ queue, asked }): Claim => ({
          parent: queue.parent === undefined ? NO_PARENT : places.get(queue.parent)!,
          guaranteed: queue.guaranteed[name] ?? 0,
          limit: queue.limit[name] ?? Number.POSITIVE_INFINITY,
          weight: queue.weight,
          demand: asked[name],
          borrows: queue.borrows,
        }),
      );
      const { shares } = naiveShares(shared[name], claims);
      for (const [place, { queue }] of order.entries()) {
        deserved.set(queue.id, { ...deserved.get(queue.id)!, [name]: shares[place].share });
      }
    }
    return deserved;
  }

  /** The queue and those above it. */
  #path(id: QueueId): QueueLife[] {
    const path: QueueLife[] = [];
    for (let life = this.#queues.get(id); life !== undefined; ) {
      path.push(life);
      const { parent } = life.queue;
      life = parent === undefined ? undefined : this.#queues.get(parent);
    }
    return path;
  }

  #childrenOf(id: QueueId): Queue[] {
    const children: Queue[] = [];
    for (const { queue } of this.#queues.values()) if (queue.parent === id) children.push(queue);
    return children;
  }
}

/** The sum or difference of two amounts. */
export function plus(left: Amounts, right: Amounts, sign: number): Amounts {
  return {
    cpu: left.cpu + sign * right.cpu,
    memory: left.memory + sign * right.memory,
    gpuMilli: left.gpuMilli + sign * right.gpuMilli,
  };
}

function mostOf({ borrows, limit, guaranteed }: Queue, name: keyof Amounts): number {
  return borrows ? (limit[name] ?? Number.POSITIVE_INFINITY) : (guaranteed[name] ?? 0);
}

function sumOf(queues: readonly Queue[], name: keyof Amounts): number {
  return queues.reduce((sum, { guaranteed }) => sum + (guaranteed[name] ?? 0), 0);
}
