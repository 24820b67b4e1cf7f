import { ID_LENGTH_MAX, nodeId } from "../model/ids.ts";
import type { Node } from "../model/node.ts";
import type { ResourceRequest } from "../model/resources.ts";
import { DEVICE_MILLI, gpuMilli, mib, milliCpu, QUANTITY_MAX } from "../model/units.ts";
import type { WorkloadClass } from "../model/workload-profile.ts";
import { type CsvRow, type OnIgnoredColumns, readCsvRows } from "./csv-rows.ts";
import { InputError } from "./input-error.ts";

/** Most devices of one node or one pod. */
const DEVICES_MAX = 1024;
/** Most nodes, devices of all nodes, and pods that are kept in memory. */
const NODES_MAX = 1_000_000;
const CLUSTER_DEVICES_MAX = 16_000_000;
const PODS_MAX = 100_000_000;

const NODE_COLUMNS = {
  required: ["sn", "cpu_milli", "memory_mib", "gpu", "model"],
  optional: [],
};

/** Columns of a list of pods in the openb trace's format. */
export const POD_COLUMNS = {
  required: ["name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"],
  // The trace's own columns that placement has no use for are known, not surprising.
  optional: ["gpu_spec", "qos", "pod_phase", "creation_time", "deletion_time", "scheduled_time"],
};

/** A list of pods, each as its class: 4 bytes a pod, however long the list. */
export interface PodList {
  /** Distinct requests in order of first sight, with their number of pods. */
  readonly classes: readonly WorkloadClass[];
  /** Class of each pod, in order of rows. */
  readonly podClass: Int32Array;
}

/**
 * Nodes of a cluster in the format of Alibaba's openb trace (cluster-trace-gpu-v2023): sn,
 * cpu_milli, memory_mib, gpu (number of devices), model (their kind; empty without devices).
 *
 * @throws InputError with file, line and column.
 */
export async function readOpenbNodes(
  file: string,
  onIgnoredColumns: OnIgnoredColumns,
): Promise<Node[]> {
  const nodes: Node[] = [];
  const names = new Set<string>();
  let devices = 0;
  for await (const row of readCsvRows(file, NODE_COLUMNS, onIgnoredColumns)) {
    const node = toNode(row);
    if (names.has(node.id)) {
      throw new InputError("duplicate-node", row.place("sn"), `node ${node.id} stands twice`);
    }
    if (nodes.length === NODES_MAX) {
      throw new InputError("too-large", row.place("sn"), `more than ${NODES_MAX} nodes`);
    }
    devices += node.devices.length;
    if (devices > CLUSTER_DEVICES_MAX) {
      throw new InputError("too-large", row.place("gpu"), `more than ${CLUSTER_DEVICES_MAX} GPUs`);
    }
    names.add(node.id);
    nodes.push(node);
  }
  return nodes;
}

function toNode(row: CsvRow): Node {
  const count = row.integer("gpu", DEVICES_MAX);
  const name = row.name("sn");
  if (name.length > ID_LENGTH_MAX) {
    throw row.invalid("sn", `has more than ${ID_LENGTH_MAX} characters`);
  }
  const kind = count === 0 ? row.text("model") : row.name("model");
  const device = { kind, memory: mib(0), milliFree: gpuMilli(DEVICE_MILLI) };
  return {
    id: nodeId(name),
    cpu: milliCpu(row.integer("cpu_milli", QUANTITY_MAX)),
    memory: mib(row.integer("memory_mib", QUANTITY_MAX)),
    devices: Array.from({ length: count }, () => device),
  };
}

/**
 * Pods in the format of the openb trace: name, cpu_milli, memory_mib, num_gpu, gpu_milli (of each
 * device) and, optionally, gpu_spec (kinds that will do, separated by `|`; empty for any).
 *
 * @throws InputError with file, line and column.
 */
export async function readOpenbPods(
  file: string,
  onIgnoredColumns: OnIgnoredColumns,
): Promise<PodList> {
  const classes: { request: ResourceRequest; count: number }[] = [];
  const classOf = new Map<string, number>();
  let podClass = new Int32Array(16_384);
  let pods = 0;
  for await (const row of readCsvRows(file, POD_COLUMNS, onIgnoredColumns)) {
    row.name("name");
    const request = toPodRequest(row);
    const key = requestKey(request);
    let index = classOf.get(key);
    if (index === undefined) {
      index = classes.length;
      classOf.set(key, index);
      classes.push({ request, count: 0 });
    }
    classes[index]!.count += 1;
    if (pods === PODS_MAX) {
      throw new InputError("too-large", row.place("name"), `more than ${PODS_MAX} pods`);
    }
    if (pods === podClass.length) podClass = lengthened(podClass);
    podClass[pods] = index;
    pods += 1;
  }
  return { classes, podClass: podClass.slice(0, pods) };
}

function lengthened(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(array.length * 2);
  copy.set(array);
  return copy;
}

/** @throws InputError if the row asks for what no pod can. */
export function toPodRequest(row: CsvRow): ResourceRequest {
  const cpu = milliCpu(row.integer("cpu_milli", QUANTITY_MAX));
  const memory = mib(row.integer("memory_mib", QUANTITY_MAX));
  const count = row.integer("num_gpu", DEVICES_MAX);
  const milli = row.integer("gpu_milli", DEVICE_MILLI);
  const spec = row.text("gpu_spec");
  if (count > 0 && milli === 0) {
    throw row.invalid("gpu_milli", `0 contradicts num_gpu ${count}`);
  }
  if (count === 0 && milli > 0) {
    throw row.invalid("num_gpu", `0 contradicts gpu_milli ${milli}`);
  }
  if (count === 0 && spec !== "") {
    throw row.invalid("gpu_spec", `"${spec}" contradicts num_gpu 0`);
  }
  if (count === 0) return { cpu, memory };
  const kinds = spec === "" ? [] : spec.split("|");
  if (kinds.includes("")) throw row.invalid("gpu_spec", `"${spec}" names an empty kind`);
  return { cpu, memory, accelerators: { count, milli: gpuMilli(milli), kinds } };
}

function requestKey({ cpu, memory, accelerators }: ResourceRequest): string {
  if (accelerators === undefined) return `${cpu} ${memory}`;
  const { count, milli, kinds } = accelerators;
  return `${cpu} ${memory} ${count} ${milli} ${kinds.join("|")}`;
}
