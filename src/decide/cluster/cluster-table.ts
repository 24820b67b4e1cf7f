import type { Amounts } from "../../model/amounts.ts";
import type { NodeId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import { ChangeLog } from "./change-log.ts";
import { grown } from "./grown.ts";
import { hasKind } from "./kind-table.ts";
import type { NodeStates } from "./node-states.ts";
import type { RequestClasses } from "./request-classes.ts";

/** Sorts of work that a node's history tells apart: share, and 1 … SORTS_MAX - 1 whole devices. */
const SORTS_MAX = 31;

const REMOVED = -1;

/** A node as a table row needs it; `kind` is an index of the KindTable. */
export interface NodeRow {
  readonly node: Node;
  readonly kind: number;
}

/**
 * Free capacity of every node as a struct of arrays, rows in node order (the order in which nodes
 * were added, which decides ties: rule P2).
 */
export class ClusterTable {
  readonly #states: NodeStates;
  readonly #classes: RequestClasses;
  readonly #keepsHistory: boolean;
  /** Rows, including those of removed nodes. */
  rows = 0;
  ids: NodeId[] = [];
  #shape = new Int32Array(64);
  /** What nothing asks for; below 0 where jobs have borrowed more than that. */
  cpuFree = new Int32Array(64);
  /** What jobs may borrow beyond it (rule A7). */
  #cpuLent = new Int32Array(64);
  memoryFree = new Int32Array(64);
  #set = new Int32Array(64);
  #emptySet = new Int32Array(64);
  #history = new Int32Array(64);
  /** Pieces of work on the row; REMOVED once the node has left. */
  #load = new Int32Array(64);
  /** 1 where nothing may be placed, by row. */
  #closed = new Int32Array(64);
  /** Places in `deviceMilli` of devices that failed. */
  #failed = new Set<number>();
  /** State in NodeStates, by row. */
  state = new Int32Array(64);
  /** Device `d` of row `r` has `deviceMilli[deviceStart[r] + d]` left. */
  deviceStart = new Int32Array(65);
  deviceMilli = new Int32Array(256);
  /** What changed, so that whoever remembers something about rows can catch up at leisure. */
  changes = new ChangeLog();
  /** Grows when a node comes, goes or loses a device: what fits an empty cluster may differ. */
  layoutVersion = 0;

  constructor(states: NodeStates, classes: RequestClasses, keepsHistory: boolean) {
    this.#states = states;
    this.#classes = classes;
    this.#keepsHistory = keepsHistory;
  }

  /** Appends a node and returns its row. The caller has validated it (rules M1 to M4). */
  add({ node, kind }: NodeRow): number {
    const row = this.rows;
    this.rows += 1;
    this.#grow();
    const start = this.deviceStart[row];
    const count = node.devices.length;
    this.deviceMilli = grown(this.deviceMilli, start + count);
    node.devices.forEach((device, index) => {
      this.deviceMilli[start + index] = device.milliFree;
    });
    this.deviceStart[row + 1] = start + count;
    this.ids.push(node.id);
    const deviceMemory = node.devices[0]?.memory ?? 0;
    this.#shape[row] = this.#states.internShape([kind, node.cpu, node.memory, count, deviceMemory]);
    this.cpuFree[row] = node.cpu;
    this.memoryFree[row] = node.memory;
    this.#set[row] = this.#states.sets.intern(this.deviceMilli, start, count);
    this.#emptySet[row] = this.#set[row];
    this.layoutVersion += 1;
    this.#changed(row);
    return row;
  }

  /** The row stays, holding nothing and fit for nothing, so that later rows keep their numbers. */
  remove(row: number): void {
    this.#load[row] = REMOVED;
    this.cpuFree[row] = REMOVED;
    this.#cpuLent[row] = 0;
    this.memoryFree[row] = REMOVED;
    this.layoutVersion += 1;
    this.#changed(row);
  }

  /** Nothing may be placed on the row any more, or again. */
  setClosed(row: number, isClosed: boolean): void {
    this.#closed[row] = isClosed ? 1 : 0;
    this.#changed(row);
  }

  /** Something that is not in the table has changed on the row: it is to be looked at again. */
  touch(row: number): void {
    this.#changed(row);
  }

  /** The row lends jobs so much CPU from now on. */
  setLent(row: number, cpu: number): void {
    this.#cpuLent[row] = cpu;
    this.#changed(row);
  }

  lent(row: number): number {
    return this.#cpuLent[row];
  }

  /** Milli-CPU of the row that work of the class may take; below 0 if others hold too much. O(1). */
  cpuFor(row: number, request: number): number {
    return this.cpuFree[row] + this.#classes.borrows[request] * this.#cpuLent[row];
  }

  isClosed(row: number): boolean {
    return this.#closed[row] !== 0;
  }

  /** CPU, memory and working devices of the row, were it empty. */
  capacityOf(row: number): Amounts {
    const shape = this.#shape[row];
    return {
      cpu: this.#states.shapeCpu[shape],
      memory: this.#states.shapeMemory[shape],
      gpuMilli: this.#states.sets.wholeFree[this.#emptySet[row]] * DEVICE_MILLI,
    };
  }

  /** True iff the row has a device of this index that did not fail. */
  hasDevice(row: number, device: number): boolean {
    const count = this.deviceStart[row + 1] - this.deviceStart[row];
    return (
      Number.isInteger(device) &&
      device >= 0 &&
      device < count &&
      !this.#failed.has(this.deviceStart[row] + device)
    );
  }

  /** Takes a device that nothing holds out of use for good. */
  failDevice(row: number, device: number): void {
    const place = this.deviceStart[row] + device;
    const milli = this.deviceMilli[place];
    this.#emptySet[row] = this.#states.sets.replace(this.#emptySet[row], milli, 0);
    this.#set[row] = this.#states.sets.replace(this.#set[row], milli, 0);
    this.deviceMilli[place] = 0;
    this.#failed.add(place);
    this.layoutVersion += 1;
    this.#changed(row);
  }

  isRemoved(row: number): boolean {
    return this.#load[row] === REMOVED;
  }

  load(row: number): number {
    return this.#load[row];
  }

  /** Device kind of the row, as an index of the KindTable. */
  kind(row: number): number {
    return this.#states.shapeKind[this.#shape[row]];
  }

  deviceSet(row: number): number {
    return this.#set[row];
  }

  /** True iff work of the class fits on the row now (rule P1). O(1). */
  fits(row: number, request: number): boolean {
    const classes = this.#classes;
    if (this.#closed[row] !== 0) return false;
    if (this.cpuFor(row, request) < classes.cpu[request]) return false;
    if (this.memoryFree[row] < classes.memory[request]) return false;
    const count = classes.count[request];
    if (count === 0) return true;
    return (
      this.#states.sets.fits(this.#set[row], count, classes.milli[request]) &&
      this.suits(row, request)
    );
  }

  /** True iff each of these devices of the row works and has the milli of the class left. */
  areFree(row: number, request: number, devices: readonly number[]): boolean {
    const start = this.deviceStart[row];
    const milli = this.#classes.milli[request];
    return devices.every((device) => this.deviceMilli[start + device] >= milli);
  }

  /** True iff work of the class would fit on the row if nothing else ran there. O(devices). */
  fitsEmpty(row: number, request: number): boolean {
    const shape = this.#shape[row];
    const classes = this.#classes;
    if (this.#states.shapeCpu[shape] < classes.cpu[request]) return false;
    if (this.#states.shapeMemory[shape] < classes.memory[request]) return false;
    const count = classes.count[request];
    if (count === 0) return true;
    if (!this.suits(row, request)) return false;
    return this.#states.sets.fits(this.#emptySet[row], count, classes.milli[request]);
  }

  /** True iff the row's devices are of a kind and memory size that the class accepts. */
  suits(row: number, request: number): boolean {
    const shape = this.#shape[row];
    return (
      hasKind(this.#classes.kinds[request], this.#states.shapeKind[shape]) &&
      this.#states.shapeDeviceMemory[shape] >= this.#classes.deviceMemory[request]
    );
  }

  /** Milli that each working device of the row would have if nothing ran there, descending. */
  emptyMilli(row: number): number[] {
    const { sets } = this.#states;
    const set = this.#emptySet[row];
    return Array.from({ length: sets.count(set) }, (_, rank) => sets.at(set, rank));
  }

  /** Members of the class that the row would hold at most if nothing else ran there. O(devices). */
  emptyRoomFor(row: number, request: number): number {
    const shape = this.#shape[row];
    const { shapeCpu, shapeMemory } = this.#states;
    const room = this.#bulkFor(request, shapeCpu[shape], shapeMemory[shape]);
    return Math.min(room, this.#devicesFor(row, this.#emptySet[row], request));
  }

  /** Members of the class that fit on the row now, at most. O(devices). */
  roomFor(row: number, request: number): number {
    if (this.#closed[row] !== 0 || this.#load[row] === REMOVED) return 0;
    const room = this.#bulkFor(request, this.cpuFor(row, request), this.memoryFree[row]);
    return room === 0 ? 0 : Math.min(room, this.#devicesFor(row, this.#set[row], request));
  }

  /** Milli missing at least on the row's devices for one member of the class. O(devices asked for). */
  milliMissing(row: number, request: number): number {
    const count = this.#classes.count[request];
    if (count === 0) return 0;
    const milli = this.#classes.milli[request];
    const { sets } = this.#states;
    const set = this.#set[row];
    const devices = sets.count(set);
    let missing = 0;
    for (let rank = Math.max(0, devices - count); rank < devices; rank += 1) {
      missing += Math.max(0, milli - sets.at(set, rank));
    }
    return missing;
  }

  /** Takes the room of the class on the row and these devices, all of which fit. */
  take(row: number, request: number, devices: readonly number[]): void {
    const classes = this.#classes;
    this.cpuFree[row] = this.cpuFree[row] - classes.cpu[request];
    this.memoryFree[row] = this.memoryFree[row] - classes.memory[request];
    this.#moveDevices(row, devices, -classes.milli[request]);
    this.#load[row] = this.#load[row] + 1;
    if (this.#keepsHistory) {
      this.#history[row] = this.#history[row] | sortBit(classes, request);
    }
    this.#changed(row);
  }

  /** Gives back what `take` took. */
  release(row: number, request: number, devices: readonly number[]): void {
    const classes = this.#classes;
    this.cpuFree[row] = this.cpuFree[row] + classes.cpu[request];
    this.memoryFree[row] = this.memoryFree[row] + classes.memory[request];
    this.#moveDevices(row, devices, classes.milli[request]);
    this.#load[row] = this.#load[row] - 1;
    this.#changed(row);
  }

  /** Devices of the row that failed, ascending. */
  failedOn(row: number): number[] {
    const start = this.deviceStart[row];
    const places = [...this.#failed].filter(
      (place) => place >= start && place < this.deviceStart[row + 1],
    );
    return places.map((place) => place - start).toSorted((left, right) => left - right);
  }

  /** Bits of the sorts of work ever placed on the row (rule P12); 0 unless the policy asks. */
  history(row: number): number {
    return this.#history[row];
  }

  /** Work of these sorts was placed on the row before. */
  addHistory(row: number, sorts: number): void {
    this.#history[row] = this.#history[row] | sorts;
    this.#changed(row);
  }

  /** The row's content in integers that mean the same in every process. */
  *content(row: number): Generator<number> {
    const shape = this.#shape[row];
    yield this.#states.shapeCpu[shape];
    yield this.#states.shapeMemory[shape];
    yield this.cpuFree[row];
    yield this.#cpuLent[row];
    yield this.memoryFree[row];
    yield this.#states.shapeDeviceMemory[shape];
    yield this.#load[row];
    yield this.#closed[row];
    yield this.#history[row];
    const { sets } = this.#states;
    const empty = this.#emptySet[row];
    for (let rank = 0; rank < sets.count(empty); rank += 1) yield sets.at(empty, rank);
    const end = this.deviceStart[row + 1];
    for (let device = this.deviceStart[row]; device < end; device += 1) {
      yield this.deviceMilli[device];
    }
  }

  /** Members for which there is CPU and memory: Infinity if they need none. */
  #bulkFor(request: number, cpu: number, memory: number): number {
    const classes = this.#classes;
    let room = Number.POSITIVE_INFINITY;
    if (classes.cpu[request] > 0) room = Math.floor(cpu / classes.cpu[request]);
    if (classes.memory[request] > 0) {
      room = Math.min(room, Math.floor(memory / classes.memory[request]));
    }
    return Math.max(0, room);
  }

  /** Members for which the row has devices with this much left on them: Infinity if they need none. */
  #devicesFor(row: number, set: number, request: number): number {
    const classes = this.#classes;
    const count = classes.count[request];
    if (count === 0) return Number.POSITIVE_INFINITY;
    const milli = classes.milli[request];
    const { sets } = this.#states;
    if (!this.suits(row, request) || !sets.fits(set, count, milli)) return 0;
    let pieces = 0;
    for (let rank = 0; rank < sets.count(set); rank += 1) {
      pieces += Math.floor(sets.at(set, rank) / milli);
    }
    return Math.floor(pieces / count);
  }

  #moveDevices(row: number, devices: readonly number[], change: number): void {
    const start = this.deviceStart[row];
    for (const device of devices) {
      const from = this.deviceMilli[start + device];
      this.deviceMilli[start + device] = from + change;
      this.#set[row] = this.#states.sets.replace(this.#set[row], from, from + change);
    }
  }

  #changed(row: number): void {
    this.state[row] = this.#states.intern([
      this.#shape[row],
      Math.max(0, this.cpuFree[row] + this.#cpuLent[row]),
      this.memoryFree[row],
      this.#set[row],
      this.#history[row],
    ]);
    this.changes.add(row);
  }

  #grow(): void {
    const rows = this.rows;
    if (rows <= this.cpuFree.length) return;
    this.#shape = grown(this.#shape, rows);
    this.cpuFree = grown(this.cpuFree, rows);
    this.#cpuLent = grown(this.#cpuLent, rows);
    this.memoryFree = grown(this.memoryFree, rows);
    this.#set = grown(this.#set, rows);
    this.#emptySet = grown(this.#emptySet, rows);
    this.#history = grown(this.#history, rows);
    this.#load = grown(this.#load, rows);
    this.#closed = grown(this.#closed, rows);
    this.state = grown(this.state, rows);
    this.deviceStart = grown(this.deviceStart, this.cpuFree.length + 1);
    this.changes.grow(this.cpuFree.length);
  }
}

/** Bit 0: a share of a device; bit k: k whole devices; 0: no device. */
export function sortBit(classes: RequestClasses, request: number): number {
  const count = classes.count[request];
  if (count === 0) return 0;
  return classes.isShare(request) ? 1 : 1 << Math.min(count, SORTS_MAX - 1);
}
