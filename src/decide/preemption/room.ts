import type { DemandPiece, Holding, VictimRow } from "./victims.ts";

/** Room of a row while somebody tries what fits. */
export interface Room {
  cpu: number;
  memory: number;
  /** Milli free on each device. */
  readonly devices: number[];
}

/** What a piece of work holds, or needs, of one row. */
export type RowHolding = Omit<Holding, "row">;
export type RowPiece = Omit<DemandPiece, "rows">;

export function roomOf({ cpu, memory, devices }: VictimRow): Room {
  return { cpu, memory, devices: [...devices] };
}

export function giveBack(room: Room, { cpu, memory, milli, devices }: RowHolding): void {
  room.cpu += cpu;
  room.memory += memory;
  for (const device of devices) room.devices[device] += milli;
}

export function take(room: Room, { cpu, memory, milli, devices }: RowHolding): void {
  room.cpu -= cpu;
  room.memory -= memory;
  for (const device of devices) room.devices[device] -= milli;
}

/** True iff one piece fits. O(devices). */
export function fits({ cpu, memory, devices }: VictimRow, piece: RowPiece): boolean {
  if (cpu < piece.cpu || memory < piece.memory) return false;
  let missing = piece.count;
  for (let device = 0; missing > 0 && device < devices.length; device += 1) {
    if (devices[device] >= piece.milli) missing -= 1;
  }
  return missing <= 0;
}
