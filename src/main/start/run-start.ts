import { CommandError } from "../../cli/exit-codes.ts";
import type { StartOrder } from "../../cli/machine-host.ts";
import type { UserHost } from "../../cli/user-host.ts";
import { takeLock } from "../../engine/local/keeper/keeper-lock.ts";
import { writeFiles } from "../report-folder.ts";
import { promisesOf } from "./figures.ts";
import { LiveView } from "./live-view.ts";
import { MainJob } from "./main-job.ts";
import { SERVICE, TRAINING_JOB } from "./manifests.ts";
import { OwnPlane } from "./own-plane.ts";
import { type Result, resultPage, resultText } from "./result-page.ts";
import { meetPlane, newState, readState, writeState } from "./run-state.ts";
import { StartFiles } from "./start-files.ts";

/** What the main job needs of the program. */
interface World {
  readonly version: string;
  readonly user: UserHost;
  readonly print: (text: string) => void;
  readonly note: (line: string) => void;
}

const INTERRUPTED = 130;

/**
 * Trains, serves and measures on this machine, and tells it on a page.
 * @returns whether all that was promised is so; undefined if the user left before.
 * @throws UsageError or CommandError if it cannot be done.
 */
export async function runStart(order: StartOrder, world: World): Promise<boolean | undefined> {
  const files = new StartFiles(order.home);
  files.make();
  const lock = takeLock(files.lock);
  if (!lock.ok) {
    const message = `process ${lock.reason.pid} runs the main job in ${files.home} already`;
    throw new CommandError("refused", message, "End it by Ctrl-C, or name another --home.");
  }
  const stop = new AbortController();
  const undo = world.user.onInterrupt(() => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  });
  try {
    return await runWith(files, order, world, stop.signal);
  } finally {
    undo();
  }
}

async function runWith(
  files: StartFiles,
  { once, seconds, fresh }: StartOrder,
  { version, user, print, note }: World,
  stop: AbortSignal,
): Promise<boolean | undefined> {
  const found = readState(files.state);
  const goesOn = found !== undefined && !found.isFinished && !fresh;
  const state = goesOn ? found : newState(seconds);
  const plane = new OwnPlane(files.home, version, (pid) => {
    meetPlane(state, pid);
    writeState(files.state, state);
  });
  if (goesOn) state.interruptions += 1;
  else {
    await plane.end();
    files.clear();
  }
  const view = new LiveView(user, note);
  const job = new MainJob(state, { files, plane, view, stop });
  note(
    goesOn
      ? `Goes on with the run in ${files.home}.`
      : "Trains a small language model on this repository's text, serves it and sends it requests\n" +
          `meanwhile: some two minutes. All of it stays in ${files.home}.`,
  );
  try {
    const outcome = await job.run();
    view.clear();
    const promises = promisesOf(state, job.early, outcome);
    const result = { state, early: job.early, outcome, promises, traffic: job.source };
    await tell(result, files, { print, url: plane.url, isOver: once });
    if (!once) await untilAborted(stop);
    return promises.every(({ isKept }) => isKept);
  } catch (error) {
    if (!stop.aborted) throw error;
    return undefined;
  } finally {
    view.clear();
    if (stop.aborted) note("All work is asked to leave; Ctrl-C again does not wait for it.");
    await plane.end();
    delete state.planePid;
    writeState(files.state, state);
    if (stop.aborted && !state.isFinished) note("`npm start` goes on where this was.");
  }
}

async function tell(
  result: Result,
  { report, home }: StartFiles,
  {
    print,
    url,
    isOver,
  }: {
    readonly print: (text: string) => void;
    readonly url: string;
    readonly isOver: boolean;
  },
): Promise<void> {
  // Loaded only here: the charts are most of the program.
  const { renderChartPage } = await import("../../trace/chart-page.ts");
  const data = JSON.stringify(result, undefined, 2);
  const page = renderChartPage(resultPage(result));
  await writeFiles(
    report,
    new Map([
      ["summary.json", data],
      ["index.html", page],
    ]),
  );
  const where = [
    "  where to look next",
    `    the page with charts   ${report}/index.html`,
    ...(isOver
      ? ["    npm start              all this again, and it stays up"]
      : [
          `    the API                ${url}`,
          `    export NEURAXIS_HOME=${home}`,
          "    npx neuraxis get all",
          "    npx neuraxis top",
          `    npx neuraxis why ${TRAINING_JOB}`,
          `    npx neuraxis logs ${TRAINING_JOB}`,
          `    npx neuraxis describe service/${SERVICE}`,
          "    Ctrl-C ends all of it",
        ]),
    "",
  ];
  print(`${resultText(result)}${where.join("\n")}\n`);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // A promise alone keeps no process alive.
    const awake = setInterval(() => {}, 60_000);
    signal.addEventListener("abort", () => {
      clearInterval(awake);
      resolve();
    });
  });
}
