import type { UserHost } from "../../cli/user-host.ts";
import { curveOf, duration, idleUsed, milliseconds, p50, p99, percent } from "./figures.ts";
import { countFailed, countRequests } from "./figures.ts";
import { type Requests, type RunState } from "./run-state.ts";

/** What is going on, besides what is remembered. */
export interface Scene {
  /** What is being done, such as `training beside requests`. */
  readonly doing: string;
  readonly training: string;
  readonly service: string;
  /** Whether offline work is held back just now, and how; absent: it is not. */
  readonly held: string | undefined;
  readonly tokensPerSecond: number;
}

/** Without a terminal a line comes so often. */
const LINE_EVERY_MS = 5000;
const LINE_COLUMNS = 100;
const BARS = "▁▂▃▄▅▆▇█";
const BARS_MAX = 40;

/** Shows how a run gets on: on a terminal a picture that is drawn over, elsewhere a line now and then. */
export class LiveView {
  readonly #user: UserHost;
  readonly #note: (line: string) => void;
  #drawn = 0;
  #lineAtMs = Number.NEGATIVE_INFINITY;

  constructor(user: UserHost, note: (line: string) => void) {
    this.#user = user;
    this.#note = note;
  }

  /** A line that stays. */
  say(line: string): void {
    this.clear();
    this.#note(line);
  }

  show(state: RunState, scene: Scene): void {
    const { screen } = this.#user;
    if (screen.isTerminal) {
      const lines = picture(state, scene).map((line) => line.slice(0, screen.columns - 1));
      this.#user.draw(`${this.#up()}${lines.map((line) => `${line}\u001B[K\n`).join("")}`);
      this.#drawn = lines.length;
      return;
    }
    const nowMs = performance.now();
    if (nowMs - this.#lineAtMs < LINE_EVERY_MS) return;
    this.#lineAtMs = nowMs;
    this.#note(oneLine(state, scene));
  }

  /** Takes the picture away. */
  clear(): void {
    if (this.#drawn > 0) this.#user.draw(`${this.#up()}\u001B[J`);
    this.#drawn = 0;
  }

  /** Back to the first line of the picture (ECMA-48, CPL). */
  #up(): string {
    return this.#drawn === 0 ? "" : `\u001B[${this.#drawn}F`;
  }
}

function picture(state: RunState, scene: Scene): string[] {
  const points = curveOf(state);
  const latest = points.at(-1);
  const progress =
    latest === undefined
      ? ""
      : `step ${latest.step}${state.steps === undefined ? "" : ` of ${state.steps}`}   ` +
        `${latest.bits.toFixed(2)} bits/char   ${scene.tokensPerSecond} chars/s`;
  const rows = [
    ["training", scene.training, progress],
    ["service", scene.service, `${countRequests(state)} requests, ${countFailed(state)} failed`],
    ["latency", "alone", latencyText(state.alone)],
    ["", "beside training", `${latencyText(state.beside)}   ${ratioText(state)}`],
    ["idle CPU", percentText(state), scene.held === undefined ? "" : `offline work: ${scene.held}`],
    ["bits/char", bars(points.map(({ bits }) => bits)), ""],
  ];
  return [
    "",
    `  ${scene.doing}   ${duration(state.ranMs)}`,
    "",
    ...rows.map(([name = "", first = "", second = ""]) =>
      `  ${name.padEnd(11)}${first.padEnd(17)}${second}`.trimEnd(),
    ),
    "",
  ];
}

/** What matters most goes first; what has no room is left out. */
function oneLine(state: RunState, { doing, held }: Scene): string {
  const latest = curveOf(state).at(-1);
  const failed = countFailed(state);
  const parts = [
    failed > 0 && `${failed} failed`,
    held !== undefined && `offline work: ${held}`,
    latest !== undefined && `step ${latest.step}: ${latest.bits.toFixed(2)} bits`,
    p99Text(state),
    state.cpu.beside.spanMs > 0 && `idle CPU ${percent(idleUsed(state))}`,
  ];
  let line = `${duration(state.ranMs).padStart(11)}  ${doing}`;
  for (const part of parts) {
    if (part !== false && line.length + 2 + part.length <= LINE_COLUMNS) line += `; ${part}`;
  }
  return line;
}

function p99Text({ alone, beside }: RunState): string | false {
  if (alone.latenciesMs.length === 0) return false;
  const base = `alone ${milliseconds(p99(alone))}`;
  return beside.latenciesMs.length === 0
    ? `p99 ${base}`
    : `p99 ${milliseconds(p99(beside))}, ${base}`;
}

function latencyText(requests: Requests): string {
  if (requests.latenciesMs.length === 0) return "-";
  return `p50 ${milliseconds(p50(requests))}  p99 ${milliseconds(p99(requests))}`;
}

function ratioText({ alone, beside }: RunState): string {
  const ratio = p99(beside) / p99(alone);
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)} x` : "";
}

function percentText(state: RunState): string {
  return state.cpu.beside.spanMs === 0 ? "-" : `${percent(idleUsed(state))} used`;
}

/** A bar for each value, the lowest for the least and the highest for the most. */
function bars(values: readonly number[]): string {
  const shown = values.slice(-BARS_MAX);
  const least = Math.min(...shown);
  const span = Math.max(...shown) - least;
  const last = BARS.length - 1;
  return shown
    .map((value) => BARS[span === 0 ? last : Math.round(((value - least) / span) * last)])
    .join("");
}
