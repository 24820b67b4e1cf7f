import { execFile } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import { promisify } from "node:util";
import { nodeId } from "../../model/ids.ts";
import type { Device, Node } from "../../model/node.ts";
import { DEVICE_MILLI, gpuMilli, mib, milliCpu } from "../../model/units.ts";

const MIB = 2 ** 20;
const QUERY_MS = 5000;
/** Memory that is left to the system and the control plane: a tenth, within these bounds. */
const RESERVE_SHARE = 0.1;
const RESERVE_MIN_MIB = 256;
const RESERVE_MAX_MIB = 4096;
/** Jobs may borrow what services ask for and do not use, up to so many times the cores. */
const OVERCOMMIT = { cpuMax: 4, headroom: 0.25 };

/** What devices this machine has, and what keeps it from using all of them. */
export interface FoundDevices {
  readonly devices: readonly Device[];
  /** Devices of other kinds, and tools that failed; for people. */
  readonly remarks: readonly string[];
}

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

/** The GPUs that `nvidia-smi` tells of; none if there is no such program. */
export async function findDevices(program = "nvidia-smi"): Promise<FoundDevices> {
  const words = ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"];
  try {
    const { stdout } = await promisify(execFile)(program, words, { timeout: QUERY_MS });
    return readDevices(stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { devices: [], remarks: [] };
    const [line = ""] = (error as Error).message.split("\n");
    return { devices: [], remarks: [`${program} tells no devices: ${line}`] };
  }
}

/** Lines such as `NVIDIA A100-SXM4-80GB, 81920`, one a device, in order of their numbers. */
export function readDevices(text: string): FoundDevices {
  const found = text.split("\n").flatMap((line) => {
    const [, name, memory] = /^\s*(?:NVIDIA )?(.+?),\s*(\d+)\s*$/.exec(line) ?? [];
    return name === undefined
      ? []
      : [{ kind: name.replaceAll(/\s+/g, "-"), memory: Number(memory) }];
  });
  const [first] = found;
  if (first === undefined) return { devices: [], remarks: [] };
  // A node has devices of one kind and size, and they are named by their place: others end the list.
  const other = found.findIndex(
    ({ kind, memory }) => kind !== first.kind || memory !== first.memory,
  );
  const used = other === -1 ? found : found.slice(0, other);
  return {
    devices: used.map(({ kind, memory }) => ({
      kind,
      memory: mib(memory),
      milliFree: gpuMilli(DEVICE_MILLI),
    })),
    remarks:
      used.length === found.length
        ? []
        : [
            `${found.length - used.length} devices are not used: they differ from the first, ${first.kind}`,
          ],
  };
}
