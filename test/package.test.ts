import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runNeuraxis } from "./support/run-neuraxis.ts";
import { writeSmallTrace } from "./support/small-trace.ts";
import { TempFolder } from "./support/temp-folder.ts";

const root = path.resolve(import.meta.dirname, "..");
const folder = new TempFolder();

/** Builds the sources apart from the repository's own dist/ and installs what would be published. */
function installPackage(): string {
  const build = folder.resolve("build");
  for (const name of ["src", "tsconfig.base.json", "package.json"]) {
    cpSync(path.join(root, name), path.join(build, name), { recursive: true });
  }
  symlinkSync(path.join(root, "node_modules"), path.join(build, "node_modules"));
  const compiler = path.join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-b", "src/main"], { cwd: build });

  const installed = folder.resolve("node_modules/neuraxis");
  mkdirSync(installed, { recursive: true });
  cpSync(path.join(build, "dist"), path.join(installed, "dist"), { recursive: true });
  for (const name of ["bin", "package.json"]) {
    cpSync(path.join(root, name), path.join(installed, name), { recursive: true });
  }
  const manifest = readFileSync(path.join(root, "package.json"), "utf8");
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    symlinkSync(path.join(root, "node_modules", name), folder.resolve(`node_modules/${name}`));
  }
  return path.join(installed, "bin/neuraxis.js");
}

test("the published package decides and reports as the sources do", async () => {
  const script = installPackage();
  const report = folder.resolve("report");
  const words = [...writeSmallTrace(folder), "--policy", "fgd", "--seeds", "42", "--json"];
  const [ours, theirs] = await Promise.all([
    runNeuraxis(words),
    runNeuraxis([...words, "--report", report], { script }),
  ]);
  assert.equal(theirs.code, 0, theirs.stderr);
  assert.ok(existsSync(path.join(report, "index.html")));
  const withoutSpeed = (text: string) => text.replaceAll(/ecisionsPerSecond": \d+/g, "");
  assert.equal(withoutSpeed(theirs.stdout), withoutSpeed(ours.stdout));
});
