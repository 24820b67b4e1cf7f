// Plain JavaScript that any Node since 20 can read: it runs before the pinned Node does.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import path from "node:path";

const nodeMajorMin = 24;

/** Whether the running Node can strip types, that is, run this code unbuilt. */
export function isNodeNewEnough() {
  return Number(process.versions.node.split(".")[0]) >= nodeMajorMin;
}

/** The path of the Node that the dependency `node` brought along, or undefined. */
export function findPinnedNode() {
  const require = createRequire(import.meta.url);
  try {
    const folder = path.dirname(require.resolve("node/package.json"));
    const names = process.platform === "win32" ? ["node.exe"] : ["node"];
    return names.map((name) => path.join(folder, "bin", name)).find((file) => existsSync(file));
  } catch {
    return undefined;
  }
}

/**
 * Runs the same script with the same arguments under the pinned Node and ends as that run ends:
 * with its exit code, or 128 plus its signal. Without a pinned Node it says so and exits with 1.
 *
 * @param {string} script absolute path of the script that was started
 */
export function handOverToPinnedNode(script) {
  const node = findPinnedNode();
  if (node === undefined) {
    process.stderr.write(
      `neuraxis needs Node ${nodeMajorMin} or newer; this is Node ${process.versions.node} at ` +
        `${process.execPath}, and the one that the package "node" should bring is not installed.\n` +
        `Run "npm install --foreground-scripts" where neuraxis is installed (its install script ` +
        `must be allowed to run), or put Node ${nodeMajorMin} on the PATH.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [...process.execArgv, script, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  // A terminal sends its interrupt to the whole process group: passing it on would deliver it twice.
  const isAtTerminal = process.stdin.isTTY === true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !isAtTerminal) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`neuraxis cannot start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}
