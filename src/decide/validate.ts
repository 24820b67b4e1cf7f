import type { Node } from "../model/node.ts";
import type { CanNever } from "../model/refusal.ts";
import type { ResourceRequest } from "../model/resources.ts";
import { DEVICE_MILLI, QUANTITY_MAX } from "../model/units.ts";

/** Most devices of one node. */
export const DEVICES_MAX = 1024;

const OVERCOMMIT_MAX = 16;

/** Why the node cannot be taken in (rules M1 to M4), or `undefined`. */
export function checkNode(node: Node): CanNever | undefined {
  const { id, cpu, memory, devices, overcommit } = node;
  if (!isQuantity(cpu)) return invalidNode(`node ${id} has ${cpu} milli-CPU`);
  if (!isQuantity(memory)) return invalidNode(`node ${id} has ${memory} MiB of memory`);
  if (devices.length > DEVICES_MAX) {
    return invalidNode(`node ${id} has ${devices.length} devices; at most ${DEVICES_MAX} can be`);
  }
  if (overcommit !== undefined) {
    const { cpuMax, headroom } = overcommit;
    if (!(cpuMax >= 1 && cpuMax <= OVERCOMMIT_MAX)) {
      return invalidNode(`node ${id} is overcommitted ${cpuMax} times; it must be 1 to 16`);
    }
    if (!(headroom >= 0 && headroom <= OVERCOMMIT_MAX)) {
      return invalidNode(`node ${id} has a headroom of ${headroom}; it must be 0 to 16`);
    }
  }
  for (const [index, device] of devices.entries()) {
    if (!isQuantity(device.milliFree) || device.milliFree > DEVICE_MILLI) {
      return invalidNode(`device ${index} of node ${id} has ${device.milliFree} milli free`);
    }
    if (!isQuantity(device.memory)) {
      return invalidNode(`device ${index} of node ${id} has ${device.memory} MiB of memory`);
    }
    if (device.kind !== devices[0].kind) {
      const message = `node ${id} has devices of kinds ${devices[0].kind} and ${device.kind}`;
      return { kind: "can-never", code: "mixed-device-kinds", message };
    }
  }
  const sizes = new Set(devices.map(({ memory: size }) => size));
  if (sizes.size > 1) {
    const message = `node ${id} has devices of ${[...sizes].join(" and ")} MiB`;
    return { kind: "can-never", code: "mixed-device-memory", message };
  }
  return undefined;
}

/** Why the request can be no work's (rules M1 and M2), or `undefined`. */
export function checkRequest(who: string, request: ResourceRequest): CanNever | undefined {
  const { cpu, memory, accelerators } = request;
  if (!isQuantity(cpu)) return invalidRequest(`${who} asks for ${cpu} milli-CPU`);
  if (!isQuantity(memory)) return invalidRequest(`${who} asks for ${memory} MiB of memory`);
  if (accelerators === undefined) return undefined;
  const { count, milli, memory: deviceMemory = 0 } = accelerators;
  if (!isQuantity(count) || count < 1 || count > DEVICES_MAX) {
    return invalidRequest(`${who} asks for ${count} devices; it must be 1 to ${DEVICES_MAX}`);
  }
  if (!isQuantity(milli) || milli < 1 || milli > DEVICE_MILLI) {
    return invalidRequest(`${who} asks for ${milli} milli of a device; it must be 1 to 1000`);
  }
  if (!isQuantity(deviceMemory)) {
    return invalidRequest(`${who} asks for devices of ${deviceMemory} MiB`);
  }
  return undefined;
}

function isQuantity(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= QUANTITY_MAX;
}

function invalidNode(message: string): CanNever {
  return { kind: "can-never", code: "invalid-node", message };
}

function invalidRequest(message: string): CanNever {
  return { kind: "can-never", code: "invalid-request", message };
}
