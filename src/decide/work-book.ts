import type { Action } from "../model/action.ts";
import type { WorkEnded, WorkSubmitted } from "../model/event.ts";
import type { WorkId } from "../model/ids.ts";
import type { Random } from "../model/random.ts";
import type { CanNever, CannotNow, Refusal } from "../model/refusal.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import type { Ground } from "./ground.ts";
import { never, tooManyKinds } from "./refusals.ts";
import type { Renumber } from "./saved-classes.ts";
import { checkRequest } from "./validate.ts";

/** Work that was submitted and has not ended. Replaced, never changed, so that forks share it. */
export interface Work {
  readonly request: number;
  /** Row of its node, PENDING before it is placed. */
  readonly row: number;
  readonly devices: readonly number[];
}

export interface SavedWorks {
  /** In order of submission. */
  readonly works: readonly (Work & { readonly id: WorkId })[];
  readonly pending: readonly WorkId[];
}

const PENDING = -1;
const NO_DEVICES: readonly number[] = [];

/** Single pieces of work: each is placed once, in order of submission, and never moved (rule S4). */
export class WorkBook {
  readonly #ground: Ground;
  readonly works = new Map<WorkId, Work>();
  /** Pending work in order of submission (a Set keeps it). */
  readonly pending = new Set<WorkId>();
  /** Whether an empty node could hold the class, by class, for the nodes of `#reachAt`. */
  #reach: (boolean | undefined)[] = [];
  /** Layout version of the table. */
  #reachAt = -1;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Places what fits. */
  decide(random: Random, actions: Action[]): void {
    for (const work of this.pending) actions.push(this.#tryPlace(work, random));
  }

  save(renumber: Renumber): SavedWorks {
    const works = Array.from(this.works, ([id, work]) => ({ id, ...renumber(work) }));
    return { works, pending: [...this.pending] };
  }

  static restore(ground: Ground, { works, pending }: SavedWorks, renumber: Renumber): WorkBook {
    const book = new WorkBook(ground);
    for (const saved of works) {
      const { id, ...work } = renumber(saved);
      book.works.set(id, work);
      if (work.row !== PENDING) ground.take(work);
    }
    for (const id of pending) book.pending.add(id);
    return book;
  }

  /** Single pieces of work that lost their place are pending again, behind the others. */
  lose(row: number, device: number | undefined): void {
    for (const [id, work] of this.works) {
      if (work.row !== row || (device !== undefined && !work.devices.includes(device))) continue;
      this.#ground.release(work);
      this.works.set(id, { request: work.request, row: PENDING, devices: NO_DEVICES });
      this.pending.add(id);
    }
  }

  submit({ work, request }: WorkSubmitted): Result<undefined, Refusal> {
    if (this.works.has(work)) return never("duplicate-work", `work ${work} exists already`);
    const invalid = checkRequest(`work ${work}`, request);
    if (invalid !== undefined) return fail(invalid);
    const requestClass = this.#ground.model.classes.intern(request);
    if (requestClass === undefined) return tooManyKinds(`work ${work}`);
    this.works.set(work, { request: requestClass, row: PENDING, devices: NO_DEVICES });
    this.pending.add(work);
    return succeed(undefined);
  }

  end({ work }: WorkEnded): Result<undefined, Refusal> {
    const known = this.works.get(work);
    if (known === undefined) return never("unknown-work", `work ${work} is not known`);
    if (known.row === PENDING) this.pending.delete(work);
    else this.#ground.release(known);
    this.works.delete(work);
    return succeed(undefined);
  }

  #tryPlace(work: WorkId, random: Random): Action {
    const { request } = this.works.get(work)!;
    const { table, placer } = this.#ground;
    const row = placer.pickRow(request, random);
    if (row === -1) return { kind: "wait", work, refusal: this.#refusal(work, request) };
    const devices = placer.pickDevices(row, request, random);
    table.take(row, request, devices);
    this.works.set(work, { request, row, devices });
    this.pending.delete(work);
    return { kind: "place", work, node: table.ids[row], devices };
  }

  #refusal(work: WorkId, request: number): Refusal {
    const nodes = this.#ground.rowOf.size;
    if (this.#fitsEmptyNode(request)) {
      const message = `work ${work} fits on none of the ${nodes} nodes at the moment`;
      return { kind: "cannot-now", code: "no-room-now", message } satisfies CannotNow;
    }
    const message = `work ${work} would not fit on any of the ${nodes} nodes even if it were empty`;
    return { kind: "can-never", code: "larger-than-any-node", message } satisfies CanNever;
  }

  #fitsEmptyNode(request: number): boolean {
    const { layoutVersion } = this.#ground.table;
    if (this.#reachAt !== layoutVersion) this.#reach = [];
    this.#reachAt = layoutVersion;
    const known = this.#reach[request];
    if (known !== undefined) return known;
    let reach = false;
    for (const row of this.#ground.rowOf.values()) {
      if (this.#ground.table.fitsEmpty(row, request)) {
        reach = true;
        break;
      }
    }
    while (this.#reach.length <= request) this.#reach.push(undefined);
    this.#reach[request] = reach;
    return reach;
  }
}
