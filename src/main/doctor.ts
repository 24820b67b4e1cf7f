import { statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import path from "node:path";
import type { DoctorLine } from "../cli/machine-host.ts";
import {
  type FoundRuntime,
  findContainerRuntime,
} from "../engine/local/containers/container-runtime.ts";
import { detectIsolation } from "../engine/local/kernel/detect-isolation.ts";
import type { KernelPromise } from "../engine/local/kernel/isolation.ts";
import { findDevices } from "../engine/local/machine.ts";

const MIB = 2 ** 20;
/** Below this the journal and the logs may fill the disk. */
const DISK_MIB_MIN = 1024;

const GROUPS_CURE =
  "on Linux, run as root, or give this user cgroups (a systemd unit with Delegate=yes)";
/** What makes the kernel keep a promise where there are cgroups. */
const CURES: Readonly<Record<KernelPromise["what"], string>> = {
  "cpu-order": "Linux 5.15 or newer, with all of the controller cpu given to this user",
  "cpu-limit": "give this user the controller cpu",
  "offline-quota": "give this user the controller cpu",
  "memory-limit": "give this user the controller memory, and let it count swap, or turn swap off",
  "memory-order": "cgroup v2 keeps it: boot with systemd.unified_cgroup_hierarchy=1",
  "process-limit": "give this user the controller pids",
  "io-order":
    "give this user the controller io or blkio; write bfq to /sys/block/DISK/queue/scheduler",
  freeze: "Linux 5.2 or newer with cgroup v2, or the controller freezer of v1",
  pressure: "Linux 4.20 or newer, booted with psi=1",
};

/** What this machine can do. Changes nothing that lasts. */
export async function examine(home: string): Promise<readonly DoctorLine[]> {
  const [{ devices, remarks }, containers] = await Promise.all([
    findDevices(),
    findContainerRuntime(process.env),
  ]);
  const cores = availableParallelism();
  const memory = Math.floor(totalmem() / MIB);
  return [
    {
      what: "runtime",
      state: "ok",
      finding: `Node ${process.versions.node} on ${process.platform}`,
    },
    { what: "machine", state: "ok", finding: `${cores} cores, ${memory} MiB of memory` },
    devicesLine(devices.length, devices[0]?.kind, remarks),
    containersLine(containers),
    ...isolationLines(),
    diskLine(home),
  ];
}

function devicesLine(
  count: number,
  kind: string | undefined,
  remarks: readonly string[],
): DoctorLine {
  const found = count === 0 ? "none found by nvidia-smi and rocm-smi" : `${count} of ${kind}`;
  const finding = [found, ...remarks].join("; ");
  const what = "devices";
  if (remarks.length === 0) return { what, state: "ok", finding };
  const cure = "mend the driver, or leave them: Neuraxis gives out those that it found";
  return { what, state: "weaker", finding, cure };
}

function containersLine({ runtime, remarks }: FoundRuntime): DoctorLine {
  const what = "containers";
  if (runtime === undefined) {
    const finding = ["manifests with an image are refused", ...remarks].join("; ");
    const cure = "to run images, install Podman with crun, or start Docker's daemon";
    return { what, state: "weaker", finding, cure };
  }
  const finding = [`${runtime.kind} ${runtime.version}`, ...remarks].join("; ");
  const cures = [
    ...(runtime.placement === "inside"
      ? []
      : ["with Podman and crun, images can be suspended and give way as processes do"]),
    ...(runtime.init.length > 0
      ? []
      : [
          "install catatonit: without it an image's program ignores signals that it does not catch",
        ]),
  ];
  if (remarks.length > 0) {
    cures.push(`if \`${runtime.kind} run --rm IMAGE true\` fails, mend what is told here`);
  }
  if (cures.length === 0) return { what, state: "ok", finding };
  return { what, state: "weaker", finding, cure: cures.join("; ") };
}

function isolationLines(): DoctorLine[] {
  const isolation = detectIsolation({ key: "doctor" });
  try {
    const { kind, promises } = isolation.describe();
    const hasGroups = kind !== "none";
    const head: DoctorLine = hasGroups
      ? { what: "isolation", state: "ok", finding: kind }
      : {
          what: "isolation",
          state: "weaker",
          finding: "no cgroups for this user: priorities and signals",
          cure: GROUPS_CURE,
        };
    return [head, ...promises.map((promise) => lineOf(promise, hasGroups))];
  } finally {
    isolation.removeAll();
  }
}

function lineOf({ what, isKept, by, weaker }: KernelPromise, hasGroups: boolean): DoctorLine {
  const finding = weaker === undefined ? `by ${by}` : `by ${by}: ${weaker}`;
  if (isKept && weaker === undefined) return { what, state: "ok", finding };
  const cure = hasGroups ? CURES[what] : "comes with cgroups: see isolation";
  return { what, state: "weaker", finding, cure };
}

function diskLine(home: string): DoctorLine {
  let folder = home;
  for (;;) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      const free = Math.floor((bavail * bsize) / MIB);
      const finding = `${free} MiB free for ${home}`;
      if (free >= DISK_MIB_MIN) return { what: "disk", state: "ok", finding };
      return {
        what: "disk",
        state: "missing",
        finding,
        cure: `free ${DISK_MIB_MIN - free} MiB or more`,
      };
    } catch {
      // The home is made at the first start: what counts is the folder in which it will be.
      folder = path.dirname(folder);
    }
  }
}
