import type { NodeId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import { CpuLoad } from "./cpu-load.ts";
import type { Timer } from "./event-queue.ts";
import type { World } from "./world.ts";

/** Time between the regular observations: whole minutes. */
const BEAT_MS = 60_000;
/** A node is observed so long after anything changed there: less use has faded by then (rule A7). */
const FRESH_MS = 3_600_000;

/**
 * Observes what services use of the CPU of overcommitted nodes. A node is observed at the end of the
 * moment in which they begin to use more than was observed last, and every whole minute until an hour
 * after replicas there last began or ended anything. What is told is the most that they have used
 * since the last observation, or use from now on. O(overcommitted nodes) a minute.
 */
export class CpuWatch {
  readonly #world: World;
  readonly #loads = new Map<NodeId, CpuLoad>();
  /** Those that may have risen since `report` was last called. */
  readonly #changed = new Set<CpuLoad>();
  #beat: Timer | undefined;
  #isBeat = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** The load of a node that came; `undefined` if it is not overcommitted. */
  open(node: Node): CpuLoad | undefined {
    if (node.overcommit === undefined) return undefined;
    const load = new CpuLoad(node, this.#world, this.#changed);
    this.#loads.set(node.id, load);
    return load;
  }

  /** The node has gone. */
  close(node: NodeId): void {
    this.#loads.delete(node);
  }

  /** Whether there is something to tell at this moment. */
  get hasNews(): boolean {
    for (const load of this.#changed) if (this.#isThere(load) && load.isRisen) return true;
    return false;
  }

  /** Tells what there is to tell. @param goesOn whether anybody could still borrow. */
  report(goesOn: boolean): void {
    const { nowMs } = this.#world;
    const loads = this.#isBeat ? this.#loads.values() : this.#changed;
    let isFresh = this.#changed.size > 0;
    for (const load of loads) {
      const isDue = this.#isBeat ? nowMs - load.changedMs <= FRESH_MS : load.isRisen;
      if (!isDue || !this.#isThere(load)) continue;
      isFresh = true;
      this.#world.emit({ kind: "node-observed", node: load.node, cpuUsed: load.observe() });
    }
    this.#changed.clear();
    this.#isBeat = false;
    if (isFresh && goesOn) this.#setBeat();
  }

  #isThere(load: CpuLoad): boolean {
    return this.#loads.get(load.node) === load;
  }

  #setBeat(): void {
    if (this.#beat !== undefined) return;
    const { queue, nowMs } = this.#world;
    const beatMs = (Math.floor(nowMs / BEAT_MS) + 1) * BEAT_MS;
    this.#beat = queue.set(beatMs, () => {
      this.#beat = undefined;
      this.#isBeat = true;
    });
  }
}
