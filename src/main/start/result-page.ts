import { availableParallelism } from "node:os";
import type { ChartPage } from "../../trace/chart-page.ts";
import {
  countFailed,
  countRequests,
  curveOf,
  duration,
  idleUsed,
  milliseconds,
  othersCores,
  type Outcome,
  p50,
  p99,
  percent,
  type Promised,
  quantile,
} from "./figures.ts";
import type { Requests, RunState } from "./run-state.ts";

/** All that the last page tells. */
export interface Result {
  readonly state: RunState;
  /** Step of the checkpoint that was served first. */
  readonly early: number;
  readonly outcome: Outcome;
  readonly promises: readonly Promised[];
  /** Where the shape of the requests is from. */
  readonly traffic: string;
}

const BAR_COLUMNS = 40;
/** Rows of the curve on a terminal. */
const CURVE_ROWS = 12;

function conclusionOf({ state, early }: Result): string {
  const points = curveOf(state);
  const before = points.find(({ step }) => step === early)?.bits ?? Number.NaN;
  const after = points.at(-1)?.bits ?? Number.NaN;
  const { alone, beside } = state;
  return (
    `The model went from ${before.toFixed(2)} to ${after.toFixed(2)} bits per character while it was ` +
    `served: ${countFailed(state)} of ${countRequests(state)} requests failed, p99 was ` +
    `${milliseconds(p99(alone))} alone and ${milliseconds(p99(beside))} beside training, which used ` +
    `${percent(idleUsed(state))} of the idle CPU.`
  );
}

/** Rows: the first is the head. */
function latencyTable({ alone, beside, moving }: RunState): string[][] {
  const row = (name: string, value: (requests: Requests) => number) => [
    name,
    milliseconds(value(alone)),
    milliseconds(value(beside)),
    ratio(value(beside), value(alone)),
  ];
  const counts = (name: string, count: (requests: Requests) => number) => [
    name,
    `${count(alone)}`,
    `${count(beside)}`,
    "",
  ];
  return [
    ["requests", "alone", "beside training", "ratio"],
    counts("answered", ({ latenciesMs }) => latenciesMs.length),
    counts("failed", ({ failed }) => failed),
    row("latency p50", p50),
    row("latency p90", ({ latenciesMs }) => quantile(latenciesMs, 0.9)),
    row("latency p99", p99),
    [
      "while the service moved",
      "",
      `${moving.latenciesMs.length} answered, ${moving.failed} failed, longest ${milliseconds(quantile(moving.latenciesMs, 1))}`,
      "",
    ],
  ];
}

function factsTable({ state, outcome }: Result): string[][] {
  return [
    ["", ""],
    ["idle CPU put to use by training", percent(idleUsed(state))],
    ["cores used by everything else", othersText(state)],
    ["restarts of training", `${outcome.trainingRestarts}`],
    ["failures of replicas", `${outcome.replicaFailures}`],
    ["restarts of the control plane", `${state.planeRestarts}`],
    ["time", `${duration(state.ranMs)} on ${availableParallelism()} cores${pausesText(state)}`],
  ];
}

/** What the time leaves out: how often nothing looked on, and how long in all. */
function pausesText({ interruptions, startedMs, endedMs = startedMs, ranMs }: RunState): string {
  if (interruptions === 0) return "";
  const pausedMs = Math.max(0, endedMs - startedMs - ranMs);
  const times = interruptions === 1 ? "interruption" : `${interruptions} interruptions`;
  return `, and ${duration(pausedMs)} of ${times}`;
}

/** The page as text, for a terminal of 80 columns. */
export function resultText(result: Result): string {
  const { state, promises } = result;
  const lines = [
    "",
    ...wrap(conclusionOf(result)),
    "",
    ...table(latencyTable(state)),
    "",
    ...table(factsTable(result).slice(1)),
    "",
    "  held-out bits per character, by step",
    ...curveRows(state),
    ...samples(state),
    "",
    ...promises.map(({ isKept, words }) => `  ${isKept ? "kept   " : "BROKEN "} ${words}`),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

/** The page with charts. */
export function resultPage(result: Result): ChartPage {
  const { state, promises, traffic } = result;
  const { alone, beside } = state;
  return {
    title: "Training and serving on the same cores",
    conclusion: conclusionOf(result),
    notes: [
      ...promises.map(({ isKept, words }) => `${isKept ? "Kept" : "Broken"}: ${words}.`),
      `Requests arrive in the shape of: ${traffic}. Latency counts from the time at which a request was to be sent.`,
      ...(state.textBefore === undefined ? [] : [`Written before: ${state.textBefore}`]),
      ...(state.textAfter === undefined ? [] : [`Written after: ${state.textAfter}`]),
    ],
    tables: [
      { caption: "Requests", rows: latencyTable(state) },
      { caption: "The rest", rows: factsTable(result) },
    ],
    charts: [
      {
        title: "Held-out bits per character",
        caption: "How well the model foretells text that it was not trained on; less is better.",
        shape: "lines",
        xName: "step",
        yName: "bits per character",
        series: [
          { name: "held out", points: curveOf(state).map(({ step, bits }) => [step, bits]) },
        ],
      },
      {
        title: "Latency of requests",
        caption: "What part of the requests took at most how long.",
        shape: "lines",
        xName: "part of the requests, %",
        yName: "ms",
        series: [
          { name: "alone", points: distribution(alone) },
          { name: "beside training", points: distribution(beside) },
        ],
      },
    ],
  };
}

function othersText({ cpu }: RunState): string {
  const [alone, beside] = [cpu.alone, cpu.beside].map((phase) => othersCores(phase).toFixed(2));
  return `${alone} alone, ${beside} beside training`;
}

function distribution({ latenciesMs }: Requests): [number, number][] {
  return Array.from({ length: 100 }, (_, index) => [
    index + 1,
    quantile(latenciesMs, (index + 1) / 100),
  ]);
}

/** At most so many rows, the first and the last among them. */
function curveRows(state: RunState): string[] {
  const points = curveOf(state);
  const most = Math.max(...points.map(({ bits }) => bits));
  const every = Math.ceil(points.length / CURVE_ROWS);
  return points
    .filter((_, index) => (points.length - 1 - index) % every === 0 || index === 0)
    .map(({ step, bits }) => {
      const bar = "█".repeat(Math.round((bits / most) * BAR_COLUMNS));
      return `  ${String(step).padStart(5)}  ${bits.toFixed(3)}  ${bar}`;
    });
}

function samples({ textBefore, textAfter }: RunState): string[] {
  if (textBefore === undefined || textAfter === undefined) return [];
  return [
    "",
    "  what it writes, before and after",
    ...[textBefore, textAfter].map((text) => `    ${JSON.stringify(text).slice(0, 74)}`),
  ];
}

function ratio(value: number, base: number): string {
  return Number.isFinite(value / base) ? (value / base).toFixed(2) : "";
}

function table(rows: readonly (readonly string[])[]): string[] {
  const first = Math.max(...rows.map(([name = ""]) => name.length));
  return rows.map(([name = "", ...cells]) =>
    `  ${name.padEnd(first)}  ${cells.map((cell) => cell.padEnd(17)).join("")}`.trimEnd(),
  );
}

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line.length + word.length > 76) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === "" ? `  ${word}` : `${line} ${word}`;
  }
  return lines;
}
