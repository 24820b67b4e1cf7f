import type { ApplyAnswer, Plan } from "../../api/answers.ts";
import { nameOf } from "../kinds.ts";
import { formatColumns, type Row, type Screen } from "./columns.ts";

/** How who leaves leaves, as it is told before and after it was begun. */
const LEAVES = {
  suspend: "is suspended",
  stop: "is stopped",
  shrink: "gives members back",
  sleep: "falls asleep",
} as const satisfies Readonly<Record<Plan["leaves"][number]["how"], string>>;

/** A line an object, and what happens at once because of them. */
export function formatApplied({ dryRun, results, plan }: ApplyAnswer, screen: Screen): string {
  const suffix = dryRun ? " (dry run)" : "";
  const lines = results.map(
    ({ kind, name, outcome }) => `${nameOf(kind, name)} ${outcome}${suffix}\n`,
  );
  return [...lines, formatPlan(plan, screen)].join("");
}

/** Who starts, who waits and why, and who leaves for whom; "" when nothing happens. */
function formatPlan({ starts, waits, leaves }: Plan, screen: Screen): string {
  const rows: readonly Row[] = [
    ...starts.map((name) => ["starts", name, ""]),
    ...waits.map(({ name, refusal }) => ["waits", name, refusal.message]),
    ...leaves.map(({ name, how, reason, for: whom }) => [
      "leaves",
      name,
      `${LEAVES[how]}${whom === "" ? "" : ` for ${whom}`} (${reason})`,
    ]),
  ];
  return rows.length === 0 ? "" : formatColumns(rows, screen);
}
