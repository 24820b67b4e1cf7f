import { fits, type Room, type RowHolding, giveBack, take } from "./room.ts";
import type { DemandPiece, VictimPlace } from "./victims.ts";

/** Rows tried in one packing; beyond them the pieces count as not fitting, which is always safe. */
const PACKING_STEPS_MAX = 100_000;

/** Pieces that need the same, and so may change places. */
interface Kind {
  readonly piece: DemandPiece;
  readonly positions: number[];
}

interface Packing {
  readonly rooms: readonly Room[];
  readonly kinds: readonly Kind[];
  /** By position in the demand. */
  readonly places: VictimPlace[];
  steps: number;
}

/**
 * Places for all pieces, by position in the demand; `undefined` if there are none. `rooms` is as before
 * afterwards. Exact up to PACKING_STEPS_MAX: pieces that need the same are filled in, O(rows ·
 * devices²); other kinds are placed before by trying all that differs, the largest first.
 */
export function pack(
  rooms: readonly Room[],
  demand: readonly DemandPiece[],
): VictimPlace[] | undefined {
  const packing: Packing = { rooms, kinds: kindsOf(demand), places: [], steps: 0 };
  // Most demands that do not fit have a kind that does not even fit alone.
  for (const kind of packing.kinds) if (!fill(packing, kind, () => true)) return undefined;
  const places: VictimPlace[] = [];
  const isPlaced = placeKinds(packing, 0, () => {
    places.push(...packing.places);
    return true;
  });
  return isPlaced ? places : undefined;
}

function kindsOf(demand: readonly DemandPiece[]): Kind[] {
  const kinds: Kind[] = [];
  for (const [position, piece] of demand.entries()) {
    const kind = kinds.find((kind) => isSame(kind.piece, piece));
    if (kind === undefined) kinds.push({ piece, positions: [position] });
    else kind.positions.push(position);
  }
  const sizeOf = ({ piece }: Kind) => piece.count * piece.milli;
  return kinds.sort((left, right) => sizeOf(right) - sizeOf(left));
}

/** Whether the pieces need the same, of the same rows. */
export function isSame(left: DemandPiece, right: DemandPiece): boolean {
  return (
    left.cpu === right.cpu &&
    left.memory === right.memory &&
    left.count === right.count &&
    left.milli === right.milli &&
    (left.rows === right.rows ||
      (left.rows.length === right.rows.length &&
        left.rows.every((row, place) => row === right.rows[place])))
  );
}

/** True iff kinds from `from` on fit and `done`, called with them in place, agrees. */
function placeKinds(packing: Packing, from: number, done: () => boolean): boolean {
  if (from === packing.kinds.length) return done();
  const kind = packing.kinds[from];
  if (from === packing.kinds.length - 1) return fill(packing, kind, done);
  return placeEach(packing, kind, { piece: 0, row: 0 }, () => placeKinds(packing, from + 1, done));
}

/** Pieces of a kind from one on, each on a row no earlier than the one before. */
function placeEach(
  packing: Packing,
  kind: Kind,
  from: { readonly piece: number; readonly row: number },
  done: () => boolean,
): boolean {
  const { piece, positions } = kind;
  if (from.piece === positions.length) return done();
  for (let place = from.row; place < piece.rows.length; place += 1) {
    if (packing.steps >= PACKING_STEPS_MAX) return false;
    packing.steps += 1;
    const row = piece.rows[place];
    const room = packing.rooms[row];
    if (!fits(room, piece)) continue;
    for (const devices of deviceChoices(room, piece)) {
      const held = holdingOf(piece, devices);
      take(room, held);
      packing.places[positions[from.piece]] = { row, devices };
      const next = { piece: from.piece + 1, row: place };
      const isPlaced = placeEach(packing, kind, next, done);
      giveBack(room, held);
      if (isPlaced) return true;
    }
  }
  return false;
}

/**
 * A whole kind, row by row as many as fit: a row that holds fewer helps no other. Devices with most
 * left go first, so that as many sets of distinct devices as can be are found.
 */
function fill(packing: Packing, { piece, positions }: Kind, done: () => boolean): boolean {
  const { rooms, places } = packing;
  let placed = 0;
  for (const row of piece.rows) {
    const room = rooms[row];
    packing.steps += 1;
    while (placed < positions.length && fits(room, piece)) {
      const devices = pickDevices(room, piece, piece.count > 1 ? "most left" : "least left");
      take(room, holdingOf(piece, devices));
      places[positions[placed]] = { row, devices };
      placed += 1;
    }
    if (placed === positions.length) break;
  }
  const isPlaced = placed === positions.length && done();
  for (let nth = 0; nth < placed; nth += 1) {
    const { row, devices } = places[positions[nth]];
    giveBack(rooms[row], holdingOf(piece, devices));
  }
  return isPlaced;
}

/** Devices that hold a piece which fits; ties go to the lower. */
export function pickDevices(
  { devices }: Room,
  { count, milli }: DemandPiece,
  order: "least left" | "most left",
): number[] {
  const sign = order === "least left" ? 1 : -1;
  return [...devices.keys()]
    .filter((device) => devices[device] >= milli)
    .sort((left, right) => sign * (devices[left] - devices[right]) || left - right)
    .slice(0, count)
    .sort((left, right) => left - right);
}

/** All choices of devices that leave different room, those with least left first. */
function deviceChoices({ devices }: Room, { count, milli }: DemandPiece): number[][] {
  const fitting = [...devices.keys()]
    .filter((device) => devices[device] >= milli)
    .sort((left, right) => devices[left] - devices[right] || left - right);
  const choices: number[][] = [];
  const chosen: number[] = [];
  const extend = (from: number) => {
    if (chosen.length === count) choices.push(chosen.toSorted((left, right) => left - right));
    else {
      for (let place = from; place < fitting.length; place += 1) {
        // Of devices with as much left, one that was passed over stands for the others.
        if (place > from && devices[fitting[place]] === devices[fitting[place - 1]]) continue;
        chosen.push(fitting[place]);
        extend(place + 1);
        chosen.pop();
      }
    }
  };
  extend(0);
  return choices;
}

export function holdingOf(piece: DemandPiece, devices: readonly number[]): RowHolding {
  return { cpu: piece.cpu, memory: piece.memory, milli: piece.milli, devices };
}
