/** Memory for each 100,000 jobs that run or wait: the heap after a collection, and the process. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import { queueId } from "../src/model/ids.ts";
import { ClusterLife } from "./support/cluster-life.ts";
import { equalNodes, plainGang } from "./support/mixed-jobs.ts";
import { formatCount } from "./support/numbers.ts";

/** For 100,000 jobs more, running or waiting, in the scheduler and in what drives it. */
const BUDGET_MIB = 400;
const STEP = 100_000;
const MIB = 2 ** 20;

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "20000" },
    jobs: { type: "string", default: "300000" },
  },
  strict: false,
});
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const life = new ClusterLife(equalNodes(Number(values["nodes"]), 8), []);
const queue = { id: queueId("all"), weight: 1, guaranteed: {}, limit: {}, borrows: true };
life.apply({ kind: "queue-set", queue });
const rows = [["jobs", "run", "pending", "heap MiB", "process MiB", "heap for 100,000"]];
let started = 0;
let heapBefore = heap();
let isGood = true;
rows.push(["0", "0", "0", formatCount(heapBefore / MIB), processMiB(), ""]);
for (let job = 0; job < Number(values["jobs"]); job += 1) {
  life.apply({ kind: "job-submitted", job: plainGang(`job-${job}`, "all", 1) });
  if (job % 1000 === 999) run();
  if ((job + 1) % STEP > 0) continue;
  const now = heap();
  const more = (now - heapBefore) / MIB;
  if (more > BUDGET_MIB) isGood = false;
  heapBefore = now;
  const counts = [job + 1, started, job + 1 - started].map(formatCount);
  rows.push([...counts, formatCount(now / MIB), processMiB(), `${formatCount(more)} MiB`]);
}
process.stdout.write(formatTable(rows));
process.exitCode = isGood ? 0 : 1;

/** Starts what fits. */
function run(): void {
  for (const action of life.scheduler.decide(life.now, life.random)) {
    if (action.kind === "start-job") started += 1;
  }
}

/** Bytes of the heap and of arrays outside it, after a collection. */
function heap(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function processMiB(): string {
  return formatCount(process.memoryUsage().rss / MIB);
}
