import type { WhyAnswer } from "../../api/answers.ts";
import { REFUSAL_CODES } from "../../model/refusal.ts";
import { formatColumns, PLAIN, type Row, type Screen, wrapWords } from "./columns.ts";
import type { ServiceWhy } from "./why-service.ts";

const INDENT = "  ";
const TITLES: Row = ["CHANGE", "STARTS", "EFFECT"];
/** Gaps and the column in the middle. */
const BETWEEN = 10;
/** Part of the rest that the changes get, and the least that is left for an effect. */
const CHANGE_PART = 0.45;
const EFFECT_MIN = 24;
/** Such as `sweep (shrink), sweep (shrink)`. */
const REPEATS = /(?<!\S)(\S+ \([a-z]+\))(?:, \1)+/g;

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
  const table =
    trials.length === 0
      ? ""
      : `\nTried on a copy of the scheduler:\n${formatTrials(trials, screen)}`;
  return `${head}${table}\n${formatCures(answer, screen)}`;
}

/** What is in a service's way, and what to do. */
export function formatServiceWhy(why: ServiceWhy, { columns }: Screen): string {
  const { service, state, message } = why;
  if (why.code === undefined) return wrapWords(`${service} ${state}: ${message}.`, columns);
  const cures = why.cures.map((cure) => wrapWords(cure, columns, INDENT));
  const told = wrapWords(message, columns, INDENT);
  return `${service} ${state} (${why.code}):\n${told}\nWhat to do:\n${cures.join("")}`;
}

/** A table whose cells go on in further lines, so that it is as wide as the screen at most. */
function formatTrials(trials: WhyAnswer["trials"], screen: Screen): string {
  const room = screen.columns - BETWEEN;
  const longest = Math.max(...trials.map(({ change }) => change.length));
  const changeMax = Math.min(longest, Math.floor(room * CHANGE_PART));
  const effectMax = Math.max(EFFECT_MIN, room - changeMax);
  const rows = trials.flatMap(({ change, starts, effect }) => {
    const changes = linesOf(change, changeMax);
    const effects = linesOf(joinRepeats(effect), effectMax);
    return Array.from({ length: Math.max(changes.length, effects.length) }, (_, line) => [
      changes[line] ?? "",
      line > 0 ? "" : starts ? "yes" : "no",
      effects[line] ?? "",
    ]);
  });
  return formatColumns([TITLES, ...rows], { ...PLAIN, hasColours: screen.hasColours });
}

/** The changes with which it started; otherwise the cure of what the scheduler says. */
function formatCures({ job, refusal, trials }: WhyAnswer, { columns }: Screen): string {
  const good = trials.filter(({ starts }) => starts);
  const cures = good.map(
    ({ change, effect }) => `${job} starts ${change}: ${joinRepeats(effect)}.`,
  );
  if (refusal !== undefined) cures.push(REFUSAL_CODES[refusal.code].cure);
  if (cures.length === 0) cures.push("None of these changes starts it.");
  const lines = cures.map((cure) => wrapWords(cure, columns, INDENT));
  return `What to do:\n${lines.join("")}`;
}

/** `sweep (shrink) x 2` for what stands there twice in a row. */
function joinRepeats(text: string): string {
  return text.replaceAll(REPEATS, (all, one: string) => `${one} x ${all.split(", ").length}`);
}

function linesOf(text: string, columns: number): readonly string[] {
  return wrapWords(text, columns).trimEnd().split("\n");
}
