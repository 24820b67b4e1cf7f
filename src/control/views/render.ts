import type {
  ApiObject,
  BatchJobObject,
  Condition,
  JobPhase,
  ModelServiceObject,
  NodeObject,
  QueueObject,
  ReplicaObject,
  ReplicaPhase,
} from "../../api/objects.ts";
import { API_VERSION } from "../../manifest/manifest.ts";
import { unreachable } from "../../model/unreachable.ts";
import type { Ledger } from "./ledger.ts";
import type {
  ConditionRecord,
  JobRecord,
  KeptRecord,
  NodeRecord,
  QueueRecord,
  ReplicaRecord,
  ServiceRecord,
} from "./records.ts";
import type { Known, Tables } from "./tables.ts";

/** What objects show beyond their own records. */
export interface Surroundings {
  readonly tables: Tables;
  readonly ledger: Ledger;
  readonly endpointOf: (service: string) => string | undefined;
}

/** The object that the API tells for a record. */
export function render(known: Known, surroundings: Surroundings): ApiObject {
  const { name } = known;
  switch (known.kind) {
    case "BatchJob":
      return renderJob(known.record);
    case "ModelService":
      return renderService(name, known.record, surroundings);
    case "Queue":
      return renderQueue(name, known.record, surroundings.ledger);
    case "Node":
      return renderNode(name, known.record, surroundings.ledger);
    case "Replica":
      return renderReplica(name, known.record);
    default:
      return unreachable(known);
  }
}

/** Milliseconds since 1970 in ISO 8601. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

export function phaseOf({ stage, ending }: JobRecord): JobPhase {
  switch (stage) {
    case "waiting":
      return "Pending";
    case "starting":
      return "Starting";
    case "running":
      return "Running";
    case "leaving":
      return "Leaving";
    case "suspended":
      return "Suspended";
    case "ended":
      return ending ?? "Failed";
    default:
      return unreachable(stage);
  }
}

function renderJob(record: JobRecord): BatchJobObject {
  const { manifest, attempt, failures, members } = record;
  const exitCode = record.ending === "Succeeded" ? 0 : record.exit?.code;
  return {
    ...manifest,
    metadata: { ...manifest.metadata, ...keptOf(record) },
    status: {
      phase: phaseOf(record),
      attempt,
      failures,
      members,
      ...(record.startedMs === undefined ? {} : { startedAt: toIso(record.startedMs) }),
      ...(record.endedMs === undefined ? {} : { endedAt: toIso(record.endedMs) }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(record.checkpointedMs === undefined
        ? {}
        : { checkpointedAt: toIso(record.checkpointedMs) }),
      conditions: renderConditions(record.conditions),
    },
  };
}

function renderService(
  name: string,
  record: ServiceRecord,
  { tables, endpointOf }: Surroundings,
): ModelServiceObject {
  const { manifest, requests } = record;
  const replicas = tables.replicasOf(name).map((replica) => tables.Replica.get(replica)!);
  const count = (...stages: readonly ReplicaRecord["stage"][]) =>
    replicas.filter(({ stage }) => stages.includes(stage)).length;
  const endpoint = endpointOf(name);
  return {
    ...manifest,
    metadata: { ...manifest.metadata, ...keptOf(record) },
    status: {
      replicas: {
        ready: count("ready"),
        starting: count("starting", "waking"),
        asleep: count("asleep"),
      },
      ...(endpoint === undefined ? {} : { endpoint }),
      requests,
      conditions: renderConditions(record.conditions),
    },
  };
}

function renderReplica(name: string, record: ReplicaRecord): ReplicaObject {
  const { service, node, devices, sinceMs } = record;
  return {
    apiVersion: API_VERSION,
    kind: "Replica",
    metadata: { name, ...keptOf(record) },
    status: { service, node, devices, phase: replicaPhase(record), since: toIso(sinceMs) },
  };
}

function replicaPhase({ stage, departure }: ReplicaRecord): ReplicaPhase {
  switch (stage) {
    case "starting":
      return "Starting";
    case "ready":
      return "Ready";
    case "waking":
      return "Waking";
    case "asleep":
      return departure === undefined ? "Sleeping" : "Leaving";
    case "stopping":
      return "Leaving";
    default:
      return unreachable(stage);
  }
}

function renderQueue(name: string, record: QueueRecord, ledger: Ledger): QueueObject {
  const { manifest, conditions } = record;
  return {
    ...manifest,
    metadata: { ...manifest.metadata, ...keptOf(record) },
    status: { ...ledger.queueTotals(name), conditions: renderConditions(conditions) },
  };
}

function renderNode(name: string, record: NodeRecord, ledger: Ledger): NodeObject {
  const { cpu, memory, devices } = record.node;
  return {
    apiVersion: API_VERSION,
    kind: "Node",
    metadata: { name, ...keptOf(record) },
    status: {
      cpu,
      memory,
      devices: devices.map((device) => ({ kind: device.kind, memory: device.memory })),
      held: ledger.heldOn(name),
      conditions: renderConditions(record.conditions),
    },
  };
}

function keptOf({ uid, version, generation, createdMs, deletedMs }: KeptRecord) {
  return {
    uid,
    resourceVersion: String(version),
    generation,
    createdAt: toIso(createdMs),
    ...(deletedMs === undefined ? {} : { deletedAt: toIso(deletedMs) }),
  };
}

function renderConditions(conditions: readonly ConditionRecord[]): readonly Condition[] {
  return conditions
    .toSorted((left, right) => (left.type < right.type ? -1 : 1))
    .map(({ type, status, reason, message, sinceMs }) => ({
      type,
      status,
      reason,
      message,
      since: toIso(sinceMs),
    }));
}
