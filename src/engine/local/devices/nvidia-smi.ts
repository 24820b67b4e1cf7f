import type { ListedDevice } from "./found-devices.ts";

/** Words for `nvidia-smi` (its manual page, "query-gpu"). */
export const NVIDIA_SMI_WORDS = [
  "--query-gpu=name,memory.total,mig.mode.current",
  "--format=csv,noheader,nounits",
];

/**
 * Lines such as `NVIDIA A100-SXM4-80GB, 81920, Disabled`, one a device, in order of their numbers. The
 * last field is `[N/A]` for what has no MIG (Multi-Instance GPU), and is not there in old versions.
 */
export function readNvidiaSmi(text: string): readonly ListedDevice[] {
  return text.split("\n").flatMap((line): ListedDevice[] => {
    if (line.trim() === "") return [];
    const [name = "", memory = "", mig] = line.split(",").map((field) => field.trim());
    if (mig === "Enabled") {
      // A process sees one instance by its own id, and no device by number.
      const unusable =
        "it is divided by MIG; switch that off with nvidia-smi --multi-instance-gpu=0";
      return [{ unusable }];
    }
    const kind = name.replace(/^NVIDIA /, "").replaceAll(/\s+/g, "-");
    if (/^\d+$/.test(memory) && kind !== "") return [{ kind, memoryMiB: Number(memory) }];
    return [{ unusable: `nvidia-smi tells "${line.trim()}"` }];
  });
}
