import { readFile } from "node:fs/promises";
import { CommanderError } from "commander";
import { EXIT, explainFailure } from "../cli/exit-codes.ts";
import type { Host } from "../cli/host.ts";
import { createProgram } from "../cli/program.ts";
import { InputError } from "../trace/input-error.ts";
import { runBoundTasks, runFillTasks } from "./fill-pool.ts";
import { machineHost } from "./machine-host.ts";
import { ProgressLine } from "./progress-line.ts";
import { checkFolder, writeFiles } from "./report-folder.ts";
import { TrialPool } from "./trial-pool.ts";
import { userHost } from "./user-host.ts";

const progress = new ProgressLine(process.stderr, () => performance.now());

const version = await readVersion();
const note = (line: string) => {
  progress.clear();
  process.stderr.write(`${line}\n`);
};

/** What the command itself has ended with. */
let end: number = EXIT.good;

const host: Host = {
  version,
  user: userHost((code) => (end = code)),
  machine: machineHost(version, note),
  print: (text) => {
    progress.clear();
    process.stdout.write(text);
  },
  note,
  runFill: (input, tasks) =>
    runFillTasks(input, tasks, (done) => progress.show(done, tasks.length, "fills")),
  runBounds: (input, seeds) =>
    runBoundTasks(input, seeds, (done) => progress.show(done, seeds.length, "bounds")),
  withTrials: async (scenario, use) => {
    const pool = new TrialPool(scenario, (done) => progress.show(done, undefined, "runs"));
    try {
      return await use((trial) => pool.run(trial));
    } finally {
      await pool.close();
    }
  },
  progress: (done, unit) => progress.show(Math.floor(done), undefined, unit),
  checkFolder,
  writeFiles,
};

async function readVersion(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The only place that catches everything: each failure gets one message and an exit code. */
async function run(words: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(host, words);
    await program.parseAsync([...words], { from: "user" });
    return end;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
    if (error instanceof InputError) {
      host.note(`error: ${error.message}`);
      return EXIT.usage;
    }
    const failure = explainFailure(error);
    if (failure !== undefined) {
      for (const line of failure.lines) host.note(line);
      return failure.code;
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.note(`This is a bug in neuraxis; please report it with this text:\n${detail}`);
    return EXIT.bug;
  }
}

// A reader that closes the pipe early (`| head`) has what it wanted.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.good);
  host.note(`error: cannot write the result: ${error.message}`);
  process.exit(EXIT.usage);
});

process.exitCode = await run(process.argv.slice(2));
