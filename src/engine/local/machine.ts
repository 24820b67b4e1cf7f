import { execFile } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import { promisify } from "node:util";
import { nodeId } from "../../model/ids.ts";
import type { Device, Node } from "../../model/node.ts";
import { mib, milliCpu } from "../../model/units.ts";
import { type FoundDevices, toFoundDevices } from "./devices/found-devices.ts";
import { NVIDIA_SMI_WORDS, readNvidiaSmi } from "./devices/nvidia-smi.ts";
import { readRocmSmi, ROCM_SMI_WORDS } from "./devices/rocm-smi.ts";

const MIB = 2 ** 20;
const QUERY_MS = 5000;
/** Memory that is left to the system and the control plane: a tenth, within these bounds. */
const RESERVE_SHARE = 0.1;
const RESERVE_MIN_MIB = 256;
const RESERVE_MAX_MIB = 4096;
/** Jobs may borrow what services ask for and do not use, up to so many times the cores. */
const OVERCOMMIT = { cpuMax: 4, headroom: 0.25 };

/** This machine as a node: all its cores, its memory but for a reserve, its devices. */
export function describeMachine(name: string, devices: readonly Device[]): Node {
  const cores = availableParallelism();
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const all = Math.floor(bytes / MIB);
  const share = Math.floor(all * RESERVE_SHARE);
  const reserve = Math.min(RESERVE_MAX_MIB, Math.max(RESERVE_MIN_MIB, share));
  return {
    id: nodeId(name),
    cpu: milliCpu(cores * 1000),
    memory: mib(Math.max(0, all - reserve)),
    devices,
    overcommit: OVERCOMMIT,
  };
}

const TOOLS = [
  { maker: "nvidia", program: "nvidia-smi", words: NVIDIA_SMI_WORDS, read: readNvidiaSmi },
  { maker: "amd", program: "rocm-smi", words: ROCM_SMI_WORDS, read: readRocmSmi },
] as const;

/**
 * The GPUs that their makers' tools tell of, those of the first maker that has any.
 * @param searchPath where the tools are looked for; nothing if they are not there.
 */
export async function findDevices(searchPath = process.env["PATH"]): Promise<FoundDevices> {
  const remarks: string[] = [];
  for (const tool of TOOLS) {
    const found = await askTool(tool, searchPath);
    remarks.push(...found.remarks);
    if (found.devices.length > 0) return { ...found, remarks };
  }
  return { devices: [], remarks };
}

async function askTool(
  { maker, program, words, read }: (typeof TOOLS)[number],
  searchPath: string | undefined,
): Promise<FoundDevices> {
  const options = { timeout: QUERY_MS, env: { ...process.env, PATH: searchPath } };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, words, options);
    // rocm-smi ends well without a driver, and only complains.
    if (stdout.trim() === "" && stderr.trim() !== "") throw new Error(stderr);
    return toFoundDevices(maker, read(stdout));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { devices: [], remarks: [] };
    return { devices: [], remarks: [`${program} tells no devices: ${complaintOf(error)}`] };
  }
}

/** What the tool said, be it on which output, or else the system. */
function complaintOf(error: unknown): string {
  const { stdout = "", stderr = "", message } = error as Error & Partial<Record<string, string>>;
  const lines = [stderr, stdout, message ?? ""].join("\n").split("\n");
  return lines.find((line) => line.trim() !== "")?.trim() ?? "";
}
