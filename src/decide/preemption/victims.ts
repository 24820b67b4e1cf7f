/** Free room of a node: milli-CPU, MiB, milli of each device. */
export interface VictimRow {
  readonly cpu: number;
  readonly memory: number;
  readonly devices: readonly number[];
}

/** What a unit holds on a row: `milli` on each of `devices`. */
export interface VictimHolding {
  readonly row: number;
  readonly cpu: number;
  readonly memory: number;
  readonly milli: number;
  readonly devices: readonly number[];
}

/** Something that leaves whole: a gang, or one member of an elastic gang above its minimum. */
export interface VictimUnit {
  /** Lost work, milliseconds × milli of devices, from 0. */
  readonly cost: number;
  readonly holdings: readonly VictimHolding[];
  /** A whole unit stands for all of its group; the group's other units are single members of it. */
  readonly group: number;
  readonly isWhole: boolean;
}

/** One piece to place, and the rows that may hold it. */
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
  /** How many of its single members may leave in all, by group. */
  readonly spare: readonly number[];
  readonly demand: readonly DemandPiece[];
}

export interface VictimPlace {
  readonly row: number;
  readonly devices: readonly number[];
}

export interface VictimChoice {
  /** Indices of the units that leave, ascending. */
  readonly units: readonly number[];
  readonly cost: number;
  /** Row of each piece, and the devices that it may take there. */
  readonly places: readonly VictimPlace[];
}

/** Units up to which every set is looked at; beyond them the choice is greedy, then pruned. */
const EXACT_UNITS_MAX = 14;

/**
 * The set of units of least cost whose leaving makes room for the whole demand (rules V1 to V4),
 * then of fewest units, then the first in order. Exact for one piece that no row has more than
 * EXACT_UNITS_MAX units for, and for several pieces with so many units in all; otherwise a set from
 * which no unit can be left out. `undefined` if there is none.
 */
export function chooseVictims(problem: VictimProblem): VictimChoice | undefined {
  const { units, demand } = problem;
  if (demand.length !== 1) {
    return cheapestOf(problem, sortedByCost(units), Number.POSITIVE_INFINITY);
  }
  const onRow = new Map<number, number[]>();
  for (const unit of sortedByCost(units)) {
    for (const row of new Set(units[unit].holdings.map((holding) => holding.row))) {
      const there = onRow.get(row);
      if (there === undefined) onRow.set(row, [unit]);
      else there.push(unit);
    }
  }
  let best: VictimChoice | undefined;
  for (const row of demand[0].rows) {
    const piece = { ...demand[0], rows: [row] };
    const found = cheapestOf(
      { ...problem, demand: [piece] },
      onRow.get(row) ?? [],
      best?.cost ?? Number.POSITIVE_INFINITY,
    );
    if (found !== undefined && (best === undefined || compare(found, best) < 0)) best = found;
  }
  return best;
}

/** The best set among `candidates`, which ascend in cost, that costs at most `bound`. */
function cheapestOf(
  problem: VictimProblem,
  candidates: readonly number[],
  bound: number,
): VictimChoice | undefined {
  const cheapest = problem.units[candidates[0]]?.cost ?? 0;
  const none = choiceOf(problem, []);
  if (none !== undefined || cheapest > bound) return none;
  return candidates.length <= EXACT_UNITS_MAX
    ? searchAll(problem, candidates, bound)
    : searchGreedily(problem, candidates, bound);
}

/** Depth first over all sets, cheap units first; a branch ends where it costs more than the best. */
function searchAll(
  problem: VictimProblem,
  candidates: readonly number[],
  bound: number,
): VictimChoice | undefined {
  let best: VictimChoice | undefined;
  const chosen: number[] = [];
  const visit = (next: number, cost: number): void => {
    if (cost > (best?.cost ?? bound)) return;
    if (chosen.length > 0 && isAllowed(problem, chosen)) {
      const found = choiceOf(problem, chosen);
      if (found !== undefined) {
        // With more units it would cost no less and have more of them.
        if (best === undefined || compare(found, best) < 0) best = found;
        return;
      }
    }
    for (let index = next; index < candidates.length; index += 1) {
      chosen.push(candidates[index]);
      visit(index + 1, cost + problem.units[candidates[index]].cost);
      chosen.pop();
    }
  };
  visit(0, 0);
  return best;
}

/** Adds units, cheap ones first, until there is room; then leaves out what is not needed. */
function searchGreedily(
  problem: VictimProblem,
  candidates: readonly number[],
  bound: number,
): VictimChoice | undefined {
  let chosen: number[] = [];
  let found: VictimChoice | undefined;
  for (const unit of candidates) {
    const wider = withUnit(problem, chosen, unit);
    if (!isAllowed(problem, wider)) continue;
    chosen = wider;
    found = choiceOf(problem, chosen);
    if (found !== undefined) break;
  }
  if (found === undefined) return undefined;
  for (const unit of chosen.toReversed()) {
    const fewer = chosen.filter((other) => other !== unit);
    const without = choiceOf(problem, fewer);
    if (without === undefined) continue;
    chosen = fewer;
    found = without;
  }
  return found.cost <= bound ? found : undefined;
}

/** A whole unit takes the place of its group's members. */
function withUnit({ units }: VictimProblem, chosen: readonly number[], unit: number): number[] {
  const { group, isWhole } = units[unit];
  return [...chosen.filter((other) => !isWhole || units[other].group !== group), unit];
}

/** No group gives its whole and members of it, or more members than it has to spare. */
function isAllowed({ units, spare }: VictimProblem, chosen: readonly number[]): boolean {
  const members = new Map<number, number>();
  for (const unit of chosen) {
    const { group, isWhole } = units[unit];
    const before = members.get(group) ?? 0;
    if (isWhole && before > 0) return false;
    const after = isWhole ? Number.POSITIVE_INFINITY : before + 1;
    if (!isWhole && after > spare[group]) return false;
    members.set(group, after);
  }
  return true;
}

function choiceOf(problem: VictimProblem, chosen: readonly number[]): VictimChoice | undefined {
  const places = placeAll(problem, chosen);
  if (places === undefined) return undefined;
  const units = chosen.toSorted((left, right) => left - right);
  return { units, places, cost: units.reduce((sum, unit) => sum + problem.units[unit].cost, 0) };
}

interface Room {
  cpu: number;
  memory: number;
  readonly devices: number[];
}

/** Places for all pieces once the units have left, or `undefined`: every way is tried. */
function placeAll(
  { rows, units, demand }: VictimProblem,
  chosen: readonly number[],
): VictimPlace[] | undefined {
  const rooms = new Map<number, Room>();
  const roomOf = (row: number): Room => {
    const known = rooms.get(row);
    if (known !== undefined) return known;
    const { cpu, memory, devices } = rows[row];
    const room = { cpu, memory, devices: [...devices] };
    rooms.set(row, room);
    return room;
  };
  for (const unit of chosen) {
    for (const { row, cpu, memory, milli, devices } of units[unit].holdings) {
      const room = roomOf(row);
      room.cpu += cpu;
      room.memory += memory;
      for (const device of devices) room.devices[device] += milli;
    }
  }
  const places: VictimPlace[] = [];
  const visit = (index: number): boolean => {
    const piece = demand[index];
    if (piece === undefined) return true;
    for (const row of piece.rows) {
      const room = roomOf(row);
      if (room.cpu < piece.cpu || room.memory < piece.memory) continue;
      for (const devices of deviceChoices(room, piece)) {
        move(room, piece, devices, -1);
        places.push({ row, devices });
        if (visit(index + 1)) return true;
        places.pop();
        move(room, piece, devices, 1);
      }
    }
    return false;
  };
  return visit(0) ? places : undefined;
}

/**
 * Devices that the piece may take: for a share one of each amount that is left; for more devices
 * those with least left, as placement does.
 */
function deviceChoices({ devices }: Room, { count, milli }: DemandPiece): readonly number[][] {
  if (count === 0) return [[]];
  const fitting = [...devices.keys()]
    .filter((device) => devices[device] >= milli)
    .toSorted((left, right) => devices[left] - devices[right] || left - right);
  if (fitting.length < count) return [];
  if (count > 1) return [fitting.slice(0, count)];
  return fitting
    .filter((device, place) => place === 0 || devices[device] !== devices[fitting[place - 1]])
    .map((device) => [device]);
}

function move(room: Room, piece: DemandPiece, devices: readonly number[], sign: 1 | -1): void {
  room.cpu += sign * piece.cpu;
  room.memory += sign * piece.memory;
  for (const device of devices) room.devices[device] += sign * piece.milli;
}

function sortedByCost(units: readonly VictimUnit[]): number[] {
  return [...units.keys()].toSorted(
    (left, right) => units[left].cost - units[right].cost || left - right,
  );
}

/** Negative iff `left` is the better choice (rule V4). */
function compare(left: VictimChoice, right: VictimChoice): number {
  const first = left.cost - right.cost || left.units.length - right.units.length;
  if (first !== 0) return first;
  const at = left.units.findIndex((unit, index) => unit !== right.units[index]);
  return at === -1 ? 0 : left.units[at] - right.units[at];
}
