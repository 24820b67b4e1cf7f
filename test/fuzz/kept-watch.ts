import type { DepartureId } from "../../src/model/ids.ts";
import type { Hold, Room } from "./room.ts";

/**
 * Host memory of who is to go back to devices: it physically holds that until the others have left
 * there, so that by the scheduler's view it is not free before (rule J4).
 */
export class KeptWatch {
  readonly #room: Room;
  readonly #kept = new Map<string, { readonly holds: readonly Hold[]; after: DepartureId[] }>();

  /** `room` is the scheduler's view. */
  constructor(room: Room) {
    this.#room = room;
  }

  /** What the owner held of memory in its places, beyond what it holds there from now on. */
  keep(
    owner: string,
    places: Iterable<{ readonly before: Hold; readonly now: Hold }>,
    after: readonly DepartureId[],
  ): void {
    if (after.length === 0) return;
    const holds: Hold[] = [];
    for (const { before, now } of places) {
      const memory = before.memory - now.memory;
      if (memory <= 0) continue;
      const hold = { on: now.on, cpu: 0, memory, devices: [], milli: 0 };
      this.#room.take(hold, `${owner}, going back,`);
      holds.push(hold);
    }
    this.#kept.set(owner, { holds, after: [...after] });
  }

  /** The owner goes elsewhere, or is gone. */
  drop(owner: string): void {
    for (const hold of this.#kept.get(owner)?.holds ?? []) this.#room.release(hold);
    this.#kept.delete(owner);
  }

  departed(departure: DepartureId): void {
    for (const [owner, kept] of this.#kept) {
      kept.after = kept.after.filter((other) => other !== departure);
      if (kept.after.length === 0) this.drop(owner);
    }
  }
}
