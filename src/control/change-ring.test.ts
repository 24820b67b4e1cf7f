import assert from "node:assert/strict";
import { test } from "node:test";
import { ControlBed, jobText, queueText } from "../../test/support/control-bed.ts";
import type { ObjectChange, ObjectKind } from "../api/objects.ts";
import { CHANGES_MAX, ChangeRing, WatchBehindError } from "./change-ring.ts";
import type { VersionedChange } from "./views/views.ts";

const QUEUES: ReadonlySet<ObjectKind> = new Set(["Queue"]);
const never = new AbortController().signal;

test("a watch tells what changed after a list, then what comes, until it is stopped", async () => {
  const bed = await new ControlBed({ manifests: jobText("a") }).begin();
  const { resourceVersion } = bed.control.list("Queue");
  await bed.apply(queueText("q"));
  const stop = new AbortController();
  const watch = bed.control.watch(QUEUES, resourceVersion, stop.signal);
  assert.ok(watch.ok);
  const told: string[] = [];
  const reader = (async () => {
    for await (const { type, object } of watch.value) told.push(`${type} ${object.metadata.name}`);
  })();
  await bed.apply(queueText("q", "weight: 2"));
  await bed.delete("Queue", "q");
  assert.deepEqual(told, ["ADDED q", "MODIFIED q", "DELETED q"]);
  stop.abort();
  await reader;
});

test("a watch of a version that is no number, too old, or not yet there is refused", () => {
  const ring = ringWith(2 * CHANGES_MAX + 1);
  const codeOf = (version: string) => {
    const watch = ring.watch(QUEUES, version, never);
    return watch.ok ? "ok" : watch.reason.code;
  };
  const versions = ["", "1.5", "0", String(CHANGES_MAX), String(2 * CHANGES_MAX + 2)];
  assert.deepEqual(versions.map(codeOf), [
    "invalid-request",
    "invalid-request",
    "version-too-old",
    "version-too-old",
    "version-too-old",
  ]);
  assert.equal(codeOf(String(CHANGES_MAX + 1)), "ok");
});

test("a watcher that falls behind ends with an error; all end when the control plane does", async () => {
  const ring = ringWith(1);
  const slow = ring.watch(QUEUES, "0", never);
  const prompt = ring.watch(QUEUES, "0", never);
  assert.ok(slow.ok && prompt.ok);
  const first = await slow.value[Symbol.asyncIterator]().next();
  assert.equal(first.done, false);
  const behind = slow.value[Symbol.asyncIterator]();
  ring.add(changes(2, 3 * CHANGES_MAX));
  await assert.rejects(behind.next(), WatchBehindError);
  ring.close();
  const latest = ring.watch(QUEUES, String(3 * CHANGES_MAX), never);
  assert.ok(latest.ok);
  assert.equal((await latest.value[Symbol.asyncIterator]().next()).done, true);
});

function ringWith(count: number): ChangeRing {
  const ring = new ChangeRing(0);
  ring.add(changes(1, count));
  return ring;
}

function changes(from: number, to: number): readonly VersionedChange[] {
  const object = { kind: "Queue" } as ObjectChange["object"];
  const change = { type: "MODIFIED", object } as const;
  return Array.from({ length: to - from + 1 }, (_, index) => ({ version: from + index, change }));
}
