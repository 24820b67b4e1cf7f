import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "./prepare.js";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command a tool of node_modules/.bin and its words
 * @property {Record<string, string>} [environment] what it needs besides the usual variables
 *
 * @typedef {object} StepResult
 * @property {boolean} isGood
 * @property {number} passed tests that passed; 0 for a tool that counts none
 * @property {number} failed tests that failed, or 1 for a tool that refused
 */

const stepsAtOnce = 2;
const testFilesAtOnce = 2;
/** One test may take this long. A test that hangs fails with its name instead of hanging the run. */
const testTimeoutMs = 300_000;

const isContinuousIntegration = process.env.CI === "true";
/** Files and names of tests that continuous integration may skip: what they need cannot be had there. */
const skipsAllowed = new RegExp(process.env.NEURAXIS_SKIPS_ALLOWED || "^$");

/** @type {Step[]} */
const checks = [
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "types", command: ["tsc", "-b"] },
  { name: "unused", command: ["knip"] },
  { name: "format", command: ["biome", "format", "."] },
];
/** @type {Step} */
const packageCheck = {
  name: "package",
  command: ["publint", "--strict", "--pack", "npm"],
  // Listing the package's files must not run its "prepack", which builds it anew.
  environment: { npm_config_ignore_scripts: "true" },
};

/** Format, lint, types, unused code, the package's face, and the unit tests. */
export async function runChecks() {
  const results = await runPool(checks);
  results.push(await runStep(packageCheck)); // It reads what the step "types" builds.
  const unit = findFiles("{src,examples}/**/*.test.ts").filter(
    (file) => !file.endsWith(".property.test.ts") && !isAboutProcesses(file),
  );
  const files = [...unit, ...findFiles("test/house/**/*.test.ts")];
  results.push(...(await Promise.all([0, 1].map((half) => runHalf(files, half)))));
  return results;
}

/**
 * Unit tests share a process, so that what they import is read once: every other file here, the rest
 * in a second one. They change nothing that another could notice.
 */
function runHalf(files, half) {
  const own = files.filter((_, index) => index % 2 === half);
  return runTests(`unit ${half + 1}/2`, own, ["--test-isolation=none"]);
}

/** Tests that start processes take their time: they are no unit tests. */
function isAboutProcesses(file) {
  return file.startsWith(path.join("src", "engine", "local") + path.sep);
}

/** The properties and the whole-system tests, simulations among them. */
export async function runLongTests() {
  const house = path.join("test", "house") + path.sep;
  const whole = [
    ...findFiles("src/**/*.test.ts").filter(isAboutProcesses),
    ...findFiles("test/**/*.test.ts").filter((file) => !file.startsWith(house)),
  ];
  return [
    await runTests("property", findFiles("src/**/*.property.test.ts")),
    await runTests("system", whole),
  ];
}

/** Prints the one line that says how it went, and sets the exit code by it. */
export function conclude(results, startedMs) {
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  const isGood = failed === 0 && results.every((result) => result.isGood);
  process.stdout.write(`${seconds(startedMs)} in all\n${passed} passed, ${failed} failed\n`);
  process.exitCode = isGood ? 0 : 1;
}

/** @param {Step[]} steps */
async function runPool(steps) {
  const waiting = [...steps];
  const results = [];
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      results.push(await runStep(step));
    }
  };
  await Promise.all(Array.from({ length: stepsAtOnce }, work));
  return results;
}

/**
 * @param {Step} step
 * @returns {Promise<StepResult>}
 */
export async function runStep(step) {
  const startedMs = performance.now();
  const [tool, ...words] = step.command;
  const file = path.join(root, "node_modules/.bin", tool);
  const { code, output } = await run(file, words, step.environment);
  report({ name: step.name, isGood: code === 0, startedMs, detail: "", output });
  return { isGood: code === 0, passed: 0, failed: code === 0 ? 0 : 1 };
}

/**
 * @param {string} name
 * @param {string[]} files
 * @param {string[]} [words] more for the test runner
 * @returns {Promise<StepResult>}
 */
async function runTests(name, files, words = []) {
  const startedMs = performance.now();
  if (files.length === 0) {
    report({ name, isGood: true, startedMs, detail: "no test files", output: "" });
    return { isGood: true, passed: 0, failed: 0 };
  }
  const folder = mkdtempSync(path.join(tmpdir(), "neuraxis-tally-"));
  const tallyFile = path.join(folder, "tally.json");
  const { code, output } = await run(process.execPath, [
    "--test",
    ...words,
    `--test-concurrency=${testFilesAtOnce}`,
    `--test-timeout=${testTimeoutMs}`,
    "--test-reporter=dot",
    "--test-reporter-destination=stdout",
    "--test-reporter=./scripts/tally-reporter.js",
    `--test-reporter-destination=${tallyFile}`,
    ...files,
  ]);
  const tally = readTally(tallyFile);
  rmSync(folder, { recursive: true });
  return judgeTests({ name, startedMs, code, output, tally });
}

function judgeTests({ name, startedMs, code, output, tally }) {
  const skipped = tally.skipped.length;
  const unforgiven = tally.skipped.filter((name) => !skipsAllowed.test(name));
  const refused = isContinuousIntegration ? unforgiven.length : 0;
  const failed = Math.max(tally.failed + refused, code === 0 ? 0 : 1);
  const isGood = failed === 0;
  const detail = `${tally.passed} passed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  const note = refused > 0 ? `CI=true allows no skipped test:\n${unforgiven.join("\n")}\n` : "";
  report({ name, isGood, startedMs, detail, output: output + note });
  return { isGood, passed: tally.passed, failed };
}

/** A run that died before its end leaves no tally. */
function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
}

function report({ name, isGood, startedMs, detail, output }) {
  const line = `${isGood ? "ok  " : "FAIL"}  ${name.padEnd(10)}${seconds(startedMs).padStart(7)}`;
  process.stdout.write(`${line}  ${detail}`.trimEnd() + "\n");
  if (!isGood) process.stdout.write(`${output.trimEnd()}\n\n`);
}

function seconds(startedMs) {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}

function findFiles(pattern) {
  return globSync(pattern, { cwd: root, exclude: ["**/fixtures/**"] }).sort();
}

/** The environment in which `node` is the Node that runs this, whatever the PATH says. */
export function toolEnvironment() {
  const folders = [path.dirname(process.execPath), process.env.PATH ?? ""];
  const environment = { ...process.env, PATH: folders.join(path.delimiter) };
  if (!process.stdout.isTTY) environment.NO_COLOR = "1";
  // Set by an outer `node --test`, it would silence the reporters of the run inside.
  delete environment.NODE_TEST_CONTEXT;
  return environment;
}

/** @returns {Promise<{code: number, output: string}>} */
function run(file, words, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, words, {
      cwd: root,
      env: { ...toolEnvironment(), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", (error) => resolve({ code: 1, output: `${file}: ${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
