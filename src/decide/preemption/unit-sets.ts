/** Costs closer than one part in this many count as equal, so that the rounding of sums decides nothing. */
const COST_STEPS = 1e14;

/** What a set of units costs in the order of preference: lost work, then how many leave. */
export interface Outlay {
  readonly cost: number;
  readonly count: number;
}

/** A set of units: ascending indices, and the sum of their costs. */
export interface UnitSet {
  readonly cost: number;
  readonly units: readonly number[];
}

/** What decides whether a unit may leave beside others. */
interface Grouped {
  readonly group: number;
  readonly isWhole: boolean;
}

/** True iff `left` costs less than `right`, or as much with fewer units; false for NaN. */
export function isCheaper(left: Outlay, right: Outlay): boolean {
  if (left.cost === right.cost) return left.count < right.count;
  const difference = left.cost - right.cost;
  const rounding = right.cost / COST_STEPS;
  if (right.cost === Infinity || difference < -rounding) return true;
  return difference <= rounding && left.count < right.count;
}

/** True iff `left` goes before `right` (rule V4). O(units). */
export function isBetterSet(left: UnitSet, right: UnitSet): boolean {
  const [own, other] = [outlayOf(left), outlayOf(right)];
  if (isCheaper(own, other)) return true;
  if (isCheaper(other, own)) return false;
  const place = left.units.findIndex((unit, place) => unit !== right.units[place]);
  return place >= 0 && left.units[place] < right.units[place];
}

function outlayOf({ cost, units }: UnitSet): Outlay {
  return { cost, count: units.length };
}

/** True iff `unit` may leave beside `chosen`: not both a whole and its members, nor too many of these. */
export function mayJoin(
  unit: Grouped,
  chosen: Iterable<Grouped>,
  spare: readonly number[],
): boolean {
  let members = 0;
  for (const other of chosen) {
    if (other.group !== unit.group) continue;
    if (unit.isWhole || other.isWhole) return false;
    members += 1;
  }
  return unit.isWhole || members < spare[unit.group];
}

/**
 * As many units as may leave together: of groups with both, either the cheapest members to spare or
 * the whole. In the order given. O(units · log units).
 */
export function largestSet<Unit extends Grouped & { readonly cost: number }>(
  units: readonly Unit[],
  spare: readonly number[],
  prefers: "members" | "whole",
): Unit[] {
  const groups = new Map<number, Unit[]>();
  for (const unit of units) {
    if (!unit.isWhole && spare[unit.group] === 0) continue;
    const group = groups.get(unit.group);
    if (group === undefined) groups.set(unit.group, [unit]);
    else group.push(unit);
  }
  const chosen = new Set<Unit>();
  for (const [group, candidates] of groups) {
    const whole = candidates.find(({ isWhole }) => isWhole);
    const members = candidates.filter(({ isWhole }) => !isWhole);
    if (whole !== undefined && (prefers === "whole" || members.length === 0)) {
      chosen.add(whole);
      continue;
    }
    members.sort((left, right) => left.cost - right.cost);
    for (const member of members.slice(0, spare[group])) chosen.add(member);
  }
  return units.filter((unit) => chosen.has(unit));
}

/** `units` less those that are not needed, the most expensive tried first. O(units) calls. */
export function withoutNeedless<Unit extends { readonly cost: number }>(
  units: readonly Unit[],
  suffices: (rest: readonly Unit[]) => boolean,
): Unit[] {
  let needed = [...units];
  for (const unit of units.toReversed().toSorted((left, right) => right.cost - left.cost)) {
    const rest = needed.filter((other) => other !== unit);
    if (suffices(rest)) needed = rest;
  }
  return needed;
}

export function costOf(units: readonly { readonly cost: number }[]): number {
  return units.reduce((sum, { cost }) => sum + cost, 0);
}
