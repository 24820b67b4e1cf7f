/**
 * The line before one service: who waits, who is in which replica, and the counts. No clock and no
 * network: its owner tells it what happened, then calls `next` until nobody enters any more.
 *
 *     arrive ─► waits ──next──► inside ──end──► over
 *                ▲ └─────end──────│────────────► over
 *                └────takeBack────┘
 */
export class Line<Visitor> {
  readonly #waitingMax: number;
  /** By arrival. */
  readonly #waiting: Place<Visitor>[] = [];
  /** In the order of the last setting, then removed ones that have somebody inside. */
  #replicas = new Map<string, Replica>();
  #concurrency = 1;
  #arrived = 0;
  #begun = 0;
  #ended = 0;
  #refused = 0;

  /** @param waitingMax places for those who arrive; who is taken back may stand beyond them. */
  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /**
   * Replaces replicas and concurrency. Who is inside of a replica that is closed or removed stays
   * there; above a lowered concurrency nobody enters until enough have left.
   */
  set(concurrency: number, settings: readonly ReplicaSetting[]): void {
    const old = this.#replicas;
    this.#concurrency = concurrency;
    this.#replicas = new Map();
    for (const { id, port, isOpen } of settings) {
      const replica = old.get(id) ?? {
        id,
        port,
        isOpen,
        isListed: true,
        isResting: false,
        inside: 0,
      };
      replica.port = port;
      replica.isOpen = isOpen;
      replica.isListed = true;
      this.#replicas.set(id, replica);
    }
    for (const replica of old.values()) {
      if (this.#replicas.has(replica.id)) continue;
      replica.isOpen = false;
      replica.isListed = false;
      if (replica.inside > 0) this.#replicas.set(replica.id, replica);
    }
  }

  /** Takes the last place of the line; nothing if it is full. */
  arrive(visitor: Visitor): Place<Visitor> | undefined {
    if (this.#waiting.length >= this.#waitingMax) {
      this.#refused += 1;
      return undefined;
    }
    this.#arrived += 1;
    const place: Place<Visitor> = { visitor, number: this.#arrived, state: "waits" };
    this.#waiting.push(place);
    return place;
  }

  /**
   * Lets the first of the line into the least busy replica that is open, does not rest and has room;
   * nothing if there is no such replica, or nobody waits. O(replicas).
   */
  next(): { readonly place: Place<Visitor>; readonly replica: Replica } | undefined {
    const [place] = this.#waiting;
    if (place === undefined) return undefined;
    const replica = this.#findLeastBusy();
    if (replica === undefined) return undefined;
    this.#waiting.shift();
    place.state = "inside";
    place.replica = replica;
    replica.inside += 1;
    this.#begun += 1;
    return { place, replica };
  }

  /** Its replica failed it: it waits again, before all who arrived after it. */
  takeBack(place: Place<Visitor>): void {
    if (place.state !== "inside") throw new Error(`a request that ${place.state} is taken back`);
    this.#leaveReplica(place);
    this.#begun -= 1;
    place.state = "waits";
    const after = this.#waiting.findIndex((other) => other.number > place.number);
    this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, place);
  }

  /** Served, failed, or its client went away. One that still waited has begun with that. */
  end(place: Place<Visitor>): void {
    if (place.state === "over") return;
    if (place.state === "inside") this.#leaveReplica(place);
    else {
      this.#waiting.splice(this.#waiting.indexOf(place), 1);
      this.#begun += 1;
    }
    this.#ended += 1;
    place.state = "over";
  }

  /** By arrival. */
  get waiting(): readonly Place<Visitor>[] {
    return this.#waiting;
  }

  /** Those of the last setting, and removed ones that have somebody inside. */
  get replicas(): readonly Replica[] {
    return [...this.#replicas.values()];
  }

  /** 0 <= ended <= begun <= arrived; only `begun` may fall. */
  get counts(): LineCounts {
    const [arrived, begun, ended] = [this.#arrived, this.#begun, this.#ended];
    return { arrived, begun, ended, refused: this.#refused };
  }

  #findLeastBusy(): Replica | undefined {
    let best: Replica | undefined;
    for (const replica of this.#replicas.values()) {
      const hasRoom = replica.isOpen && !replica.isResting && replica.inside < this.#concurrency;
      if (hasRoom && replica.inside < (best?.inside ?? Infinity)) best = replica;
    }
    return best;
  }

  #leaveReplica(place: Place<Visitor>): void {
    const replica = place.replica;
    if (replica === undefined) return;
    delete place.replica;
    replica.inside -= 1;
    if (replica.inside === 0 && !replica.isListed) this.#replicas.delete(replica.id);
  }
}

/** One request of a line. */
export interface Place<Visitor> {
  readonly visitor: Visitor;
  /** Of its arrival, from 1. */
  readonly number: number;
  /** Only the line changes it. */
  state: "waits" | "inside" | "over";
  /** Where it is inside. */
  replica?: Replica;
}

/**
 * One replica as the line sees it; the same object for as long as the line knows it. Only the line
 * changes it, but for `isResting`.
 */
export interface Replica {
  readonly id: string;
  port: number;
  isOpen: boolean;
  /** False: the last setting does not name it; it is forgotten when nobody is inside. */
  isListed: boolean;
  /** The line's owner found that it cannot be reached: nobody enters until it says otherwise. */
  isResting: boolean;
  /** Requests in it. */
  inside: number;
}

/** What a line is told of a replica. */
export interface ReplicaSetting {
  readonly id: string;
  readonly port: number;
  readonly isOpen: boolean;
}

/** Requests since the line was made. */
export interface LineCounts {
  readonly arrived: number;
  readonly begun: number;
  readonly ended: number;
  readonly refused: number;
}
