import { counted } from "../../model/counted.ts";
import type { BatchJob } from "../../model/job.ts";
import type { Node } from "../../model/node.ts";
import type { Refusal } from "../../model/refusal.ts";
import { requestedMilli, type ResourceRequest } from "../../model/resources.ts";
import { DEVICE_MILLI } from "../../model/units.ts";

/** Why the job's members, or the least number of them together, can never be on this node. */
export function admitJobSize({ id, roles }: BatchJob, node: Node): Refusal | undefined {
  for (const { name, request } of roles) {
    const refusal = admitSize(request, `job ${id}, role ${name}`, node);
    if (refusal !== undefined) return refusal;
  }
  const sum = (amount: (request: ResourceRequest) => number) =>
    roles.reduce((total, { request, replicas }) => total + replicas.min * amount(request), 0);
  const lacks = lackOf(
    { cpu: sum(({ cpu }) => cpu), memory: sum(({ memory }) => memory), milli: sum(requestedMilli) },
    node,
  );
  if (lacks === undefined) return undefined;
  const message = `job ${id}: its members together need ${lacks}`;
  return { kind: "can-never", code: "larger-than-cluster", message };
}

/** Why what asks for this can never be on this node, even if it were empty. */
export function admitSize(request: ResourceRequest, who: string, node: Node): Refusal | undefined {
  const { cpu, memory, accelerators } = request;
  const lacks =
    lackOf({ cpu, memory, milli: requestedMilli(request) }, node) ??
    lackOfDevices(accelerators, node);
  if (lacks === undefined) return undefined;
  return { kind: "can-never", code: "larger-than-any-node", message: `${who} needs ${lacks}` };
}

interface Need {
  readonly cpu: number;
  readonly memory: number;
  /** GPU milli. */
  readonly milli: number;
}

/** Such as `9999 cores, and this machine has 2`. */
function lackOf({ cpu, memory, milli }: Need, node: Node): string | undefined {
  const devices = node.devices.length;
  if (cpu > node.cpu)
    return `${counted(cpu / 1000, "core")}, and this machine has ${node.cpu / 1000}`;
  if (memory > node.memory) {
    return `${memory} MiB of memory, and this machine has ${node.memory} for work`;
  }
  if (milli > devices * DEVICE_MILLI) {
    return `${counted(milli / DEVICE_MILLI, "device")}, and this machine has ${devices}`;
  }
  return undefined;
}

function lackOfDevices(wanted: ResourceRequest["accelerators"], node: Node): string | undefined {
  const [device] = node.devices;
  if (wanted === undefined || device === undefined) return undefined;
  const { kinds, memory, count } = wanted;
  if (count > node.devices.length) {
    return `${counted(count, "device")}, and this machine has ${node.devices.length}`;
  }
  if (kinds.length > 0 && !kinds.includes(device.kind)) {
    return `a device of ${kinds.join(" or ")}, and this machine has ${device.kind}`;
  }
  if (memory !== undefined && memory > device.memory) {
    return `devices with ${memory} MiB, and this machine's have ${device.memory}`;
  }
  return undefined;
}
