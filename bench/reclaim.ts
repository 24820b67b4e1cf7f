/**
 * A queue takes back what is its own: a cluster full of another queue's single-device jobs, and as
 * many pending ones of a queue that is guaranteed all or half of it. Also with gangs of 64.
 */
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import type { Action } from "../src/model/action.ts";
import { queueId } from "../src/model/ids.ts";
import type { Queue } from "../src/model/queue.ts";
import { ClusterLife } from "./support/cluster-life.ts";
import { equalNodes, plainGang } from "./support/mixed-jobs.ts";
import { formatCount } from "./support/numbers.ts";

const BUDGET_SECONDS = 5;
const DEVICES = 8;
const GANG = 64;

const { values } = parseArgs({
  options: { nodes: { type: "string", default: "500" }, rounds: { type: "string", default: "1" } },
  strict: false,
});
const nodeCount = Number(values["nodes"]);

let isGood = true;
const head = ["guaranteed", "jobs", "members", "taken", "right", "seconds", "budget", "margin"];
const rows = [head];
for (let round = 0; round < Number(values["rounds"]); round += 1) {
  for (const members of [1, GANG]) {
    for (const part of [1, 0.5]) rows.push(measure(part, members));
  }
}
process.stdout.write(formatTable(rows));
process.exitCode = isGood ? 0 : 1;

function measure(part: number, members: number): string[] {
  const devices = nodeCount * DEVICES;
  const life = new ClusterLife(equalNodes(nodeCount, DEVICES), []);
  for (const queue of queues(devices * 1000 * part)) life.apply({ kind: "queue-set", queue });
  const open = () => life.scheduler.decide(life.now, life.random);
  for (let job = 0; job < devices; job += 1) submit(`borrower-${job}`, "borrower", 1);
  let running = 0;
  for (const action of open()) if (action.kind === "start-job") running += 1;
  if (running < devices) throw new Error(`${running} of ${devices} jobs started`);
  const jobs = Math.floor(devices / members);
  for (let job = 0; job < jobs; job += 1) submit(`owner-${job}`, "owner", members);
  const startMs = performance.now();
  let taken = 0;
  for (;;) {
    const actions = open();
    for (const action of actions) taken += follow(action, life);
    if (!actions.some(({ kind }) => kind === "stop-job" || kind === "start-job")) break;
  }
  const seconds = (performance.now() - startMs) / 1000;
  // Beyond the guarantee both want more, and their weights are equal.
  const right = Math.floor((devices * (1 + part)) / 2 / members) * members;
  if (taken !== right || seconds > BUDGET_SECONDS) isGood = false;
  return [
    `${100 * part} %`,
    formatCount(jobs),
    formatCount(members),
    formatCount(taken),
    formatCount(right),
    seconds.toFixed(2),
    String(BUDGET_SECONDS),
    `${(BUDGET_SECONDS / seconds).toFixed(1)} ×`,
  ];

  function submit(id: string, queue: string, size: number): void {
    life.apply({ kind: "job-submitted", job: plainGang(id, queue, size) });
  }
}

/** Reports a departure at once; gives the members that the action starts. */
function follow(action: Action, life: ClusterLife): number {
  if (action.kind === "stop-job") {
    life.apply({ kind: "departed", departure: action.departure });
  }
  return action.kind === "start-job" ? action.members.length : 0;
}

function queues(gpuMilli: number): Queue[] {
  const common = { weight: 1, limit: {}, borrows: true };
  return [
    { ...common, id: queueId("borrower"), guaranteed: {} },
    { ...common, id: queueId("owner"), guaranteed: { gpuMilli } },
  ];
}
