import { counted } from "../../model/counted.ts";
import type { ServiceAction, SleepReplica, StopReplica } from "../../model/action.ts";
import type { ServiceEvent } from "../../model/event.ts";
import { unreachable } from "../../model/unreachable.ts";
import { dropCondition, type ReplicaRecord, type ServiceRecord, setCondition } from "./records.ts";
import type { Tables } from "./tables.ts";

/** Takes an event about a service or a replica into the records. */
export function foldServiceEvent(tables: Tables, event: ServiceEvent, nowMs: number): void {
  switch (event.kind) {
    case "service-set":
      return foldSet(tables, event.service.id);
    case "service-removed": {
      const record = touchService(tables, event.service);
      if (record !== undefined) record.isRemoved = true;
      return;
    }
    case "service-observed": {
      const record = touchService(tables, event.service);
      if (record !== undefined) record.requests = event.requests;
      return;
    }
    case "replica-ready": {
      const replica = tables.Replica.get(event.replica);
      if (replica !== undefined) enter(tables, event.replica, replica, "ready", nowMs);
      return;
    }
    case "replica-gone":
      return dropReplica(tables, event.replica);
    default:
      return unreachable(event);
  }
}

/** Takes an action about a service or a replica into the records. */
export function foldServiceAction(tables: Tables, action: ServiceAction, nowMs: number): void {
  const { service } = action;
  if (action.kind === "service-waits") {
    const record = touchService(tables, service);
    const { code: reason, message } = action.refusal;
    const condition = {
      type: "Scheduled",
      status: "False",
      reason,
      message,
      sinceMs: nowMs,
    } as const;
    if (record !== undefined) setCondition(record, condition);
    return;
  }
  const { replica: name } = action;
  switch (action.kind) {
    case "start-replica": {
      const { node, devices } = action;
      placed(tables, service);
      const record = newReplica(tables, { name, service, node, devices, nowMs });
      return enter(tables, name, record, "starting", nowMs);
    }
    case "wake-replica": {
      const record = tables.Replica.get(name);
      if (record === undefined) return;
      placed(tables, service);
      record.devices = action.devices;
      return enter(tables, name, record, "waking", nowMs);
    }
    case "sleep-replica":
    case "stop-replica":
      return foldLeave(tables, action, nowMs);
    default:
      return unreachable(action);
  }
}

/** The replica sleeps, or has gone. */
export function foldReplicaDeparted(tables: Tables, name: string, nowMs: number): void {
  const record = tables.Replica.get(name);
  if (record === undefined) return;
  delete record.departure;
  if (record.stage === "stopping") return dropReplica(tables, name);
  enter(tables, name, record, "asleep", nowMs);
}

/** What vanished with a node, or with one device of it; what is to stop departs as ever. */
export function foldLostReplicas(tables: Tables, node: string, device: number | undefined): void {
  for (const [name, replica] of tables.Replica) {
    if (replica.node !== node || replica.stage === "stopping") continue;
    if (device === undefined || replica.devices.includes(device)) dropReplica(tables, name);
  }
}

/** Says whether the service has as many ready replicas as it always is to have. */
export function sayReadiness(tables: Tables, name: string, nowMs: number): void {
  const record = tables.ModelService.get(name);
  if (record === undefined) return;
  const replicas = tables.replicasOf(name).map((replica) => tables.Replica.get(replica)!);
  const ready = replicas.filter(({ stage }) => stage === "ready").length;
  const { min } = record.manifest.spec.replicas;
  const isReady = ready >= min && !record.isRemoved;
  setCondition(record, {
    type: "Ready",
    status: isReady ? "True" : "False",
    reason: record.isRemoved ? leavingReason(record) : isReady ? "enough" : "too-few-replicas",
    message: `${ready} of ${counted(replicas.length, "replica")} ready; wanted at least ${min}`,
    sinceMs: nowMs,
  });
}

function leavingReason({ deletedMs }: ServiceRecord): string {
  return deletedMs === undefined ? "replacing" : "removed";
}

/** Services that were taken away and have no replica: gone, or to be made anew as wanted now. */
export function foldRemoved(tables: Tables): void {
  for (const [name, record] of tables.ModelService) {
    if (!record.isRemoved || record.deletedMs === undefined) continue;
    if (tables.replicasOf(name).length === 0) tables.remove("ModelService", name);
  }
}

/** Whether all of an earlier manifest has left, so that the service may be made anew. */
export function isDue(tables: Tables, name: string, record: ServiceRecord): boolean {
  const isReplaced = record.isRemoved && record.deletedMs === undefined;
  return isReplaced && tables.replicasOf(name).length === 0;
}

function foldSet(tables: Tables, name: string): void {
  const record = touchService(tables, name);
  if (record === undefined) return;
  if (record.isRemoved) record.incarnation += 1;
  record.isRemoved = false;
  record.live = record.manifest;
}

function foldLeave(
  tables: Tables,
  { kind, replica: name, departure }: SleepReplica | StopReplica,
  nowMs: number,
): void {
  const record = tables.Replica.get(name);
  if (record === undefined) return;
  tables.forgetDeparture(record.departure);
  record.departure = departure;
  tables.expect(departure, { kind: "Replica", name });
  if (kind === "sleep-replica") record.devices = [];
  enter(tables, name, record, kind === "sleep-replica" ? "asleep" : "stopping", nowMs);
}

function newReplica(
  tables: Tables,
  place: {
    readonly name: string;
    readonly service: string;
    readonly node: string;
    readonly devices: readonly number[];
    readonly nowMs: number;
  },
): ReplicaRecord {
  const { name, service, node, devices, nowMs } = place;
  const owner = tables.ModelService.get(service);
  const number = name.slice(name.lastIndexOf("/") + 1);
  const record: ReplicaRecord = {
    uid: `${owner?.uid ?? service}.${owner?.incarnation ?? 1}.${number}`,
    version: 0,
    generation: 1,
    createdMs: nowMs,
    conditions: [],
    service,
    node,
    devices,
    stage: "starting",
    sinceMs: nowMs,
  };
  tables.Replica.set(name, record);
  return record;
}

function enter(
  tables: Tables,
  name: string,
  record: ReplicaRecord,
  stage: ReplicaRecord["stage"],
  nowMs: number,
): void {
  record.stage = stage;
  record.sinceMs = nowMs;
  tables.touch("Replica", name);
  touchService(tables, record.service);
}

function dropReplica(tables: Tables, name: string): void {
  const record = tables.Replica.get(name);
  if (record === undefined) return;
  tables.forgetDeparture(record.departure);
  touchService(tables, record.service);
  tables.remove("Replica", name);
}

function placed(tables: Tables, service: string): void {
  const record = touchService(tables, service);
  if (record !== undefined) dropCondition(record, "Scheduled");
}

function touchService(tables: Tables, name: string): ServiceRecord | undefined {
  const record = tables.ModelService.get(name);
  if (record !== undefined) tables.touch("ModelService", name);
  return record;
}
