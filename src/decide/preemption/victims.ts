/** Free room of a node and what may leave it. */
export interface VictimRow {
  readonly cpu: number;
  readonly memory: number;
  readonly devices: readonly number[];
}
export interface Holding {
  readonly row: number;
  readonly cpu: number;
  readonly memory: number;
  readonly milli: number;
  readonly devices: readonly number[];
}
export interface VictimUnit {
  readonly cost: number;
  readonly holdings: readonly Holding[];
  readonly group: number;
  readonly isWhole: boolean;
}
export interface DemandPiece {
  readonly cpu: number;
  readonly memory: number;
  readonly count: number;
  readonly milli: number;
  readonly rows: readonly number[];
}
export interface VictimProblem {
  readonly rows: readonly VictimRow[];
  readonly units: readonly VictimUnit[];
  readonly spare: readonly number[];
  readonly demand: readonly DemandPiece[];
}
export interface VictimChoice {
  readonly units: readonly number[];
  readonly cost: number;
  readonly places: readonly number[];
}
export function chooseVictims(problem: VictimProblem): VictimChoice | undefined {
  const order = problem.units
    .map((_, i) => i)
    .toSorted((a, b) => problem.units[a].cost - problem.units[b].cost || a - b);
  let chosen: number[] = [];
  let places = placesWith(problem, chosen);
  for (const unit of order) {
    if (places !== undefined) break;
    chosen.push(unit);
    places = placesWith(problem, chosen);
  }
  if (places === undefined) return undefined;
  for (const unit of chosen.toReversed()) {
    const rest = chosen.filter((other) => other !== unit);
    const without = placesWith(problem, rest);
    if (without !== undefined) {
      chosen = rest;
      places = without;
    }
  }
  chosen.sort((a, b) => a - b);
  return { units: chosen, cost: chosen.reduce((s, u) => s + problem.units[u].cost, 0), places };
}
function placesWith(
  { rows, units, demand }: VictimProblem,
  chosen: readonly number[],
): number[] | undefined {
  const free = rows.map((r) => ({ cpu: r.cpu, memory: r.memory, devices: [...r.devices] }));
  const wholes = new Set(chosen.filter((u) => units[u].isWhole).map((u) => units[u].group));
  for (const u of chosen) {
    if (!units[u].isWhole && wholes.has(units[u].group)) continue;
    for (const h of units[u].holdings) {
      free[h.row].cpu += h.cpu;
      free[h.row].memory += h.memory;
      for (const d of h.devices) free[h.row].devices[d] += h.milli;
    }
  }
  const places: number[] = [];
  for (const piece of demand) {
    const row = piece.rows.find(
      (r) =>
        free[r].cpu >= piece.cpu &&
        free[r].memory >= piece.memory &&
        free[r].devices.filter((m) => m >= piece.milli).length >= piece.count,
    );
    if (row === undefined) return undefined;
    free[row].cpu -= piece.cpu;
    free[row].memory -= piece.memory;
    const fitting = free[row].devices
      .map((m, d) => [m, d])
      .filter(([m]) => m >= piece.milli)
      .toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
      .slice(0, piece.count);
    for (const [, d] of fitting) free[row].devices[d] -= piece.milli;
    places.push(row);
  }
  return places;
}
