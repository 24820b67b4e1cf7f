import type { RowUnit } from "./row-victims.ts";
import type { VictimUnit } from "./victims.ts";

/** A unit with its index in the problem. */
export type Candidate = VictimUnit & { readonly unit: number };

/** The units with their indices. */
export function candidatesOf(units: readonly VictimUnit[]): Candidate[] {
  return units.map(({ cost, group, isWhole, holdings }, unit) => {
    return { cost, group, isWhole, holdings, unit };
  });
}

/** By row, what the units have there. O(holdings + rows). */
export function unitsByRow(rows: number, units: readonly Candidate[]): RowUnit[][] {
  const byRow: RowUnit[][] = Array.from({ length: rows }, () => []);
  for (const unit of units) {
    const { holdings } = unit;
    if (holdings.length === 1) {
      byRow[holdings[0].row].push(unit);
      continue;
    }
    for (const row of new Set(holdings.map(({ row }) => row))) {
      const here = holdings.filter((holding) => holding.row === row);
      const { cost, group, isWhole } = unit;
      byRow[row].push({ cost, group, isWhole, unit: unit.unit, holdings: here });
    }
  }
  return byRow;
}
