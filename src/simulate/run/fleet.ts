import type { Event } from "../../model/event.ts";
import type { NodeId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import { DEVICE_MILLI } from "../../model/units.ts";

interface KindCount {
  milli: number;
  milliMs: number;
}

/**
 * The devices that there are: what somebody has bought. A node counts from when it is added until it
 * is removed or lost; drained nodes and broken devices are paid for like the others.
 */
export class Fleet {
  readonly #nodes = new Map<NodeId, Node>();
  readonly #kinds = new Map<string, KindCount>();
  #sinceMs = 0;

  /** Takes in an event that happened at `nowMs`; true if a node came or went. */
  apply(event: Event, nowMs: number): boolean {
    switch (event.kind) {
      case "node-added":
        this.#nodes.set(event.node.id, event.node);
        this.#change(event.node, 1, nowMs);
        return true;
      case "node-removed":
      case "node-lost": {
        const node = this.#nodes.get(event.node);
        if (node === undefined) return false;
        this.#nodes.delete(event.node);
        this.#change(node, -1, nowMs);
        return true;
      }
      default:
        return false;
    }
  }

  get nodes(): Iterable<Node> {
    return this.#nodes.values();
  }

  /** Milli of devices that there are now. */
  get milli(): number {
    let sum = 0;
    for (const { milli } of this.#kinds.values()) sum += milli;
    return sum;
  }

  /** Milli × milliseconds of devices until now, by kind in order of first appearance. */
  milliMsByKind(nowMs: number): ReadonlyMap<string, number> {
    this.#advance(nowMs);
    return new Map(Array.from(this.#kinds, ([kind, { milliMs }]) => [kind, milliMs]));
  }

  #change({ devices }: Node, sign: 1 | -1, nowMs: number): void {
    this.#advance(nowMs);
    const kind = devices[0]?.kind;
    if (kind === undefined) return;
    const count = this.#kinds.get(kind) ?? { milli: 0, milliMs: 0 };
    count.milli += sign * devices.length * DEVICE_MILLI;
    this.#kinds.set(kind, count);
  }

  #advance(nowMs: number): void {
    for (const count of this.#kinds.values()) {
      count.milliMs += (nowMs - this.#sinceMs) * count.milli;
    }
    this.#sinceMs = nowMs;
  }
}
