// Plain JavaScript for any Node since 20: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findPinnedNode, handOverToPinnedNode, isNodeNewEnough } from "../bin/pinned-node.js";

export const root = path.resolve(fileURLToPath(import.meta.url), "../..");
const modules = path.join(root, "node_modules");
const stampFile = path.join(modules, ".neuraxis-install");

/**
 * Installs what is missing or out of date, then sees to it that the script runs under the pinned
 * Node. Returns false where another process has taken over and the caller has nothing left to do.
 *
 * @param {string} scriptUrl the calling script's `import.meta.url`
 */
export function prepare(scriptUrl) {
  process.chdir(root);
  if (!isInstallCurrent()) install();
  if (isPinnedNode()) return true;
  if (findPinnedNode() === undefined && isNodeNewEnough()) return true;
  handOverToPinnedNode(fileURLToPath(scriptUrl));
  return false;
}

function isInstallCurrent() {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === installStamp();
}

/** What an install depends on: the locked packages, and the machine that binaries were chosen for. */
function installStamp() {
  const hash = createHash("sha256").update(readFileSync(path.join(root, "package-lock.json")));
  return `${hash.digest("hex")} ${process.platform} ${process.arch}\n`;
}

function install() {
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    process.stderr.write(
      `${modules} is a link: an install would replace what it leads to. Remove the link, or install there.\n`,
    );
    process.exit(1);
  }
  process.stdout.write("installing the locked packages (npm ci)\n");
  // Without node_modules/.bin: npm must not run on the very Node that it is about to replace.
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const searched = folders.filter((folder) => !folder.includes("node_modules"));
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    env: { ...process.env, PATH: searched.join(path.delimiter) },
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    const reason = result.error?.message ?? `${result.stdout}${result.stderr}`;
    process.stderr.write(`npm ci failed; nothing was started.\n${reason}\n`);
    process.exit(1);
  }
  writeFileSync(stampFile, installStamp());
}

function isPinnedNode() {
  const packageFile = path.join(modules, "node", "package.json");
  if (!existsSync(packageFile)) return false;
  return JSON.parse(readFileSync(packageFile, "utf8")).version === process.versions.node;
}
