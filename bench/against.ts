/**
 * Decisions a second of core time of this tree and of an older commit, in turns: a fill of openb default, or of a
 * generated cluster where the traces are not given. Each run is a process of its own.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import { mean, median } from "./support/numbers.ts";

/** The last commit before jobs. */
const BEFORE_JOBS = "e9248a3";
const POLICIES = ["fgd", "neuraxis"];
const SCRIPT = path.join("bench", "support", "fill-speed.ts");

const { values } = parseArgs({
  options: {
    commit: { type: "string", default: BEFORE_JOBS },
    rounds: { type: "string", default: "6" },
    openb: { type: "string" },
  },
  strict: false,
});
const root = path.resolve(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "neuraxis-against-"));
const older = path.join(folder, "tree");
git("worktree", "add", "--detach", older, String(values["commit"]));
try {
  symlinkSync(path.join(root, "node_modules"), path.join(older, "node_modules"));
  // The same measurement in both.
  cpSync(path.join(root, SCRIPT), path.join(older, SCRIPT));
  compare();
} finally {
  git("worktree", "remove", "--force", older);
  rmSync(folder, { recursive: true });
}

function compare(): void {
  const ratios = new Map<string, number[]>(POLICIES.map((policy) => [policy, []]));
  const rows: string[][] = [["round", "policy", "before", "now", "ratio"]];
  for (let round = 1; round <= Number(values["rounds"]); round += 1) {
    for (const policy of POLICIES) {
      const pair = [older, root].map((tree) => ({ tree, speed: 0 }));
      // Whoever goes first has the colder machine: they take turns.
      const inTurn = round % 2 === 0 ? pair : pair.toReversed();
      for (const each of inTurn) each.speed = measure(each.tree, policy);
      const [before, now] = pair;
      ratios.get(policy)!.push(now.speed / before.speed);
      const ratio = (now.speed / before.speed).toFixed(3);
      rows.push([`${round}`, policy, before.speed.toFixed(0), now.speed.toFixed(0), ratio]);
    }
  }
  process.stdout.write(formatTable(rows));
  for (const [policy, all] of ratios) {
    const [low, high] = [Math.min(...all), Math.max(...all)];
    process.stdout.write(
      `${policy}: ${mean(all).toFixed(3)} in the mean, median ${median(all).toFixed(3)} ` +
        `(${low.toFixed(3)} to ${high.toFixed(3)})\n`,
    );
  }
}

/** Decisions a second, the median of the runs of one process but the first, which is cold. */
function measure(tree: string, policy: string): number {
  const openb = values["openb"] ?? process.env["NEURAXIS_OPENB"];
  const args = [SCRIPT, "--policy", policy];
  if (typeof openb === "string" && openb !== "") args.push("--openb", path.resolve(openb));
  const out = execFileSync(process.execPath, args, { cwd: tree, encoding: "utf8" });
  return Number(out);
}

function git(...args: string[]): void {
  execFileSync("git", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}
