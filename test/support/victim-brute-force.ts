import type { VictimProblem } from "../../src/decide/preemption/victims.ts";

/** Free milli-CPU, MiB and milli of each device. */
interface Free {
  cpu: number;
  memory: number;
  devices: number[];
}

/** The best set of units by looking at all sets and all packings; `undefined` if no set makes the room. */
export function bruteForceVictims(problem: VictimProblem): Choice | undefined {
  const { units } = problem;
  let best: Choice | undefined;
  for (let bits = 0; bits < 2 ** units.length; bits += 1) {
    const chosen = [...units.keys()].filter((unit) => ((bits >> unit) & 1) === 1);
    if (!mayLeaveTogether(problem, chosen)) continue;
    const cost = chosen.reduce((sum, unit) => sum + units[unit].cost, 0);
    const set = { units: chosen, cost };
    if (best !== undefined && !goesBefore(set, best)) continue;
    if (makesRoom(problem, chosen)) best = set;
  }
  return best;
}

/** True iff the whole demand fits somehow once these units have left. */
export function makesRoom({ rows, units, demand }: VictimProblem, chosen: readonly number[]) {
  const free = rows.map(
    ({ cpu, memory, devices }): Free => ({ cpu, memory, devices: [...devices] }),
  );
  for (const unit of chosen) {
    for (const { row, cpu, memory, milli, devices } of units[unit].holdings) {
      free[row].cpu += cpu;
      free[row].memory += memory;
      for (const device of devices) free[row].devices[device] += milli;
    }
  }
  return packs(free, demand);
}

/** True iff no group gives its whole and a member, two wholes, or more members than it has to spare. */
export function mayLeaveTogether(
  { units, spare }: VictimProblem,
  chosen: readonly number[],
): boolean {
  return spare.every((members, group) => {
    const own = chosen.filter((unit) => units[unit].group === group);
    const wholes = own.filter((unit) => units[unit].isWhole).length;
    return wholes === 0 ? own.length <= members : own.length === 1;
  });
}

interface Choice {
  readonly units: readonly number[];
  readonly cost: number;
}

function goesBefore(left: Choice, right: Choice): boolean {
  if (left.cost !== right.cost) return left.cost < right.cost;
  if (left.units.length !== right.units.length) return left.units.length < right.units.length;
  for (const [place, unit] of left.units.entries()) {
    if (unit !== right.units[place]) return unit < right.units[place];
  }
  return false;
}

function packs(free: readonly Free[], pieces: VictimProblem["demand"]): boolean {
  if (pieces.length === 0) return true;
  const [{ cpu, memory, count, milli, rows }, ...others] = pieces;
  return rows.some((row) => {
    const { devices } = free[row];
    if (free[row].cpu < cpu || free[row].memory < memory) return false;
    for (let bits = 0; bits < 2 ** devices.length; bits += 1) {
      const picked = [...devices.keys()].filter((device) => ((bits >> device) & 1) === 1);
      if (picked.length !== count || picked.some((device) => devices[device] < milli)) continue;
      const after = [...free];
      after[row] = {
        cpu: free[row].cpu - cpu,
        memory: free[row].memory - memory,
        devices: devices.map((left, device) => (picked.includes(device) ? left - milli : left)),
      };
      if (packs(after, others)) return true;
    }
    return false;
  });
}
