/**
 * Reads a CSV file of pods that is larger than memory should ever be: how long it takes, how much
 * memory it needs, and that an error in its last line is found with its number.
 */
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { InputError } from "../src/trace/input-error.ts";
import { readOpenbPods } from "../src/trace/openb.ts";
import { formatCount } from "./support/numbers.ts";

/** Of one core, so that a busy machine is no failure. */
const CORE_SECONDS_MAX = 180;
/** Peak of the process; the list of pods takes 4 bytes of it for each pod, and twice that to grow. */
const MEMORY_MIB_MAX = 768;
const HEADER =
  "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time," +
  "deletion_time,scheduled_time\n";
const ROWS_AT_ONCE = 10_000;

const { values } = parseArgs({
  options: { megabytes: { type: "string", default: "2000" } },
  strict: false,
});
const bytesMin = Number(values["megabytes"]) * 1e6;

const folder = await mkdtemp(path.join(tmpdir(), "neuraxis-bench-"));
try {
  const file = path.join(folder, "pods.csv");
  const pods = await writeCsv(file);
  process.stdout.write(`${formatCount(pods)} pods in ${formatCount(bytesMin / 1e6)} MB\n`);
  const startMs = performance.now();
  const before = process.cpuUsage();
  const error = await readOpenbPods(file, () => {}).catch((reason: unknown) => reason);
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  const coreSeconds = (user + system) / 1e6;
  const memoryMiB = process.resourceUsage().maxRSS / 1024;
  const line = error instanceof InputError ? error.place.line : undefined;
  const isGood =
    line === pods + 2 && coreSeconds <= CORE_SECONDS_MAX && memoryMiB <= MEMORY_MIB_MAX;
  process.stdout.write(
    `read in ${seconds.toFixed(1)} s, ${coreSeconds.toFixed(1)} s of one core ` +
      `(at most ${CORE_SECONDS_MAX} s), ` +
      `peak memory ${formatCount(memoryMiB)} MiB (at most ${MEMORY_MIB_MAX}), ` +
      `the error found on line ${line === undefined ? "none" : formatCount(line)}: ` +
      `${isGood ? "ok" : "FAIL"}\n`,
  );
  process.exitCode = isGood ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** Writes good rows up to the size, then a bad one; returns how many good ones. */
async function writeCsv(file: string): Promise<number> {
  const stream = createWriteStream(file);
  stream.write(HEADER);
  let pods = 0;
  for (let bytes = HEADER.length; bytes < bytesMin; ) {
    const rows = Array.from({ length: ROWS_AT_ONCE }, (_, row) => toRow(pods + row)).join("");
    pods += ROWS_AT_ONCE;
    bytes += rows.length;
    if (!stream.write(rows)) await once(stream, "drain");
  }
  stream.end("last,1000,1024,1,1001,,,,,,\n");
  await once(stream, "close");
  return pods;
}

function toRow(pod: number): string {
  const [cpu, memory, milli] = [1000 * (1 + (pod % 32)), 1024 * (1 + (pod % 16)), 500];
  return `openb-pod-${pod},${cpu},${memory},1,${milli},,LS,Running,${pod},${pod + 9},${pod}\n`;
}
