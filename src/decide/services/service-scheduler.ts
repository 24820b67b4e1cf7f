import { counted } from "../../model/counted.ts";
import type { LeaveReason } from "../../model/action.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { Holding } from "../departures.ts";
import type { Ground } from "../ground.ts";
import type { JobBook } from "../jobs/job-book.ts";
import type { Deciding } from "../jobs/job-scheduler.ts";
import { makeRoomForReplica } from "../jobs/victim-search.ts";
import type { ReplicaRecord, ServiceBook, ServiceRecord } from "./service-book.ts";

/** What services decide with: their own book, and the jobs that give way. */
export interface ServiceDeciding extends Deciding {
  readonly services: ServiceBook;
  readonly jobs: JobBook;
}

/** One pass over all services, in order of their making: up at once, down damped (A1 to A5). */
export function decideServices(deciding: ServiceDeciding): void {
  const { services } = deciding.services;
  for (const [id, record] of services) {
    decideService(record, deciding);
    if (record.isRemoved && record.replicas.size === 0) services.delete(id);
  }
}

function decideService(record: ServiceRecord, deciding: ServiceDeciding): void {
  const { ground } = deciding.services;
  const up: ReplicaRecord[] = [];
  const leavingNodes: ReplicaRecord[] = [];
  let loaded = 0;
  for (const replica of record.replicas.values()) {
    if (replica.state === "leaving") continue;
    const isDrained = ground.drained.has(replica.holding.row);
    if (isDrained) leavingNodes.push(replica);
    else loaded += 1;
    if (replica.state !== "asleep" && !isDrained) up.push(replica);
  }
  const coming = up.filter(({ state }) => state === "coming").length;
  const there = { up: up.length, coming };
  const target = record.isRemoved ? 0 : record.demand.target(deciding.nowMs, there);
  let missing = target - up.length;
  while (missing > 0 && bringUp(record, deciding)) missing -= 1;
  if (missing > 0) tellWaiting(record, target, deciding);
  else record.waitCode = undefined;
  retireExcess(record, up, target, deciding);
  const awake = up.filter(({ state }) => state === "awake").length;
  for (const replica of leavingNodes) {
    if (replica.state === "asleep" || awake >= target) stop(replica, "drained", deciding);
  }
  if (!record.isRemoved) preload(record, loaded, deciding);
  else for (const replica of record.replicas.values()) retireRemoved(replica, deciding);
  record.coming = 0;
  for (const { state } of record.replicas.values()) if (state === "coming") record.coming += 1;
}

/** Brings one more replica up, the fastest way first (rule A4). */
function bringUp(record: ServiceRecord, deciding: ServiceDeciding): boolean {
  const { ground } = deciding.services;
  const sleepers = [...record.replicas.values()].filter(
    ({ state, departure, holding }) =>
      state === "asleep" && departure === undefined && !ground.drained.has(holding.row),
  );
  if (wakeOneOf(record, sleepers, deciding)) return true;
  const row = ground.placer.pickRow(record.request, deciding.random);
  if (row !== -1) {
    start(record, take(record, row, deciding), deciding.nowMs, deciding);
    return true;
  }
  const order = { service: record.service.id, deciding };
  const room = makeRoomForReplica(deciding.jobs, record.request, undefined, order);
  if (room === undefined) return false;
  start(record, { ...room, request: record.request }, deciding.nowMs, deciding);
  return true;
}

/** Wakes the first of the sleepers that fits, or one that fits once jobs have left (rule A4). */
function wakeOneOf(
  record: ServiceRecord,
  sleepers: readonly ReplicaRecord[],
  deciding: ServiceDeciding,
): boolean {
  const { ground } = deciding.services;
  const { request } = record;
  if (sleepers.length === 0) return false;
  const onRow = new Map<number, ReplicaRecord>();
  for (const replica of sleepers.toReversed()) onRow.set(replica.holding.row, replica);
  const rows = [...onRow.keys()].reverse();
  // What a sleeper holds is there for its own waking, as far as it needs it.
  const loans = rows.map((row) => ({ row, request: loanOf(onRow.get(row)!, ground) }));
  for (const { row, request: loan } of loans) {
    ground.table.release(row, loan, []);
    ground.lent.set(row, ground.model.classes.memory[loan]);
  }
  const free = rows.find((row) => ground.table.fits(row, request));
  const order = { service: record.service.id, deciding };
  const room =
    free === undefined
      ? makeRoomForReplica(deciding.jobs, request, rows, order)
      : take(record, free, deciding);
  const takeBack = () => {
    for (const { row, request: loan } of loans) ground.table.take(row, loan, []);
    ground.lent.clear();
  };
  if (room === undefined) {
    takeBack();
    return false;
  }
  const replica = onRow.get(room.row)!;
  const asleep = replica.holding;
  deciding.services.wake(replica, { ...room, request }, deciding.nowMs);
  takeBack();
  tellWake(replica, asleep, deciding);
  return true;
}

/** Class of the host memory that the sleeper holds, as far as it needs it when it wakes. */
function loanOf({ holding, service }: ReplicaRecord, ground: Ground): number {
  const { memory } = ground.model.classes;
  return ground.hostMemoryClass(Math.min(memory[holding.request], memory[service.request]));
}

function take(record: ServiceRecord, row: number, deciding: ServiceDeciding): Holding {
  const { ground } = deciding.services;
  const { request } = record;
  const devices = ground.placer.pickDevices(row, request, deciding.random);
  const holding = { row, request, devices };
  ground.take(holding);
  return holding;
}

function tellWake(replica: ReplicaRecord, asleep: Holding, deciding: ServiceDeciding): void {
  const { id, service, holding } = replica;
  const after = deciding.services.ground.blockersOf([holding]);
  deciding.services.keepUntil(replica, asleep, after);
  deciding.actions.push({
    kind: "wake-replica",
    service: service.service.id,
    replica: id,
    devices: holding.devices,
    after,
  });
}

/** Starts a replica where its room is taken; `orderedMs` if requests need it. */
function start(
  record: ServiceRecord,
  holding: Holding,
  orderedMs: number | undefined,
  { services, actions }: ServiceDeciding,
): void {
  const replica = services.add(record, holding, orderedMs);
  actions.push({
    kind: "start-replica",
    service: record.service.id,
    replica: replica.id,
    node: services.ground.table.ids[holding.row],
    devices: holding.devices,
    after: services.ground.blockersOf([holding]),
  });
}

/** Negative iff `left` is retired first: those that serve nothing, then the highest numbers. */
function compareRetiring(left: ReplicaRecord, right: ReplicaRecord): number {
  return Number(right.isIdle) - Number(left.isIdle) || right.number - left.number;
}

/** Those awake beyond the target go to sleep, or stop (rule A3); those that are coming do not count. */
function retireExcess(
  record: ServiceRecord,
  up: readonly ReplicaRecord[],
  target: number,
  deciding: ServiceDeciding,
): void {
  const awake = up.filter(({ state }) => state === "awake");
  const excess = Math.max(0, awake.length - target);
  const retired = awake.toSorted(compareRetiring).slice(0, excess);
  for (const replica of retired) {
    if (canSleep(record, replica, deciding)) sleep(replica, deciding);
    else stop(replica, "idle", deciding);
  }
}

/**
 * Whether the host has room for the weights once the replica's own memory is free. It does not wait
 * for what others still hold while they leave.
 */
function canSleep(
  { service, request }: ServiceRecord,
  { holding }: ReplicaRecord,
  { services }: ServiceDeciding,
): boolean {
  if (service.sleep === undefined) return false;
  const { ground } = services;
  const { row } = holding;
  const more = service.sleep.hostMemory - ground.model.classes.memory[request];
  return more <= 0 || more + ground.memoryHeldOn(row) <= ground.table.memoryFree[row];
}

function sleep(replica: ReplicaRecord, { services, actions }: ServiceDeciding): void {
  const departure = services.sleep(replica);
  const service = replica.service.service.id;
  actions.push({ kind: "sleep-replica", service, replica: replica.id, departure });
}

function stop(
  replica: ReplicaRecord,
  code: LeaveReason["code"],
  { services, actions }: ServiceDeciding,
): void {
  const departure = services.stop(replica);
  const service = replica.service.service.id;
  const reason = { code, for: "" };
  actions.push({ kind: "stop-replica", service, replica: replica.id, departure, reason });
}

function retireRemoved(replica: ReplicaRecord, deciding: ServiceDeciding): void {
  if (replica.state === "leaving") return;
  stop(replica, "removed", deciding);
}

/**
 * Loads replicas up to the standby where room is free, on each node as many as could be awake there
 * together: nobody has to leave for them (rule A5). O(nodes), and only after room appeared.
 */
function preload(record: ServiceRecord, loaded: number, deciding: ServiceDeciding): void {
  const { ground } = deciding.services;
  const { table, roomVersion } = ground;
  const hostMemory = record.service.sleep?.hostMemory ?? 0;
  const memory = ground.model.classes.memory[record.request];
  const standby = record.service.sleep?.standby ?? 0;
  if (loaded >= standby || record.preloadedAt === roomVersion) return;
  const onRow = new Map<number, number>();
  for (const { holding } of record.replicas.values()) {
    onRow.set(holding.row, (onRow.get(holding.row) ?? 0) + 1);
  }
  // What could not go to sleep afterwards would be loaded again and again.
  const isGood = (row: number) =>
    table.fits(row, record.request) &&
    (hostMemory <= memory || hostMemory + ground.memoryHeldOn(row) <= table.memoryFree[row]);
  let missing = standby - loaded;
  for (let row = 0; row < table.rows && missing > 0; row += 1) {
    let room = isGood(row) ? table.emptyRoomFor(row, record.request) : 0;
    room -= onRow.get(row) ?? 0;
    while (missing > 0 && room > 0 && isGood(row)) {
      start(record, take(record, row, deciding), undefined, deciding);
      missing -= 1;
      room -= 1;
    }
  }
  record.preloadedAt = roomVersion;
}

function tellWaiting(record: ServiceRecord, target: number, deciding: ServiceDeciding): void {
  if (record.waitCode === "no-room-now") return;
  record.waitCode = "no-room-now";
  const { id } = record.service;
  const message = `service ${id} needs ${counted(target, "awake replica")}, and no node has room for one more`;
  const refusal: Refusal = { kind: "cannot-now", code: "no-room-now", message };
  deciding.actions.push({ kind: "service-waits", service: id, refusal });
}
