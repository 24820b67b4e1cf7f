import type { DepartureId } from "../../src/model/ids.ts";
import type { Hold, Room } from "./room.ts";
import { expectRule } from "./rule-broken.ts";

/** Something with a place: a member of a gang, or a replica. */
interface Tenant {
  readonly owner: string;
  readonly member: number;
  hold: Hold;
}

interface Waiter {
  readonly tenants: Tenant[];
  readonly after: Set<DepartureId>;
}

interface Leaving {
  readonly tenants: readonly Tenant[];
  /** What stays when they have left: host memory. */
  readonly rest: readonly Tenant[];
}

/**
 * The physical truth beside the scheduler, kept from its actions: what runs, what waits for others to
 * leave, what is leaving. Rule J4: nothing begins in room that somebody still holds.
 */
export class PhysicalWatch {
  readonly #room: Room;
  readonly #running = new Map<string, Tenant[]>();
  #waiters: Waiter[] = [];
  readonly #leaving = new Map<DepartureId, Leaving>();

  constructor(room: Room) {
    this.#room = room;
  }

  /** Who holds room, or is to hold some. */
  get owners(): string[] {
    const waiting = this.#waiters.map(({ tenants }) => tenants[0].owner);
    return [...this.#running.keys(), ...waiting];
  }

  isOpen(departure: DepartureId): boolean {
    return this.#leaving.has(departure);
  }

  /** Places that the owner's members take once `after` have departed. */
  begin(owner: string, holds: ReadonlyMap<number, Hold>, after: readonly DepartureId[]): void {
    const tenants = Array.from(holds, ([member, hold]) => ({
      owner,
      member,
      hold: this.#onGround(hold),
    }));
    for (const departure of after) {
      expectRule(
        this.isOpen(departure),
        "J4",
        `${owner} waits for departure ${departure}, which is not open`,
      );
    }
    if (after.length === 0) this.#settle(tenants);
    else this.#waiters.push({ tenants, after: new Set(after) });
  }

  /**
   * The owner's members, or those named, leave by this order. `rest` is the host memory that each
   * holds once it has left: what that is more than now is taken at once by what is suspended, and at
   * last by what falls asleep.
   */
  leave(
    departure: DepartureId,
    owner: string,
    how: {
      readonly members?: ReadonlySet<number>;
      readonly rest?: ReadonlyMap<number, Hold>;
      readonly isSuspended?: boolean;
    } = {},
  ): void {
    const { members, rest } = how;
    expectRule(!this.isOpen(departure), "J4", `departure ${departure} is ordered twice`);
    const isLeaving = (tenant: Tenant) =>
      tenant.owner === owner && members?.has(tenant.member) !== false;
    const there = this.#running.get(owner) ?? [];
    const staying = there.filter((tenant) => !isLeaving(tenant));
    if (staying.length === 0) this.#running.delete(owner);
    else this.#running.set(owner, staying);
    for (const { tenants } of this.#waiters) remove(tenants, isLeaving);
    this.#waiters = this.#waiters.filter(({ tenants }) => tenants.length > 0);
    if (members === undefined) this.#dropRest(owner);
    const tenants = there.filter(isLeaving);
    const left: Tenant[] = [];
    for (const tenant of tenants) {
      const hold = rest?.get(tenant.member);
      if (hold === undefined) continue;
      left.push({ ...tenant, hold: this.#onGround(hold) });
      if (how.isSuspended === true) this.#grow(tenant, hold.memory - tenant.hold.memory);
    }
    this.#leaving.set(departure, { tenants, rest: left });
  }

  /** It has left; who waited for it alone begins. */
  departed(departure: DepartureId): void {
    const { tenants, rest } = this.#leaving.get(departure)!;
    this.#leaving.delete(departure);
    for (const { hold } of tenants) this.#room.release(hold);
    this.#settle(rest.filter(({ hold }) => !hold.on.isGone));
    const free: Tenant[] = [];
    for (const waiter of this.#waiters) {
      waiter.after.delete(departure);
      if (waiter.after.size === 0) free.push(...waiter.tenants);
    }
    this.#waiters = this.#waiters.filter(({ after }) => after.size > 0);
    this.#settle(free);
  }

  /** The owner is gone from all its places, without a departure. */
  vanish(owner: string): void {
    for (const { hold } of this.#running.get(owner) ?? []) this.#room.release(hold);
    this.#running.delete(owner);
    this.#waiters = this.#waiters.filter(({ tenants }) => tenants[0].owner !== owner);
    this.#dropRest(owner);
  }

  /** What was to stay in host memory leaves that, too. */
  #dropRest(owner: string): void {
    for (const [departure, { tenants, rest }] of this.#leaving) {
      if (rest[0]?.owner === owner) this.#leaving.set(departure, { tenants, rest: [] });
    }
  }

  /** The same on the physical node. */
  #onGround(hold: Hold): Hold {
    return { ...hold, on: this.#room.nodes.get(hold.on.node.id)! };
  }

  #grow(tenant: Tenant, memory: number): void {
    const { on } = tenant.hold;
    this.#room.take({ on, cpu: 0, memory, devices: [], milli: 0 }, `${tenant.owner}, suspended,`);
    tenant.hold = { ...tenant.hold, memory: tenant.hold.memory + memory };
  }

  /** What the members hold is replaced: they go on, or back, on other devices of the same nodes. */
  #settle(tenants: readonly Tenant[]): void {
    for (const tenant of tenants) {
      const there = this.#running.get(tenant.owner);
      const before = there?.find(({ member }) => member === tenant.member);
      if (before !== undefined) this.#room.release(before.hold);
      this.#room.take(tenant.hold, `${tenant.owner} member ${tenant.member}`);
      if (before !== undefined) before.hold = tenant.hold;
      else if (there === undefined) this.#running.set(tenant.owner, [tenant]);
      else there.push(tenant);
    }
  }
}

function remove(tenants: Tenant[], isLeaving: (tenant: Tenant) => boolean): void {
  for (let place = tenants.length - 1; place >= 0; place -= 1) {
    if (isLeaving(tenants[place])) tenants.splice(place, 1);
  }
}
