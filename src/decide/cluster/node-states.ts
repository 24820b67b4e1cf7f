import { DeviceSets } from "./device-sets.ts";
import { grown } from "./grown.ts";
import { TupleTable } from "./tuple-table.ts";

const SHAPE_FIELDS = 5;
const STATE_FIELDS = 5;

/**
 * States of nodes by equality. Two nodes in one state score the same for every class, which is what
 * makes scores worth remembering. Memory left is in the state; who holds which device is not.
 */
export class NodeStates {
  readonly sets = new DeviceSets();
  readonly #shapes = new TupleTable();
  readonly #states = new TupleTable();
  readonly #tuple = new Int32Array(STATE_FIELDS);
  /** Device kind (index in a KindTable, or NO_KIND), by shape. */
  shapeKind = new Int32Array(16);
  /** Milli-CPU of an empty node, by shape. */
  shapeCpu = new Int32Array(16);
  /** MiB of an empty node, by shape. */
  shapeMemory = new Int32Array(16);
  /** Devices, by shape. */
  shapeDevices = new Int32Array(16);
  /** MiB of each device, by shape. */
  shapeDeviceMemory = new Int32Array(16);
  /** Shape of the node, by state. */
  shape = new Int32Array(64);
  /** Milli-CPU left, by state. */
  cpuFree = new Int32Array(64);
  /** MiB left, by state. */
  memoryFree = new Int32Array(64);
  /** Device set, by state. */
  set = new Int32Array(64);
  /** Bits of the sorts of work ever placed (rule P12), by state; 0 unless the policy asks. */
  history = new Int32Array(64);

  get size(): number {
    return this.#states.size;
  }

  get shapes(): number {
    return this.#shapes.size;
  }

  /** Id of the shape: device kind, milli-CPU, MiB, devices and MiB of each device. */
  internShape(shapeOf: readonly [number, number, number, number, number]): number {
    const [kind, cpu, memory, devices, deviceMemory] = shapeOf;
    const shape = this.#shapes.intern([...shapeOf], SHAPE_FIELDS);
    this.shapeKind = grown(this.shapeKind, shape + 1);
    this.shapeCpu = grown(this.shapeCpu, shape + 1);
    this.shapeMemory = grown(this.shapeMemory, shape + 1);
    this.shapeDevices = grown(this.shapeDevices, shape + 1);
    this.shapeKind[shape] = kind;
    this.shapeCpu[shape] = cpu;
    this.shapeMemory[shape] = memory;
    this.shapeDeviceMemory = grown(this.shapeDeviceMemory, shape + 1);
    this.shapeDevices[shape] = devices;
    this.shapeDeviceMemory[shape] = deviceMemory;
    return shape;
  }

  /** Id of the state [shape, cpuFree, memoryFree, set, history]. */
  intern(state: readonly [number, number, number, number, number]): number {
    for (let field = 0; field < STATE_FIELDS; field += 1) this.#tuple[field] = state[field];
    const id = this.#states.intern(this.#tuple, STATE_FIELDS);
    if (id >= this.shape.length) this.#grow(id + 1);
    this.shape[id] = state[0];
    this.cpuFree[id] = state[1];
    this.memoryFree[id] = state[2];
    this.set[id] = state[3];
    this.history[id] = state[4];
    return id;
  }

  #grow(length: number): void {
    this.shape = grown(this.shape, length);
    this.cpuFree = grown(this.cpuFree, length);
    this.memoryFree = grown(this.memoryFree, length);
    this.set = grown(this.set, length);
    this.history = grown(this.history, length);
  }
}
