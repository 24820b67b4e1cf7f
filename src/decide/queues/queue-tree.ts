import { type Amounts, RESOURCES } from "../../model/amounts.ts";
import type { QueueId } from "../../model/ids.ts";
import type { Queue } from "../../model/queue.ts";
import type { Refusal } from "../../model/refusal.ts";
import { type Result, succeed } from "../../model/result.ts";
import { grown, grownFloats } from "../cluster/grown.ts";
import { type Claim, fairShares, NO_PARENT } from "./fair-shares.ts";
import { QueueRows } from "./queue-rows.ts";
import { resourcesOf } from "./resource-bits.ts";

const WIDTH = RESOURCES.length;
/** What a sum may be off by rounding; amounts in use are integers, so real differences are larger. */
const SLACK = 1e-3;

/**
 * The book of queues: who may hold how much, what each holds and asks for, whose turn it is.
 *
 * A queue is a row, from `set` to `remove`. Vectors have the resources in the order of RESOURCES:
 * resource `r` of a row is at `row × 3 + r`. A queue's books include those of the queues below it.
 */
export class QueueTree {
  readonly #rows = new QueueRows();
  #guaranteed = new Float64Array(0);
  /** Infinity for none. */
  #limits = new Float64Array(0);
  #usage = new Float64Array(0);
  /** Of the usage: what elastic jobs hold beyond their minimum. */
  #spare = new Float64Array(0);
  #demand = new Float64Array(0);
  /** What each row deserved when it was last asked for, unless a change made it stale. */
  #deserved = new Float64Array(0);
  readonly #deservedOf = new Float64Array(WIDTH);
  #isStale = true;
  /** Grows with every change but in the number of jobs. */
  #version = 0;
  /** Used within `pickLeaf`: whether there is a candidate below, by row. */
  #marks = new Int32Array(0);

  /** Row of the queue, the same until it is removed; undefined if there is none. */
  indexOf(id: QueueId): number | undefined {
    return this.#rows.indexOf(id);
  }

  queueAt(row: number): Queue {
    return this.#rows.queues[row];
  }

  /** Grows when what queues hold, ask for, may hold or deserve of a capacity may have changed. */
  get version(): number {
    return this.#version;
  }

  /** Rows in use, parents before children, siblings by id. */
  get rows(): readonly number[] {
    return this.#rows.order;
  }

  /** Whether jobs may stand in the queue: nothing is below it. */
  isLeaf(row: number): boolean {
    return this.#rows.children[row].length === 0;
  }

  /** What the queue and those below it hold, in the unit of that resource. */
  usageOf(row: number, resource: keyof Amounts): number {
    return this.#usage[row * WIDTH + RESOURCES.indexOf(resource)];
  }

  /** Why the queue cannot be set (rule Q1), or `undefined`. O(siblings + children). */
  check(queue: Queue): Refusal | undefined {
    return this.#rows.check(queue);
  }

  /** Makes the queue, or replaces it; what it holds stays. Refused as `check` says. O(queues). */
  set(queue: Queue): Result<undefined, Refusal> {
    const result = this.#rows.set(queue);
    if (!result.ok) return result;
    const row = result.value;
    this.#growTo((row + 1) * WIDTH);
    for (const [resource, name] of RESOURCES.entries()) {
      this.#guaranteed[row * WIDTH + resource] = queue.guaranteed[name] ?? 0;
      this.#limits[row * WIDTH + resource] = queue.limit[name] ?? Infinity;
    }
    this.#isStale = true;
    this.#version += 1;
    return succeed(undefined);
  }

  /** Takes the queue away; refused while it has jobs or children (rule Q1). O(queues). */
  remove(id: QueueId): Result<undefined, Refusal> {
    this.#isStale = true;
    this.#version += 1;
    return this.#rows.remove(id);
  }

  /** A job came to the leaf (`sign` 1), or left it for good (-1). O(1). */
  countJob(leaf: number, sign: 1 | -1): void {
    this.#rows.jobs[leaf] += sign;
  }

  /** The leaf's jobs hold more (`sign` 1), or less (-1). O(depth). */
  add(leaf: number, amounts: Amounts, sign: 1 | -1): void {
    this.#addTo(this.#usage, leaf, amounts, sign);
  }

  /** Of what the leaf's jobs hold, more (`sign` 1) or less (-1) is beyond their minimum. O(depth). */
  addSpare(leaf: number, amounts: Amounts, sign: 1 | -1): void {
    this.#addTo(this.#spare, leaf, amounts, sign);
  }

  /** The leaf's jobs, pending and running, ask for more (`sign` 1), or less (-1). O(depth). */
  addDemand(leaf: number, amounts: Amounts, sign: 1 | -1): void {
    this.#addTo(this.#demand, leaf, amounts, sign);
    this.#isStale = true;
  }

  /**
   * Why the leaf may not hold this much more now (rule Q4), or `undefined`: the first queue from the
   * leaf upwards that would be above its limit, or above a guarantee beyond which it does not borrow.
   * Only resources that are asked for matter. O(depth).
   */
  fits(leaf: number, amounts: Amounts): "queue-limit" | "beyond-guarantee" | undefined {
    for (let row = leaf; row !== NO_PARENT; row = this.#rows.parents[row]) {
      for (let resource = 0; resource < WIDTH; resource += 1) {
        const asked = amounts[RESOURCES[resource]];
        if (asked <= 0) continue;
        const cell = row * WIDTH + resource;
        const held = this.#usage[cell] + asked;
        const { borrows } = this.#rows.queues[row];
        if (held > this.#limits[cell]) return "queue-limit";
        if (!borrows && held > this.#guaranteed[cell]) return "beyond-guarantee";
      }
    }
    return undefined;
  }

  /** Why the leaf may never hold this much, even if it held nothing else (rule Q4). O(depth). */
  canEver(leaf: number, amounts: Amounts): "above-queue-limit" | undefined {
    for (let row = leaf; row !== NO_PARENT; row = this.#rows.parents[row]) {
      for (let resource = 0; resource < WIDTH; resource += 1) {
        const asked = amounts[RESOURCES[resource]];
        const cell = row * WIDTH + resource;
        const most = this.#rows.queues[row].borrows ? this.#limits[cell] : this.#guaranteed[cell];
        if (asked > 0 && asked > most) return "above-queue-limit";
      }
    }
    return undefined;
  }

  /**
   * What each queue deserves of this capacity (rule Q2), as vectors by row. Valid until the tree
   * changes. O(1) while queues, demand and capacity stay; otherwise O(queues · log siblings).
   */
  deserved(capacity: Amounts): Float64Array {
    let isSame = !this.#isStale;
    for (let resource = 0; resource < WIDTH; resource += 1) {
      isSame &&= this.#deservedOf[resource] === capacity[RESOURCES[resource]];
    }
    if (isSame) return this.#deserved;
    const { order } = this.#rows;
    const places: number[] = [];
    for (let place = 0; place < order.length; place += 1) places[order[place]] = place;
    for (let resource = 0; resource < WIDTH; resource += 1) {
      const name = RESOURCES[resource];
      const claims = order.map((row) => this.#claimOf(row, resource, places));
      const shares = fairShares(capacity[name], claims);
      for (let place = 0; place < order.length; place += 1) {
        this.#deserved[order[place] * WIDTH + resource] = shares[place];
      }
      this.#deservedOf[resource] = capacity[name];
    }
    this.#isStale = false;
    return this.#deserved;
  }

  /** Whether the leaf and all above it, with this much more, hold at most what they deserve (Q5). */
  isEntitled(leaf: number, amounts: Amounts, capacity: Amounts): boolean {
    return this.entitledBelow(leaf, amounts, capacity) === NO_PARENT;
  }

  /**
   * Whether a job of `taker` that needs `amounts` may make a job of `giver` that holds `held` leave
   * (rule Q5); both are leaves. Whether the queues above both hold too much is between them and their
   * own siblings. Limits are another matter (`fits`). O(depth²).
   *
   * No reclaim is reversed. While jobs, queues and capacity stay, so does what each deserves: a job
   * that had to leave still asks. A giver's leaf holds too much of what leaves it; a taker's leaf
   * holds at most what it deserves of what it took, so that nobody may reclaim for that. Hence every
   * reclaim lowers the sum, over leaves and resources, of what is held beyond what is deserved, and
   * nothing about it raises the sum: reclaims end. Only a start in free room raises it again.
   */
  mayReclaim(
    taker: number,
    giver: number,
    amounts: Amounts,
    capacity: Amounts,
    held: Amounts = amounts,
  ): boolean {
    const top = this.entitledBelow(taker, amounts, capacity);
    const given = this.givenBy(taker, giver, top, capacity);
    return (given & resourcesOf(amounts) & resourcesOf(held)) !== 0;
  }

  /**
   * The first queue from the leaf upwards that with this much more would hold more than it deserves;
   * all below it on the way are entitled (rule Q5). NO_PARENT if all are. O(depth).
   */
  entitledBelow(leaf: number, amounts: Amounts, capacity: Amounts): number {
    const deserved = this.deserved(capacity);
    let row = leaf;
    while (row !== NO_PARENT && this.#isWithin(row, amounts, deserved)) {
      row = this.#rows.parents[row];
    }
    return row;
  }

  /**
   * What the giver's side holds too much of for a taker that is entitled below `top`, as bits of
   * resources; nothing for the leaf itself (rule Q5). O(depth²).
   */
  givenBy(taker: number, giver: number, top: number, capacity: Amounts): number {
    if (taker === giver) return 0;
    const meet = this.#meetOf(taker, giver);
    // All below the meeting point have to be entitled: it is `top`, or below it.
    for (let row = meet; row !== top; row = this.#rows.parents[row]) {
      if (row === NO_PARENT) return 0;
    }
    const deserved = this.deserved(capacity);
    let given = 0;
    for (let resource = 0; resource < WIDTH; resource += 1) {
      if (this.#isOverBelow(meet, giver, resource, deserved)) given |= 1 << resource;
    }
    return given;
  }

  /**
   * Order in which siblings are served (rule Q3); negative if `left` goes first. Dominant resource
   * fairness, with guarantees before it and weights in it. O(1).
   * Source: Ghodsi et al., "Dominant Resource Fairness: Fair Allocation of Multiple Resource Types",
   * NSDI 2011, section 4 and, for weights, 4.3.
   */
  compare(left: number, right: number, capacity: Amounts): number {
    const kept = this.#keptPart(left) - this.#keptPart(right);
    if (kept !== 0) return kept;
    const leftShare = this.#dominantShare(left, capacity);
    const rightShare = this.#dominantShare(right, capacity);
    if (leftShare !== rightShare) return leftShare < rightShare ? -1 : 1;
    if (left === right) return 0;
    return this.#rows.queues[left].id < this.#rows.queues[right].id ? -1 : 1;
  }

  /**
   * The leaf whose turn it is among those for which `hasCandidate` holds, -1 if it holds for none:
   * from the top down, at each level the first in order that has one below it. Asks each leaf once.
   * O(queues), without allocation.
   */
  pickLeaf(capacity: Amounts, hasCandidate: (leaf: number) => boolean): number {
    this.#mark(hasCandidate);
    let best = this.#firstMarked(this.#rows.tops, capacity);
    while (best !== -1 && !this.isLeaf(best)) {
      best = this.#firstMarked(this.#rows.children[best], capacity);
    }
    return best;
  }

  /** The queues, parents before children; what they hold and ask for is told anew by their jobs. */
  save(): Queue[] {
    return this.#rows.order.map((row) => this.#rows.queues[row]);
  }

  /** O(queues²). */
  static restore(saved: readonly Queue[]): QueueTree {
    const tree = new QueueTree();
    for (const queue of saved) tree.set(queue);
    return tree;
  }

  /**
   * All that makes the state, in an order that depends on nothing else: queue by queue as in `rows`,
   * for each 17 values: id, parent's id or "", weight, whether it borrows, number of jobs; then
   * guarantee, limit (-1 for none), usage and demand of each resource. For a digest.
   */
  *content(): Generator<string | number> {
    for (const row of this.#rows.order) {
      const { id, parent = "", weight, borrows } = this.#rows.queues[row];
      yield* [id, parent, weight, Number(borrows), this.#rows.jobs[row]];
      for (let cell = row * WIDTH; cell < (row + 1) * WIDTH; cell += 1) {
        yield this.#guaranteed[cell];
        yield this.#limits[cell] === Infinity ? -1 : this.#limits[cell];
        yield this.#usage[cell];
        yield this.#demand[cell];
      }
    }
  }

  #growTo(cells: number): void {
    this.#guaranteed = grownFloats(this.#guaranteed, cells);
    this.#limits = grownFloats(this.#limits, cells);
    this.#usage = grownFloats(this.#usage, cells);
    this.#spare = grownFloats(this.#spare, cells);
    this.#demand = grownFloats(this.#demand, cells);
    this.#deserved = grownFloats(this.#deserved, cells);
    this.#marks = grown(this.#marks, cells / WIDTH);
  }

  #addTo(books: Float64Array, leaf: number, amounts: Amounts, sign: 1 | -1): void {
    this.#version += 1;
    for (let row = leaf; row !== NO_PARENT; row = this.#rows.parents[row]) {
      for (let resource = 0; resource < WIDTH; resource += 1) {
        books[row * WIDTH + resource] += sign * amounts[RESOURCES[resource]];
      }
    }
  }

  /** The row's claim on the resource; `places` has the place of each row in the list of claims. */
  #claimOf(row: number, resource: number, places: readonly number[]): Claim {
    const parent = this.#rows.parents[row];
    const { weight, borrows } = this.#rows.queues[row];
    const cell = row * WIDTH + resource;
    return {
      parent: parent === NO_PARENT ? NO_PARENT : places[parent],
      guaranteed: this.#guaranteed[cell],
      limit: this.#limits[cell],
      weight,
      demand: this.#demand[cell],
      borrows,
    };
  }

  /** Whether the queue would hold at most what it deserves with this much more (rule Q5). */
  #isWithin(row: number, amounts: Amounts, deserved: Float64Array): boolean {
    for (let resource = 0; resource < WIDTH; resource += 1) {
      const asked = amounts[RESOURCES[resource]];
      const cell = row * WIDTH + resource;
      const held = this.#usage[cell] - this.#spare[cell];
      if (asked > 0 && held + asked > deserved[cell] + SLACK) return false;
    }
    return true;
  }

  /** Whether the leaf and all above it that are below `top` hold more than they deserve of it. */
  #isOverBelow(top: number, leaf: number, resource: number, deserved: Float64Array): boolean {
    for (let row = leaf; row !== top; row = this.#rows.parents[row]) {
      const cell = row * WIDTH + resource;
      if (this.#usage[cell] - this.#spare[cell] <= deserved[cell] + SLACK) return false;
    }
    return true;
  }

  /** Lowest row above both leaves, NO_PARENT if they share none. O(depth²). */
  #meetOf(left: number, right: number): number {
    for (let meet = left; meet !== NO_PARENT; meet = this.#rows.parents[meet]) {
      for (let row = right; row !== NO_PARENT; row = this.#rows.parents[row]) {
        if (row === meet) return meet;
      }
    }
    return NO_PARENT;
  }

  /** The largest part of a guarantee that is in use, at most 1; 1 where nothing is guaranteed. */
  #keptPart(row: number): number {
    let part = -1;
    for (let cell = row * WIDTH; cell < (row + 1) * WIDTH; cell += 1) {
      const own = this.#guaranteed[cell];
      if (own > 0) part = Math.max(part, this.#usage[cell] / own);
    }
    return part === -1 ? 1 : Math.min(1, part);
  }

  /** The largest part of any resource that the row holds, for each unit of weight. */
  #dominantShare(row: number, capacity: Amounts): number {
    let share = 0;
    for (let resource = 0; resource < WIDTH; resource += 1) {
      const held = this.#usage[row * WIDTH + resource];
      if (held > 0) share = Math.max(share, held / capacity[RESOURCES[resource]]);
    }
    return share / this.#rows.queues[row].weight;
  }

  #mark(hasCandidate: (leaf: number) => boolean): void {
    this.#marks.fill(0);
    for (let place = this.#rows.order.length - 1; place >= 0; place -= 1) {
      const row = this.#rows.order[place];
      if (this.isLeaf(row) && hasCandidate(row)) this.#marks[row] = 1;
      const parent = this.#rows.parents[row];
      if (this.#marks[row] === 1 && parent !== NO_PARENT) this.#marks[parent] = 1;
    }
  }

  /** The first in order among the marked ones of these siblings, -1 if none is. */
  #firstMarked(siblings: readonly number[], capacity: Amounts): number {
    let best = -1;
    for (const row of siblings) {
      if (this.#marks[row] === 0) continue;
      if (best === -1 || this.compare(row, best, capacity) < 0) best = row;
    }
    return best;
  }
}
