/** How fast a keeper starts processes and tells their ends, and what it weighs. Prints only. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { formatTable } from "../src/cli/format-table.ts";
import { KeeperClient } from "../src/engine/local/keeper/keeper-client.ts";

const STARTS = 500;

const folder = mkdtempSync(path.join(tmpdir(), "neuraxis-keeper-"));
const client = new KeeperClient(folder);
try {
  const answer = await client.ping();
  if (!answer.ok) throw new Error(answer.reason.message);
  const rows = [
    ["", "ms a process", "processes a second", "resident"],
    ["idle", "", "", readResident(answer.value.pid)],
    [...(await measure("one after the other", 1)), readResident(answer.value.pid)],
    [...(await measure("100 at once", 100)), readResident(answer.value.pid)],
  ];
  process.stdout.write(formatTable(rows));
} finally {
  await client.shutdown({ kill: true });
  client.close();
  rmSync(folder, { recursive: true });
}

/** From the first start to the last end, so many asked for at a time. */
async function measure(name: string, atOnce: number): Promise<string[]> {
  const startMs = performance.now();
  const before = await client.ping();
  const records = client.records(before.ok ? before.value.sequence : 0);
  let next = 0;
  const work = async () => {
    for (; next < STARTS; ) await start(`${name} ${next++}`);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  for (let ended = 0; ended < STARTS; ) {
    const { value } = await records.next();
    if (value?.kind === "exited") ended += 1;
  }
  const ms = performance.now() - startMs;
  return [name, (ms / STARTS).toFixed(2), ((STARTS * 1000) / ms).toFixed(0)];
}

async function start(id: string): Promise<void> {
  const output = path.join(folder, "output");
  const files = { stdout: output, stderr: output, rotateBytes: 2 ** 20, rotateCount: 0 };
  const answer = await client.spawn({ id, argv: ["/bin/true"], env: {}, cwd: "/", ...files });
  if (!answer.ok) throw new Error(answer.reason.message);
}

/** Linux only. */
function readResident(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return `${(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toFixed(0)} MiB`;
}
