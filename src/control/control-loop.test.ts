import assert from "node:assert/strict";
import { test } from "node:test";
import { ControlBed, jobText, read, serviceText } from "../../test/support/control-bed.ts";
import { departureId } from "../model/ids.ts";
import { JournalError } from "./journal/journal-error.ts";

const NO_VERSIONS = { dryRun: false, versions: new Map<string, string>() };

test("commands that wait are one entry of the journal", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `job-${index}`);
  const manifests = names.map((name) => jobText(name)).join("");
  const bed = await new ControlBed({ manifests, cores: 20 }).begin();
  const before = bed.journal.sequence;
  const answers = names.map((name) => bed.control.apply(read(jobText(name)), NO_VERSIONS));
  await bed.advance(0);
  // All are asked for in one, and told as started in the next.
  assert.equal(bed.journal.sequence, before + 2);
  for (const answer of await Promise.all(answers)) assert.ok(answer.ok);
});

test("what the scheduler refuses of the engine is noted and left out", async () => {
  const bed = await new ControlBed({ manifests: jobText("a") }).begin();
  bed.simulation.log.push({ kind: "departed", departure: departureId(99) });
  await bed.advance(10);
  const [record] = bed.control.events({ after: 0, limit: 1 });
  assert.equal(record.reason, "refused-departed");
  for (const { entry } of bed.journal.entriesAfter(0)) {
    assert.ok(entry.events.every(({ kind }) => kind !== "departed"));
  }
});

test("snapshots are taken while only the engine brings news, and counted from the one before a crash", async () => {
  const bed = await new ControlBed({ manifests: jobText("a"), snapshotEntries: 20 }).begin();
  const bringNews = async (count: number) => {
    for (let news = 0; news < count; news += 1) {
      bed.simulation.log.push({ kind: "departed", departure: departureId(99 + news) });
      await bed.advance(1);
    }
  };
  await bringNews(15);
  assert.equal(bed.journal.snapshots().length, 0);
  await bed.begin();
  await bringNews(10);
  assert.equal(bed.journal.snapshots().length, 1);
});

test("a journal that cannot be copied is told once, and goes on", async () => {
  const bed = await new ControlBed({ manifests: jobText("a") }).begin();
  const told = () =>
    bed.control
      .events({ after: 0, limit: 100 })
      .map(({ reason }) => reason)
      .filter((reason) => reason.startsWith("journal-"));
  let fault: Error | undefined = new JournalError("disk-full", "copy", "no room");
  bed.journal.backUp = () => {
    if (fault !== undefined) throw fault;
  };
  const bringNews = async () => {
    bed.simulation.log.push({ kind: "departed", departure: departureId(99) });
    await bed.advance(61_000);
  };
  for (let minute = 0; minute < 3; minute += 1) await bringNews();
  assert.deepEqual(told(), ["journal-not-copied"]);
  fault = undefined;
  for (let minute = 0; minute < 3; minute += 1) await bringNews();
  assert.deepEqual(told(), ["journal-not-copied", "journal-copied"]);
});

test("a copy that cannot be made at the very end, or for a bug, ends the control plane with that", async () => {
  for (const [fault, whileItRuns] of [
    [new JournalError("disk-full", "copy", "no room"), false],
    [new TypeError("a bug"), true],
  ] as const) {
    const bed = await new ControlBed({ manifests: jobText("a") }).begin();
    bed.journal.backUp = () => {
      throw fault;
    };
    const ended = assert.rejects(bed.control.done, fault);
    if (whileItRuns) {
      await bed.advance(61_000);
      await bed.apply(jobText("a"));
    } else bed.control.stop();
    await ended;
  }
});

test("what cannot be journaled is not acted on, and ends the control plane", async () => {
  const bed = await new ControlBed({ manifests: jobText("a") }).begin();
  bed.journal.watch = () => {
    throw new Error("disk full");
  };
  const { carried } = bed.simulation;
  const ended = assert.rejects(bed.control.done, /disk full/);
  const answer = await bed.apply(jobText("a"));
  await ended;
  assert.ok(!answer.ok && answer.reason.code === "shutting-down");
  assert.equal(bed.simulation.carried, carried);
  const late = await bed.delete("BatchJob", "a");
  assert.ok(!late.ok && late.reason.code === "shutting-down");
});

test("a control plane that stops leaves a snapshot, from which the next goes on", async () => {
  const manifests = `${jobText("a")}${jobText("b")}${serviceText("s")}`;
  const bed = await new ControlBed({ manifests, cores: 3, jobs: { a: { workMs: 5000 } } }).begin();
  await bed.apply(manifests);
  await bed.advance(1500);
  const kinds = ["BatchJob", "ModelService", "Queue", "Node", "Replica"] as const;
  const lists = () => kinds.map((kind) => bed.control.list(kind));
  const before = lists();
  bed.control.stop();
  await bed.control.done;
  bed.simulation.close();
  assert.equal(bed.journal.readSnapshot()?.sequence, bed.journal.sequence);
  bed.start();
  assert.deepEqual(lists(), before);
  await bed.advance(4000);
  assert.deepEqual(bed.phases(), { a: "Succeeded", b: "Succeeded" });
  assert.equal(bed.job("a").status.attempt, 1);
});
