import type { WhyAnswer } from "../../api/answers.ts";
import { REFUSAL_CODES } from "../../model/refusal.ts";
import { formatColumns, type Screen, wrapWords } from "./columns.ts";

const INDENT = "  ";

/** Why a job is not running, what was tried on a copy of the scheduler, and what to do. */
export function formatWhy(answer: WhyAnswer, screen: Screen): string {
  const { job, phase, refusal, trials } = answer;
  if (refusal === undefined && trials.length === 0) {
    return `${job} is ${phase}: nothing is in its way.\n`;
  }
  const head =
    refusal === undefined
      ? `${job} is ${phase}.\n`
      : `${job} is ${phase} (${refusal.code}):\n` +
        wrapWords(refusal.message, screen.columns, INDENT);
  const rows = trials.map(({ change, starts, effect }) => [change, starts ? "yes" : "no", effect]);
  const table =
    rows.length === 0
      ? ""
      : `\nTried on a copy of the scheduler:\n${formatColumns([["CHANGE", "STARTS", "EFFECT"], ...rows], screen)}`;
  return `${head}${table}\n${formatCures(answer, screen)}`;
}

/** The changes with which it started; otherwise the cure of what the scheduler says. */
function formatCures({ job, refusal, trials }: WhyAnswer, { columns }: Screen): string {
  const good = trials.filter(({ starts }) => starts);
  const cures = good.map(({ change, effect }) => `${job} starts ${change}: ${effect}.`);
  if (refusal !== undefined) cures.push(REFUSAL_CODES[refusal.code].cure);
  if (cures.length === 0) cures.push("None of these changes starts it.");
  const lines = cures.map((cure) => wrapWords(cure, columns, INDENT));
  return `What to do:\n${lines.join("")}`;
}
