import type { Event } from "../../model/event.ts";
import type { NodeId } from "../../model/ids.ts";
import { DepartureGate } from "./departure-gate.ts";
import { EventQueue } from "./event-queue.ts";
import type { PhysicalNode } from "./physical-node.ts";

/** What everything simulated shares: the time, what is to come, the nodes, who leaves, the events. */
export class World {
  nowMs = 0;
  readonly queue = new EventQueue();
  readonly nodes = new Map<NodeId, PhysicalNode>();
  readonly departures = new DepartureGate((departure) => {
    this.emit({ kind: "departed", departure });
  });
  #events: Event[] = [];

  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  emit(event: Event): void {
    this.#events.push(event);
  }

  takeEvents(): Event[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** @throws Error, naming `who`, if there is no such node. */
  nodeOf(id: NodeId, who: string): PhysicalNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`${who} names node ${id}, which is not there`);
    return node;
  }
}
