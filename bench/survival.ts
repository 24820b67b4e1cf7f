/**
 * Kills the control plane at random moments under churn, starts it again, and compares what it says
 * with what the workloads themselves wrote down: `--rounds N` (100), `--seed S`, `--victim` one of
 * "control plane", everything, keeper, door. Linux, as a user who may make cgroups or without.
 */
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import { formatRange } from "./support/numbers.ts";
import { Survival, type Victim } from "./support/survival-rounds.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    victim: { type: "string", default: "control plane" },
  },
});

const survival = await Survival.begin(Number(values.seed));
const { tally } = survival;
try {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    await survival.round(values.victim as Victim);
    if (tally.faults.length > 0) break;
  }
  if (tally.faults.length === 0) await survival.finish();
  const runs = [...survival.runs].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  const events = (name: string) => String(tally.events.get(name) ?? 0);
  process.stdout.write(
    formatTable([
      ["killed", values.victim],
      ["rounds", String(tally.rounds)],
      ["faults (lost, run twice, told wrongly, left)", String(tally.faults.length)],
      ["journals replayed twice, all equal", String(tally.replays)],
      ["processes of workloads", runs],
      [
        "told as preempted: stopped, suspended, shrunk (those in a row once)",
        ["stopped", "suspended", "shrunk"].map((reason) => events(`BatchJob ${reason}`)).join(", "),
      ],
      [
        "ended by itself as it was told to leave: well and run again, failed and not counted",
        `${tally.repeated}, ${tally.forgiven}`,
      ],
      ["attempts told as lost", events("BatchJob lost")],
      ["requests to a steady service", `${tally.requests}, ${tally.requestsFailed} failed`],
      [
        "from its start to its first answer, ms",
        tally.answerMs.length === 0 ? "-" : formatRange(tally.answerMs),
      ],
    ]),
  );
  for (const fault of tally.faults) process.stdout.write(`fault: ${fault}\n`);
} finally {
  await survival.remove();
}
process.exitCode = tally.faults.length === 0 ? 0 : 1;
