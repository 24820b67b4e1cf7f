import { spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const ownScript = path.join(root, "bin/neuraxis.js");
/** Node keeps compiled sources there: a start takes a third of the time. */
const compileCache = path.join(root, ".cache/compiled");

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  /** Absent: the repository's. */
  readonly script?: string;
  /** On top of the tests' own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input; absent: none. */
  readonly input?: string;
  readonly folder?: string;
}

/** Runs the command line in a process of its own. */
export function runNeuraxis(
  words: readonly string[],
  { script = ownScript, environment = {}, input, folder }: RunOptions = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...words], {
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...environment },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    child.stdin?.end(input);
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
