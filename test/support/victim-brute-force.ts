import type { DemandPiece, VictimProblem } from "../../src/decide/preemption/victims.ts";

/** Least cost of units that make the room, by looking at every set and every packing. */
export function leastCost(problem: VictimProblem): number | undefined {
  const { units } = problem;
  let least: number | undefined;
  for (let set = 0; set < 2 ** units.length; set += 1) {
    const chosen = [...units.keys()].filter((unit) => ((set >> unit) & 1) === 1);
    const cost = chosen.reduce((sum, unit) => sum + units[unit].cost, 0);
    if (least !== undefined && cost >= least) continue;
    if (mayLeave(problem, chosen) && makesRoom(problem, chosen)) least = cost;
  }
  return least;
}

/** Whether a whole unit comes without its group's members, and no group gives too many of them. */
export function mayLeave({ units, spare }: VictimProblem, chosen: readonly number[]): boolean {
  return spare.every((most, group) => {
    const ofGroup = chosen.filter((unit) => units[unit].group === group);
    const hasWhole = ofGroup.some((unit) => units[unit].isWhole);
    return hasWhole ? ofGroup.length === 1 : ofGroup.length <= most;
  });
}

/** Whether all pieces find a place once the units have left: every row and set of devices is tried. */
export function makesRoom(problem: VictimProblem, chosen: readonly number[]): boolean {
  const rooms = problem.rows.map(({ cpu, memory, devices }) => ({
    cpu,
    memory,
    devices: [...devices],
  }));
  for (const unit of chosen) {
    for (const holding of problem.units[unit].holdings) {
      rooms[holding.row].cpu += holding.cpu;
      rooms[holding.row].memory += holding.memory;
      for (const device of holding.devices) rooms[holding.row].devices[device] += holding.milli;
    }
  }
  return canPlace(rooms, problem.demand);
}

interface Room {
  readonly cpu: number;
  readonly memory: number;
  readonly devices: readonly number[];
}

function canPlace(rooms: readonly Room[], [piece, ...rest]: readonly DemandPiece[]): boolean {
  if (piece === undefined) return true;
  return piece.rows.some((row) => {
    const room = rooms[row];
    if (room.cpu < piece.cpu || room.memory < piece.memory) return false;
    return subsets(room.devices.length, piece.count).some((taken) => {
      if (taken.some((device) => room.devices[device] < piece.milli)) return false;
      const devices = room.devices.map((milli, device) =>
        taken.includes(device) ? milli - piece.milli : milli,
      );
      const left = { cpu: room.cpu - piece.cpu, memory: room.memory - piece.memory, devices };
      return canPlace(
        rooms.map((other, index) => (index === row ? left : other)),
        rest,
      );
    });
  });
}

function subsets(length: number, count: number): number[][] {
  const all: number[][] = [];
  for (let set = 0; set < 2 ** length; set += 1) {
    const members = Array.from({ length }, (_, index) => index).filter(
      (index) => ((set >> index) & 1) === 1,
    );
    if (members.length === count) all.push(members);
  }
  return all;
}
