import assert from "node:assert/strict";
import { test } from "node:test";
import { Survival, type Victim } from "../bench/support/survival-rounds.ts";
import { UpBed } from "./support/up-bed.ts";

/** A short version of `npm run bench -- survival`. */
async function survive(victims: readonly Victim[], seed: number): Promise<void> {
  const survival = await Survival.begin(seed);
  try {
    for (const victim of victims) await survival.round(victim);
    await survival.finish();
    assert.deepEqual(survival.tally.faults, []);
    if (!victims.includes("door") && !victims.includes("everything")) {
      assert.equal(survival.tally.requestsFailed, 0, "requests of a service nobody touched");
    }
  } finally {
    await survival.remove();
  }
}

test("a control plane that is killed loses no workload, and runs none twice", () =>
  survive(["control plane", "control plane", "control plane", "control plane"], 1));

test("after a kill of everything all that should run is started again, and nothing else", () =>
  survive(["everything", "control plane", "everything"], 2));

test("a keeper or a door that is killed is replaced", () => survive(["keeper", "door"], 3));

test("one workload that is killed is that one's failure alone", async (t) => {
  const bed = await UpBed.start();
  t.after(() => bed.remove());
  const { client } = bed;
  const job = (name: string) => `apiVersion: neuraxis.dev/v1alpha1
kind: BatchJob
metadata: {name: ${name}}
spec:
  command: [sleep, "1000"]
  retries: {backoff: 0s}
  resources: {cpu: 100m, memory: 16Mi}
`;
  await client.apply([job("victim"), job("neighbour")].join("---\n"), { file: "jobs.yaml" });
  const runs = async (name: string, attempt: number) => {
    const { status } = await client.get("BatchJob", name);
    return status.phase === "Running" && status.attempt === attempt;
  };
  await bed.until("both run", async () => (await runs("victim", 1)) && runs("neighbour", 1));
  process.kill(bed.memberOf("victim"), "SIGKILL");
  await bed.until("the victim runs again", () => runs("victim", 2));
  const { status } = await client.get("BatchJob", "victim");
  assert.equal(status.failures, 1);
  assert.ok(await runs("neighbour", 1));
});

test("asked to let all work leave before it has taken it up, a control plane starts none", async (t) => {
  const bed = await UpBed.start();
  t.after(() => bed.remove());
  const job = `apiVersion: neuraxis.dev/v1alpha1
kind: BatchJob
metadata: {name: lost}
spec: {command: [sleep, "1000"], resources: {cpu: 100m, memory: 16Mi}}
`;
  await bed.client.apply(job, { file: "job.yaml" });
  await bed.until("it runs", () => bed.memberOf("lost") > 0);
  await bed.killAll();
  await bed.up();
  assert.equal(await bed.end("SIGINT"), 0);
  assert.deepEqual([bed.processes(), bed.cgroups()], [[], []]);
});
