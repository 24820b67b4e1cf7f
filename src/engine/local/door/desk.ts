import type { DoorLimits } from "./limits.ts";
import { Line, type Place, type Replica } from "./line.ts";
import type { DoorErrorCode, DoorTable, ServiceObservation } from "./protocol.ts";

/** Removed services whose counts are remembered, so that they go on when one comes back. */
const REMOVED_MAX = 1000;

/** A request as the desk sees it. */
export interface Visitor {
  /** It is its turn: it goes to this replica now. */
  enter(replica: Replica): void;
  /** It waited in vain; it is over. */
  refuse(code: DoorErrorCode): void;
}

/** A request that the desk has taken in: its place in a line. */
export type Ticket = Place<Visit>;

interface Visit {
  readonly visitor: Visitor;
  readonly service: string;
  readonly line: Line<Visit>;
  /** Milliseconds in the line until it last entered a replica. */
  waitedMs: number;
  waitsSinceMs: number;
  timer: NodeJS.Timeout | undefined;
}

/** The lines of all services, their clock included: who enters when, and who has waited too long. */
export class Desk {
  readonly #limits: DoorLimits;
  readonly #onChange: () => void;
  readonly #lines = new Map<string, Line<Visit>>();
  /** Services of the table; the other lines are those of removed ones. */
  #listed: ReadonlySet<string> = new Set();
  #isClosed = false;

  /** @param onChange is called whenever `observe` would give something else. */
  constructor(limits: DoorLimits, onChange: () => void) {
    this.#limits = limits;
    this.#onChange = onChange;
  }

  /** Replaces the table. Who waits for a removed service is refused as "unknown-service". */
  set(table: DoorTable): void {
    this.#listed = new Set(table.services.map(({ name }) => name));
    for (const { name, concurrency, replicas } of table.services) {
      const line = this.#lineOf(name);
      line.set(concurrency, replicas);
      this.#letIn(line);
    }
    for (const [name, line] of this.#lines) {
      if (this.#listed.has(name)) continue;
      line.set(1, []);
      this.#refuseAll(line, "unknown-service");
    }
    this.#forgetRemoved();
    this.#onChange();
  }

  /** The visitor enters at once if there is room; otherwise it waits. */
  arrive(service: string, visitor: Visitor): Ticket | DoorErrorCode {
    const code = this.#whyNot(service);
    if (code !== undefined) return code;
    const line = this.#lineOf(service);
    this.#onChange();
    const clock = { waitedMs: 0, waitsSinceMs: 0, timer: undefined };
    const ticket = line.arrive({ visitor, service, line, ...clock });
    if (ticket === undefined) return "line-full";
    this.#letIn(line);
    this.#watch(ticket);
    return ticket;
  }

  /**
   * A replica failed the request before any of its answer was seen: it waits again, at its old place.
   * @param isUnreachable whether the replica refused a connection. It is left alone for a while.
   */
  takeBack(ticket: Ticket, isUnreachable: boolean): void {
    const { line, service } = ticket.visitor;
    const { replica } = ticket;
    line.takeBack(ticket);
    this.#onChange();
    const code = this.#whyNot(service);
    if (code !== undefined) {
      this.#refuse(ticket, code);
      return;
    }
    if (isUnreachable && replica !== undefined) this.#rest(line, replica);
    this.#letIn(line);
    this.#watch(ticket);
  }

  /** The request is over, or its client went away. May be told twice. */
  end(ticket: Ticket): void {
    const { line, timer } = ticket.visitor;
    clearTimeout(timer);
    line.end(ticket);
    this.#onChange();
    this.#letIn(line);
  }

  /** Refuses those who wait and all who come. */
  close(): void {
    this.#isClosed = true;
    for (const line of this.#lines.values()) this.#refuseAll(line, "shutting-down");
  }

  /** Requests in replicas. */
  get inside(): number {
    let inside = 0;
    for (const line of this.#lines.values()) {
      for (const replica of line.replicas) inside += replica.inside;
    }
    return inside;
  }

  /** Services of the table, and removed ones that still have requests in a replica. O(replicas). */
  observe(): ServiceObservation[] {
    const seen: ServiceObservation[] = [];
    for (const [name, line] of this.#lines) {
      const { counts, replicas } = line;
      if (replicas.length === 0 && !this.#listed.has(name)) continue;
      const inside = replicas.map((replica) => ({ id: replica.id, inside: replica.inside }));
      seen.push({ name, ...counts, replicas: inside });
    }
    return seen;
  }

  #letIn(line: Line<Visit>): void {
    if (this.#isClosed) return;
    for (let entry = line.next(); entry !== undefined; entry = line.next()) {
      const visit = entry.place.visitor;
      if (visit.timer !== undefined) {
        clearTimeout(visit.timer);
        visit.timer = undefined;
        visit.waitedMs += performance.now() - visit.waitsSinceMs;
      }
      this.#onChange();
      visit.visitor.enter(entry.replica);
    }
  }

  /** Limits the time of one who waits. */
  #watch(ticket: Ticket): void {
    if (ticket.state !== "waits") return;
    const visit = ticket.visitor;
    visit.waitsSinceMs = performance.now();
    const restMs = this.#limits.waitMsMax - visit.waitedMs;
    visit.timer = setTimeout(() => this.#refuse(ticket, "waited-too-long"), restMs);
  }

  #rest(line: Line<Visit>, replica: Replica): void {
    if (replica.isResting) return;
    replica.isResting = true;
    setTimeout(() => {
      replica.isResting = false;
      this.#letIn(line);
    }, this.#limits.restMs);
  }

  #refuseAll(line: Line<Visit>, code: DoorErrorCode): void {
    for (const ticket of Array.from(line.waiting)) this.#refuse(ticket, code);
  }

  #refuse(ticket: Ticket, code: DoorErrorCode): void {
    this.end(ticket);
    ticket.visitor.visitor.refuse(code);
  }

  #whyNot(service: string): DoorErrorCode | undefined {
    if (this.#isClosed) return "shutting-down";
    return this.#listed.has(service) ? undefined : "unknown-service";
  }

  #lineOf(service: string): Line<Visit> {
    let line = this.#lines.get(service);
    if (line === undefined) this.#lines.set(service, (line = new Line(this.#limits.waitingMax)));
    return line;
  }

  /** The oldest first. */
  #forgetRemoved(): void {
    let surplus = this.#lines.size - this.#listed.size - REMOVED_MAX;
    for (const [name, line] of this.#lines) {
      if (surplus <= 0) return;
      if (this.#listed.has(name) || line.replicas.length > 0) continue;
      this.#lines.delete(name);
      surplus -= 1;
    }
  }
}
