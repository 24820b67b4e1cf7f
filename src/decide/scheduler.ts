import type { WorkAction as Action } from "../model/action.ts";
import type { Event, NodeAdded, NodeRemoved, WorkEnded, WorkSubmitted } from "../model/event.ts";
import type { NodeId, WorkId } from "../model/ids.ts";
import type { Random } from "../model/random.ts";
import type { CanNever, CannotNow, Refusal, RefusalCode } from "../model/refusal.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import type { Milliseconds } from "../model/units.ts";
import { ClusterTable } from "./cluster/cluster-table.ts";
import { ANY_KIND, DEVICE_KINDS_MAX, hasKind, NO_KIND } from "./cluster/kind-table.ts";
import { Digest } from "./hash.ts";
import type { PlacementModel } from "./placement/placement-model.ts";
import { Placer } from "./placement/placer.ts";
import { checkNode, checkRequest } from "./validate.ts";

/** Work that was submitted and has not ended. Replaced, never changed, so that forks share it. */
interface Work {
  readonly request: number;
  /** Row of its node, PENDING before it is placed. */
  readonly row: number;
  readonly devices: readonly number[];
}

const PENDING = -1;
const NO_DEVICES: readonly number[] = [];

/**
 * The state machine. Events in (`apply`), actions out (`decide`); the same events, times and random
 * numbers give the same actions and the same `hash` in every process.
 *
 *     apply(node-added) ──────► cluster table ◄────── apply(work-ended)
 *     apply(work-submitted) ──► pending, in order ──► decide ──► place | wait
 */
export class Scheduler {
  readonly #model: PlacementModel;
  #table: ClusterTable;
  #placer: Placer;
  #rowOf = new Map<NodeId, number>();
  #works = new Map<WorkId, Work>();
  /** Pending work in order of submission (a Set keeps it). */
  #pending = new Set<WorkId>();
  /** Whether an empty node could hold the class, by class, for the nodes of `#reachRows`. */
  #reach: (boolean | undefined)[] = [];

  constructor(model: PlacementModel) {
    this.#model = model;
    const { states, classes, policy } = model;
    this.#table = new ClusterTable(states, classes, policy.readsHistory);
    this.#placer = new Placer(model, this.#table);
  }

  get nodeCount(): number {
    return this.#rowOf.size;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Takes an event in. A refused event changes nothing (rule S2). */
  apply(event: Event): Result<undefined, Refusal> {
    switch (event.kind) {
      case "node-added":
        return this.#addNode(event);
      case "node-removed":
        return this.#removeNode(event);
      case "work-submitted":
        return this.#submit(event);
      case "work-ended":
        return this.#end(event);
      default:
        throw new Error(`${event.kind} is not taken in yet`);
    }
  }

  /**
   * Tries each piece of pending work once, in order of submission (rule S4). Room that a `place`
   * needs is taken before it is returned. `nowMs` orders decisions for the caller; no rule of
   * placement reads it.
   */
  decide(_nowMs: Milliseconds, random: Random): Action[] {
    const actions: Action[] = [];
    for (const work of this.#pending) actions.push(this.#tryPlace(work, random));
    return actions;
  }

  /** A copy that goes its own way; neither sees what happens to the other (rule S6). */
  fork(): Scheduler {
    const copy = new Scheduler(this.#model);
    copy.#table = this.#table.fork();
    copy.#placer = new Placer(this.#model, copy.#table);
    copy.#rowOf = new Map(this.#rowOf);
    copy.#works = new Map(this.#works);
    copy.#pending = new Set(this.#pending);
    copy.#reach = [...this.#reach];
    return copy;
  }

  /**
   * GPU milli free in the cluster, and how much of it typical work could not use (rule P7): the sum
   * of F over nodes. O(nodes).
   */
  fragmentation(): { readonly milliFree: number; readonly milliFragmented: number } {
    const table = this.#table;
    const { states, fragmentation } = this.#model;
    let milliFree = 0;
    let milliFragmented = 0;
    for (const row of this.#rowOf.values()) {
      const set = table.deviceSet(row);
      milliFree += states.sets.milliFree[set];
      milliFragmented += fragmentation.of(table.kind(row), table.cpuFree[row], set);
    }
    return { milliFree, milliFragmented };
  }

  /** Digest of the state: equal for equal states, in every process (rule S5). O(nodes + work). */
  hash(): string {
    const digest = new Digest();
    digest.text(this.#model.policy.name);
    digest.integer(this.#rowOf.size);
    for (const [id, row] of this.#rowOf) {
      digest.text(id);
      const kind = this.#table.kind(row);
      digest.text(kind === NO_KIND ? "" : this.#model.kinds.names[kind]);
      digest.integers([...this.#table.content(row)]);
    }
    digest.integer(this.#pending.size);
    for (const id of this.#pending) digest.text(id);
    const works = [...this.#works].toSorted(([left], [right]) => (left < right ? -1 : 1));
    for (const [id, work] of works) this.#digestWork(digest, id, work);
    return digest.hex();
  }

  #digestWork(digest: Digest, id: WorkId, work: Work): void {
    const { classes, kinds } = this.#model;
    digest.text(id);
    digest.text(work.row === PENDING ? "" : this.#table.ids[work.row]);
    digest.integers(work.devices);
    const { request } = work;
    digest.integer(classes.cpu[request]);
    digest.integer(classes.memory[request]);
    digest.integer(classes.count[request]);
    digest.integer(classes.milli[request]);
    const mask = classes.kinds[request];
    const names = mask === ANY_KIND ? [] : kinds.names.filter((_, kind) => hasKind(mask, kind));
    digest.integer(names.length);
    for (const name of names.toSorted()) digest.text(name);
  }

  #addNode({ node }: NodeAdded): Result<undefined, Refusal> {
    if (this.#rowOf.has(node.id)) return never("duplicate-node", `node ${node.id} exists already`);
    const invalid = checkNode(node);
    if (invalid !== undefined) return fail(invalid);
    const first = node.devices[0];
    const kind = first === undefined ? NO_KIND : this.#model.kinds.intern(first.kind);
    if (kind === undefined) return tooManyKinds(`node ${node.id}`);
    this.#rowOf.set(node.id, this.#table.add({ node, kind }));
    this.#reach = [];
    return succeed(undefined);
  }

  #removeNode({ node }: NodeRemoved): Result<undefined, Refusal> {
    const row = this.#rowOf.get(node);
    if (row === undefined) return never("unknown-node", `node ${node} is not in the cluster`);
    const load = this.#table.load(row);
    if (load > 0) {
      const message = `node ${node} still runs ${load} pieces of work`;
      return fail({ kind: "cannot-now", code: "node-not-empty", message });
    }
    this.#table.remove(row);
    this.#rowOf.delete(node);
    this.#reach = [];
    return succeed(undefined);
  }

  #submit({ work, request }: WorkSubmitted): Result<undefined, Refusal> {
    if (this.#works.has(work)) return never("duplicate-work", `work ${work} exists already`);
    const invalid = checkRequest(`work ${work}`, request);
    if (invalid !== undefined) return fail(invalid);
    const requestClass = this.#model.classes.intern(request);
    if (requestClass === undefined) return tooManyKinds(`work ${work}`);
    this.#works.set(work, { request: requestClass, row: PENDING, devices: NO_DEVICES });
    this.#pending.add(work);
    return succeed(undefined);
  }

  #end({ work }: WorkEnded): Result<undefined, Refusal> {
    const known = this.#works.get(work);
    if (known === undefined) return never("unknown-work", `work ${work} is not known`);
    if (known.row === PENDING) this.#pending.delete(work);
    else this.#table.release(known.row, known.request, known.devices);
    this.#works.delete(work);
    return succeed(undefined);
  }

  #tryPlace(work: WorkId, random: Random): Action {
    const { request } = this.#works.get(work)!;
    const row = this.#placer.pickRow(request, random);
    if (row === -1) return { kind: "wait", work, refusal: this.#refusal(work, request) };
    const devices = this.#placer.pickDevices(row, request, random);
    this.#table.take(row, request, devices);
    this.#works.set(work, { request, row, devices });
    this.#pending.delete(work);
    return { kind: "place", work, node: this.#table.ids[row], devices };
  }

  #refusal(work: WorkId, request: number): Refusal {
    const nodes = this.#rowOf.size;
    if (this.#fitsEmptyNode(request)) {
      const message = `work ${work} fits on none of the ${nodes} nodes at the moment`;
      return { kind: "cannot-now", code: "no-room-now", message } satisfies CannotNow;
    }
    const message = `work ${work} would not fit on any of the ${nodes} nodes even if it were empty`;
    return { kind: "can-never", code: "larger-than-any-node", message } satisfies CanNever;
  }

  #fitsEmptyNode(request: number): boolean {
    const known = this.#reach[request];
    if (known !== undefined) return known;
    let reach = false;
    for (const row of this.#rowOf.values()) {
      if (this.#table.fitsEmpty(row, request)) {
        reach = true;
        break;
      }
    }
    while (this.#reach.length <= request) this.#reach.push(undefined);
    this.#reach[request] = reach;
    return reach;
  }
}

function never(code: RefusalCode, message: string): Result<never, CanNever> {
  return fail({ kind: "can-never", code, message });
}

function tooManyKinds(who: string): Result<never, CanNever> {
  return never(
    "too-many-device-kinds",
    `${who} would bring the device kinds above ${DEVICE_KINDS_MAX}`,
  );
}
