import type { ServiceEvent } from "../../model/event.ts";
import type { ReplicaId, ServiceId } from "../../model/ids.ts";
import type { Refusal } from "../../model/refusal.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { ModelService } from "../../model/service.ts";
import { unreachable } from "../../model/unreachable.ts";
import { never } from "../refusals.ts";
import { checkService } from "./check-service.ts";
import type { ServiceBook, ServiceRecord } from "./service-book.ts";

type Outcome = Result<undefined, Refusal>;

/** Takes an event about a service or a replica in. */
export function applyServiceEvent(book: ServiceBook, event: ServiceEvent, nowMs: number): Outcome {
  switch (event.kind) {
    case "service-set":
      return set(book, event.service);
    case "service-removed": {
      const record = book.services.get(event.service);
      if (record === undefined || record.isRemoved) return unknownService(event.service);
      record.isRemoved = true;
      return succeed(undefined);
    }
    case "service-observed": {
      const record = book.services.get(event.service);
      if (record === undefined || record.isRemoved) return unknownService(event.service);
      const { requests } = event;
      if (!record.demand.canBe(requests)) {
        const { arrived, begun, ended } = requests;
        const counts = `${arrived} requests arrived, ${begun} begun, ${ended} ended`;
        return never("invalid-service", `service ${event.service} cannot have ${counts}`);
      }
      record.demand.observe(nowMs, requests);
      markIdle(record, event.idle ?? []);
      return succeed(undefined);
    }
    case "replica-ready": {
      const replica = book.replicas.get(event.replica);
      if (replica?.state !== "coming") return unknownReplica(event.replica);
      book.ready(replica);
      if (replica.orderedMs !== undefined) {
        replica.service.demand.cameUp(nowMs - replica.orderedMs);
      }
      return succeed(undefined);
    }
    case "replica-gone": {
      const replica = book.replicas.get(event.replica);
      if (replica === undefined || replica.state === "leaving")
        return unknownReplica(event.replica);
      book.drop(replica);
      return succeed(undefined);
    }
    default:
      return unreachable(event);
  }
}

/** Names of others are of replicas that have gone meanwhile. */
function markIdle(record: ServiceRecord, idle: readonly ReplicaId[]): void {
  for (const replica of record.replicas.values()) replica.isIdle = false;
  const named = new Set(idle);
  if (named.size === 0) return;
  for (const replica of record.replicas.values()) replica.isIdle = named.has(replica.id);
}

/** Replicas on a row, or on one device of it, have vanished. */
export function loseReplicas(book: ServiceBook, row: number, device: number | undefined): void {
  for (const replica of book.replicas.values()) {
    const { holding } = replica;
    if (holding.row !== row || replica.state === "leaving") continue;
    if (device === undefined || holding.devices.includes(device)) book.drop(replica);
  }
}

function set(book: ServiceBook, service: ModelService): Outcome {
  const invalid = checkService(service);
  if (invalid !== undefined) return fail(invalid);
  const request = book.ground.model.classes.intern(service.request);
  if (request === undefined) {
    const message = `service ${service.id} names more device kinds than are told apart`;
    return never("too-many-device-kinds", message);
  }
  const known = book.services.get(service.id);
  if (known !== undefined && (known.request !== request || known.isRemoved)) {
    const message = `service ${service.id} has replicas that hold something else`;
    return never("service-changed", message);
  }
  book.set(service, request);
  return succeed(undefined);
}

function unknownService(service: ServiceId): Outcome {
  return never("unknown-service", `service ${service} is not known`);
}

function unknownReplica(replica: ReplicaId): Outcome {
  return never("unknown-replica", `replica ${replica} is not known, or cannot do this now`);
}
