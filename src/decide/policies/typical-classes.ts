import type { WorkloadProfile } from "../../model/workload-profile.ts";
import { DEVICE_KINDS_MAX, type KindTable } from "../cluster/kind-table.ts";
import type { FitClass } from "./case-memo.ts";

/** Share of all work that the typical classes cover; FGD's published setting. */
const TYPICAL_SHARE = 0.95;

/** Classes that together make up most of the work, commonest first; memory is ignored. */
export interface TypicalClass extends FitClass {
  /** Share among the typical classes; all of them sum to 1. */
  readonly weight: number;
}

/** All classes of a profile, in the same order, their weights summing to 1. */
export function allClasses(profile: WorkloadProfile, kinds: KindTable): TypicalClass[] {
  const tallies = tally(profile);
  const total = tallies.reduce((sum, each) => sum + each.occurrences, 0);
  return tallies.map(({ cpu, milli, count, kinds: names, occurrences }) => ({
    cpu,
    milli,
    count,
    kinds: maskOf(names, kinds),
    weight: occurrences / total,
  }));
}

interface Tally {
  readonly cpu: number;
  readonly milli: number;
  readonly count: number;
  readonly type: string;
  readonly kinds: readonly string[];
  occurrences: number;
}

/**
 * The typical classes of a profile (rule P6): by occurrences, then CPU, milli, count and kinds, all
 * descending, until TYPICAL_SHARE is covered.
 */
export function typicalClasses(profile: WorkloadProfile, kinds: KindTable): TypicalClass[] {
  const tallies = tally(profile);
  const total = tallies.reduce((sum, each) => sum + each.occurrences, 0);
  const typical: Tally[] = [];
  let covered = 0;
  for (const each of tallies) {
    if (covered / total >= TYPICAL_SHARE) break;
    typical.push(each);
    covered += each.occurrences;
  }
  return typical.map(({ cpu, milli, count, kinds: names, occurrences }) => ({
    cpu,
    milli,
    count,
    kinds: maskOf(names, kinds),
    // Two divisions, as published: one would differ in the last bit, which scores are sensitive to.
    weight: occurrences / total / (covered / total),
  }));
}

/** @throws RangeError if the profile names more kinds than a KindTable holds. */
function maskOf(names: readonly string[], kinds: KindTable): number {
  const mask = kinds.mask(names);
  if (mask !== undefined) return mask;
  throw new RangeError(`a profile names more than ${DEVICE_KINDS_MAX} device kinds`);
}

function tally(profile: WorkloadProfile): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const { request, count: occurrences } of profile.classes) {
    const { cpu, accelerators } = request;
    const milli = accelerators?.milli ?? 0;
    const count = accelerators?.count ?? 0;
    const kinds = accelerators?.kinds ?? [];
    const type = kinds.join("|");
    const key = `${cpu} ${milli} ${count} ${type}`;
    const known = tallies.get(key);
    if (known === undefined) tallies.set(key, { cpu, milli, count, type, kinds, occurrences });
    else known.occurrences += occurrences;
  }
  return [...tallies.values()].toSorted(compareTallies);
}

function compareTallies(left: Tally, right: Tally): number {
  return (
    right.occurrences - left.occurrences ||
    right.cpu - left.cpu ||
    right.milli - left.milli ||
    right.count - left.count ||
    (left.type < right.type ? 1 : -1)
  );
}
