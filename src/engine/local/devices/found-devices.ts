import type { Device } from "../../../model/node.ts";
import { DEVICE_MILLI, gpuMilli, mib } from "../../../model/units.ts";

/** Who made the devices: how a process, or a container, is given some of them. */
export type DeviceMaker = "nvidia" | "amd";

/** What devices this machine has, and what keeps it from using all of them. */
export interface FoundDevices {
  /** Of one kind and size, named by their place. */
  readonly devices: readonly Device[];
  /** Absent if there are none. */
  readonly maker?: DeviceMaker;
  /** Devices of other kinds, and tools that failed; for people. */
  readonly remarks: readonly string[];
}

/** A device as its maker's tool lists it; or why it cannot be used. */
export type ListedDevice =
  | { readonly kind: string; readonly memoryMiB: number }
  | { readonly unusable: string };

/**
 * The devices of a list that one node can have: all of one kind and size. They are named by their
 * place, so the first that is another, or cannot be used, ends the list.
 */
export function toFoundDevices(maker: DeviceMaker, listed: readonly ListedDevice[]): FoundDevices {
  const [first] = listed;
  if (first === undefined) return { devices: [], remarks: [] };
  const end = listed.findIndex((device) => !isLike(device, first));
  const used = (end === -1 ? listed : listed.slice(0, end)).filter((device) => "kind" in device);
  const devices = used.map(({ kind, memoryMiB }): Device => {
    return { kind, memory: mib(memoryMiB), milliFree: gpuMilli(DEVICE_MILLI) };
  });
  const rest = listed.slice(devices.length);
  return {
    devices,
    ...(devices.length === 0 ? {} : { maker }),
    remarks: rest.map((device, index) => `device ${devices.length + index} ${whyNot(device)}`),
  };
}

function isLike(device: ListedDevice, first: ListedDevice): boolean {
  if ("unusable" in device || "unusable" in first) return false;
  return device.kind === first.kind && device.memoryMiB === first.memoryMiB;
}

function whyNot(device: ListedDevice): string {
  if ("unusable" in device) return `is not used: ${device.unusable}`;
  return `(${device.kind}, ${device.memoryMiB} MiB) is not used: it is not of the kind and size of device 0, or follows one that is not`;
}
