import type { Random } from "../../model/random.ts";
import type { Ground } from "../ground.ts";
import type { JobRecord, Member } from "./job-record.ts";

/** A role's class and how many members of it to place. */
export interface Piece {
  readonly role: number;
  readonly request: number;
}

/** The members of a gang at its minimum, role by role. */
export function minimumPieces(record: JobRecord, classes: readonly number[]): Piece[] {
  return record.job.roles.flatMap(({ replicas }, role) =>
    Array.from({ length: replicas.min }, () => ({ role, request: classes[role] })),
  );
}

/**
 * Takes room for all of the pieces, each where the policy puts it, or for none (rule J2).
 * `firstNumber` is the number of the first member. O(pieces × a decision).
 */
export function placeGang(
  ground: Ground,
  pieces: readonly Piece[],
  firstNumber: number,
  random: Random,
): Member[] | undefined {
  const { table, placer } = ground;
  const placed: Member[] = [];
  for (const { role, request } of pieces) {
    const row = placer.pickRow(request, random);
    if (row === -1) {
      // Nothing was given away: no room appears for others by putting it back.
      for (const member of placed) table.release(member.row, member.request, member.devices);
      return undefined;
    }
    const devices = placer.pickDevices(row, request, random);
    table.take(row, request, devices);
    placed.push({ row, request, devices, role, number: firstNumber + placed.length });
  }
  return placed;
}

/**
 * Whether the gang may fit as a whole now; if not, it need not be tried. O(roles), and what nodes have
 * changed since somebody last asked about such members.
 */
export function mayFit({ placer, counts }: Ground, { job, classes }: JobRecord): boolean {
  return job.roles.every(({ replicas }, role) =>
    replicas.min === 1
      ? placer.fitsAnywhere(classes[role])
      : counts.total(classes[role]) >= replicas.min,
  );
}

/** Classes to try in turn: the fastest kinds of devices alone, then slower ones too (rule J3). */
export function speedTiers(ground: Ground, record: JobRecord): (readonly number[])[] {
  const speeds = Object.entries(record.job.speeds ?? {});
  const levels = [...new Set(speeds.map(([, speed]) => speed))].toSorted((a, b) => b - a);
  const tiers: (readonly number[])[] = [];
  for (const level of levels) {
    const fast = speeds.filter(([, speed]) => speed >= level).map(([kind]) => kind);
    const classes = record.job.roles.map(({ request }, role) => {
      const wanted = request.accelerators;
      if (wanted === undefined) return record.classes[role];
      const kinds = wanted.kinds.length === 0 ? fast : fast.filter((k) => wanted.kinds.includes(k));
      if (kinds.length === 0) return undefined;
      const faster = { ...request, accelerators: { ...wanted, kinds } };
      return ground.model.classes.intern(faster, true);
    });
    if (classes.every((id) => id !== undefined)) tiers.push(classes);
  }
  tiers.push(record.classes);
  return tiers;
}
