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
      state: "good",
      finding: `Node ${process.versions.node} on ${process.platform}`,
    },
    { what: "machine", state: "good", finding: `${cores} cores, ${memory} MiB of memory` },
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
  return { what: "devices", state: remarks.length === 0 ? "good" : "weaker", finding };
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
  const isGood = cures.length === 0 && remarks.length === 0;
  const line = { what, state: isGood ? "good" : "weaker", finding } as const;
  return cures.length === 0 ? line : { ...line, cure: cures.join("; ") };
}

function isolationLines(): DoctorLine[] {
  const isolation = detectIsolation({ key: "doctor" });
  try {
    const { kind, promises } = isolation.describe();
    const head: DoctorLine = {
      what: "isolation",
      state: kind === "none" ? "weaker" : "good",
      finding: kind === "none" ? "no cgroups for this user: priorities and signals" : kind,
    };
    const lines = promises.map((promise) => lineOf(promise));
    return [head, ...lines];
  } finally {
    isolation.removeAll();
  }
}

function lineOf({ what, isKept, by, weaker }: KernelPromise): DoctorLine {
  const line: DoctorLine = { what, state: isKept ? "good" : "weaker", finding: `by ${by}` };
  return weaker === undefined ? line : { ...line, cure: weaker };
}

function diskLine(home: string): DoctorLine {
  let folder = home;
  for (;;) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      const free = Math.floor((bavail * bsize) / MIB);
      const finding = `${free} MiB free for ${home}`;
      if (free >= DISK_MIB_MIN) return { what: "disk", state: "good", finding };
      return {
        what: "disk",
        state: "bad",
        finding,
        cure: `free ${DISK_MIB_MIN - free} MiB or more`,
      };
    } catch {
      // The home is made at the first start: what counts is the folder in which it will be.
      folder = path.dirname(folder);
    }
  }
}
