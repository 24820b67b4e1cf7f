import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Line, type LineCounts, type Place } from "./line.ts";

/** What may happen to a line; numbers are taken modulo what there is. */
type Happening =
  | { readonly kind: "arrive" }
  | { readonly kind: "set"; readonly concurrency: number; readonly open: readonly boolean[] }
  | { readonly kind: "end" | "takeBack" | "giveUp" | "rest"; readonly which: number };

const which = fc.nat(20);
const happenings = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Happening>({ kind: "arrive" }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("set" as const),
        concurrency: fc.integer({ min: 1, max: 3 }),
        open: fc.array(fc.boolean(), { maxLength: 4 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("end" as const), which }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("takeBack" as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("giveUp" as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("rest" as const), which }) },
  ),
  { maxLength: 120, size: "max" },
);

const WAITING_MAX = 5;

test("nobody enters over the concurrency, out of turn, or into a closed replica; nobody is lost", () => {
  fc.assert(
    fc.property(happenings, (course) => {
      const life = new LineLife();
      for (const happening of course) life.live(happening);
      life.endAll();
    }),
    { numRuns: 300 },
  );
});

test("of equally busy replicas the first of the setting is taken", () => {
  const line = new Line<string>(WAITING_MAX);
  line.set(
    2,
    ["b", "a"].map((id) => ({ id, port: 1, isOpen: true })),
  );
  const order = ["1", "2", "3", "4", "5"].map((visitor) => {
    line.arrive(visitor);
    return line.next()?.replica.id;
  });
  assert.deepEqual(order, ["b", "a", "b", "a", undefined]);
});

test("who does not stand inside cannot be taken back", () => {
  const line = new Line<string>(WAITING_MAX);
  const place = line.arrive("only");
  assert.ok(place !== undefined);
  assert.throws(() => line.takeBack(place), /a request that waits is taken back/);
});

/** A line, and beside it the lists of who is where. */
class LineLife {
  readonly #line = new Line<number>(WAITING_MAX);
  /** By arrival. */
  #waiting: Place<number>[] = [];
  #inside: Place<number>[] = [];
  #concurrency = 1;
  #counts: LineCounts = { arrived: 0, begun: 0, ended: 0, refused: 0 };

  live(happening: Happening): void {
    const before = this.#counts;
    switch (happening.kind) {
      case "arrive":
        this.#arrive();
        break;
      case "set":
        this.#set(happening.concurrency, happening.open);
        break;
      case "rest":
        for (const replica of this.#line.replicas) {
          replica.isResting = replica.id === `${happening.which % 4}`;
        }
        break;
      case "giveUp":
        this.#end(this.#waiting[happening.which % this.#waiting.length]);
        break;
      case "end":
        this.#end(this.#inside[happening.which % this.#inside.length]);
        break;
      default:
        this.#takeBack(happening.which);
    }
    this.#letIn();
    this.#check(before);
  }

  /** With replicas for all, everybody who is still there enters in turn and ends. */
  endAll(): void {
    this.#set(1, [true]);
    for (const replica of this.#line.replicas) replica.isResting = false;
    for (const place of this.#inside) this.#end(place);
    for (this.#letIn(); this.#inside.length > 0; this.#letIn()) this.#end(this.#inside[0]);
    const { arrived, begun, ended } = this.#line.counts;
    assert.deepEqual([begun, ended, this.#waiting.length], [arrived, arrived, 0]);
  }

  #arrive(): void {
    const place = this.#line.arrive(this.#counts.arrived);
    assert.equal(place === undefined, this.#waiting.length >= WAITING_MAX);
    if (place !== undefined) this.#waiting.push(place);
  }

  #set(concurrency: number, open: readonly boolean[]): void {
    this.#concurrency = concurrency;
    const replicas = open.map((isOpen, index) => ({ id: `${index}`, port: 1, isOpen }));
    this.#line.set(concurrency, replicas);
    this.#letIn();
  }

  #end(place: Place<number> | undefined): void {
    if (place === undefined) return;
    this.#line.end(place);
    this.#line.end(place);
    assert.equal(place.state, "over");
    this.#waiting = this.#waiting.filter((other) => other !== place);
    this.#inside = this.#inside.filter((other) => other !== place);
  }

  /** Every second time the replica rests with that. */
  #takeBack(which: number): void {
    const place = this.#inside[which % this.#inside.length];
    if (place === undefined) return;
    if (which % 2 === 0 && place.replica !== undefined) place.replica.isResting = true;
    this.#line.takeBack(place);
    this.#inside = this.#inside.filter((other) => other !== place);
    this.#waiting = [...this.#waiting, place].toSorted((a, b) => a.number - b.number);
  }

  #letIn(): void {
    for (let entry = this.#line.next(); entry !== undefined; entry = this.#line.next()) {
      const { place, replica } = entry;
      assert.equal(place, this.#waiting.shift(), "who came first enters first");
      assert.ok(replica.isListed && replica.isOpen && !replica.isResting);
      assert.ok(replica.inside <= this.#concurrency);
      const roomy = this.#line.replicas.filter((other) => this.#hasRoom(other));
      assert.ok(
        roomy.every(({ inside }) => inside >= replica.inside - 1),
        "least busy",
      );
      this.#inside.push(place);
    }
    const isServed = this.#line.replicas.some((replica) => this.#hasRoom(replica));
    assert.ok(this.#waiting.length === 0 || !isServed, "nobody waits while there is room");
  }

  #hasRoom(replica: { isOpen: boolean; isResting: boolean; inside: number }): boolean {
    return replica.isOpen && !replica.isResting && replica.inside < this.#concurrency;
  }

  #check(before: LineCounts): void {
    const { counts } = this.#line;
    const { arrived, begun, ended } = counts;
    assert.ok(0 <= ended && ended <= begun && begun <= arrived);
    assert.ok(arrived >= before.arrived && ended >= before.ended);
    assert.ok(counts.refused >= before.refused);
    assert.deepEqual(this.#line.waiting, this.#waiting);
    assert.deepEqual(
      [arrived - begun, begun - ended],
      [this.#waiting.length, this.#inside.length],
      "all who arrived wait, are inside or have ended",
    );
    let inside = 0;
    for (const replica of this.#line.replicas) {
      assert.ok(
        replica.isListed || replica.inside > 0,
        "an empty one that was removed is forgotten",
      );
      inside += replica.inside;
    }
    assert.equal(inside, this.#inside.length);
    this.#counts = counts;
  }
}
