import { candidatesOf, unitsByRow } from "./candidates.ts";
import { chooseForMany } from "./many-victims.ts";
import { pickDevices } from "./packing.ts";
import { giveBack, roomOf } from "./room.ts";
import { vacateCheapest } from "./row-victims.ts";

/** Free room of a node and what may leave it. */
export interface VictimRow {
  /** Milli-CPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** Milli free on each device. */
  readonly devices: readonly number[];
}

/** Where a piece of the demand goes. */
export interface VictimPlace {
  readonly row: number;
  /** Ascending. */
  readonly devices: readonly number[];
}

/** What a piece of work holds of one row. */
export interface Holding {
  readonly row: number;
  readonly cpu: number;
  readonly memory: number;
  /** On each of `devices`. */
  readonly milli: number;
  readonly devices: readonly number[];
}

/** Something that leaves whole: a gang, or one member of an elastic gang above its minimum. */
export interface VictimUnit {
  /** Lost work, milliseconds × milli of devices: finite, from 0. */
  readonly cost: number;
  readonly holdings: readonly Holding[];
  /** The job; a unit that `isWhole` stands for all of it, with its members' holdings: at most one. */
  readonly group: number;
  /** Otherwise a single member. */
  readonly isWhole: boolean;
}

/** Work that has to be placed on one row. */
export interface DemandPiece {
  readonly cpu: number;
  readonly memory: number;
  /** Devices, and milli on each of them. */
  readonly count: number;
  readonly milli: number;
  /** Rows that may hold it. */
  readonly rows: readonly number[];
}

export interface VictimProblem {
  readonly rows: readonly VictimRow[];
  readonly units: readonly VictimUnit[];
  /** By group: how many of its single members may leave in all. */
  readonly spare: readonly number[];
  /** All of them are placed, or none. */
  readonly demand: readonly DemandPiece[];
}

export interface VictimChoice {
  /** Indices of those who leave, ascending. */
  readonly units: readonly number[];
  readonly cost: number;
  /** By piece. All fit on these devices together; on others they might not. */
  readonly places: readonly VictimPlace[];
}

/**
 * The units whose leaving makes room for the whole demand (rules V1 to V4): of least cost, then the
 * fewest, then those whose ascending indices are lexicographically smallest. Never the whole of a
 * group together with its members. `undefined` if no set is found.
 *
 * One piece: exact within the steps of `vacateRow` on each row; O(holdings) and a bound for each row,
 * and a search on the few that can be better. Many pieces: exact for up to EXACT_UNITS_MAX units
 * that hold something where the demand may go, and within the steps of `pack`; beyond that piece by
 * piece in the order given, then without those that turn out needless. Costs that differ by less than
 * their rounding (COST_STEPS) are equal.
 */
export function chooseVictims(problem: VictimProblem): VictimChoice | undefined {
  return problem.demand.length === 1 ? chooseForOne(problem) : chooseForMany(problem);
}

function chooseForOne(problem: VictimProblem): VictimChoice | undefined {
  const { rows, units, spare, demand } = problem;
  const [piece] = demand;
  const byRow = unitsByRow(rows.length, candidatesOf(units));
  const found = vacateCheapest(rows, byRow, piece, spare);
  if (found === undefined) return undefined;
  const { row, set } = found;
  const room = roomOf(rows[row]);
  for (const unit of set.units) {
    for (const holding of units[unit].holdings) if (holding.row === row) giveBack(room, holding);
  }
  const devices = pickDevices(room, piece, "least left");
  return { units: set.units, cost: set.cost, places: [{ row, devices }] };
}
