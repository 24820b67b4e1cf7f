import assert from "node:assert/strict";
import { test } from "node:test";
import { jobText, queueText, read, serviceText } from "../../../test/support/control-bed.ts";
import { toBatchJob } from "../../manifest/to-batch-job.ts";
import type { BatchJobManifest } from "../../manifest/manifest.ts";
import type { Action } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import { departureId, jobId, nodeId, replicaId, serviceId } from "../../model/ids.ts";
import { gpuMilli, mib, milliCpu } from "../../model/units.ts";
import type { Change, JournalEntry } from "../journal/journal.ts";
import { ENDED_JOBS_MAX, Views } from "./views.ts";

const node = nodeId("local");
const device = { kind: "A10", memory: mib(24_000), milliFree: gpuMilli(1000) };
const capacity = { cpu: milliCpu(8000), memory: mib(64_000) };
const added: Event = {
  kind: "node-added",
  node: { id: node, ...capacity, devices: [device, device] },
};
const reason = { code: "online", for: "chat" } as const;

/** Folds one entry a call, a second after the other. */
function newFold() {
  const views = new Views();
  let nowMs = 0;
  const fold = (entry: Partial<JournalEntry>) => {
    nowMs += 1000;
    return views.fold({ nowMs, changes: [], events: [], notes: [], actions: [], ...entry });
  };
  return { views, fold };
}

function applied(text: string): Change[] {
  return read(text).map((manifest) => ({ kind: "applied", manifest, uid: manifest.metadata.name }));
}

function submitted(text: string): Pick<JournalEntry, "changes" | "events"> {
  const jobs = read(text) as readonly BatchJobManifest[];
  const events = jobs.map((manifest): Event => {
    return { kind: "job-submitted", job: toBatchJob(manifest, 0).job };
  });
  return { changes: applied(text), events };
}

function started(job: string): Action {
  const members = [{ member: 0, role: "worker", node, devices: [1] }];
  return { kind: "start-job", job: jobId(job), attempt: 1, members, after: [] };
}

function jobStatus(views: Views) {
  const object = views.get("BatchJob", "a");
  assert.ok(object?.kind === "BatchJob");
  return object.status;
}

function held(views: Views) {
  const object = views.get("Node", "local");
  assert.ok(object?.kind === "Node");
  return object.status.held;
}

const gpuJob = jobText(
  "a",
  "suspension: {hostMemory: 10Gi}",
  "resources: {cpu: 2, memory: 1Gi, accelerators: {count: 1}}",
);

test("room changes hands with the decision; a suspended job holds host memory", () => {
  const { views, fold } = newFold();
  const heldAfter = (entry: Partial<JournalEntry>) => {
    fold(entry);
    const { cpu, memory, gpuMilli } = held(views);
    return [jobStatus(views).phase, cpu, memory, gpuMilli];
  };
  fold({ events: [added], changes: applied(queueText("default")) });
  const job = jobId("a");
  assert.deepEqual(heldAfter({ ...submitted(gpuJob), actions: [started("a")] }), [
    "Starting",
    2000,
    1024,
    1000,
  ]);
  const up: Event = { kind: "job-started", job, attempt: 1 };
  assert.deepEqual(heldAfter({ events: [up] }), ["Running", 2000, 1024, 1000]);
  const departure = departureId(1);
  const suspend: Action = { kind: "suspend-job", job, departure, reason };
  assert.deepEqual(heldAfter({ actions: [suspend] }), ["Leaving", 0, 11_264, 0]);
  const left: Event = { kind: "departed", departure };
  assert.deepEqual(heldAfter({ events: [left] }), ["Suspended", 0, 11_264, 0]);
  const members = [{ member: 0, role: "worker", node, devices: [0] }];
  const resume: Action = { kind: "resume-job", job, members, after: [] };
  assert.deepEqual(heldAfter({ actions: [resume] }), ["Running", 2000, 1024, 1000]);
  const over: Event = { kind: "job-ended", job, attempt: 1, outcome: "succeeded" };
  assert.deepEqual(heldAfter({ events: [over] }), ["Succeeded", 0, 0, 0]);
});

test("a job that ends while it is told to leave is over when it has departed", () => {
  for (const [outcome, phase] of [
    ["succeeded", "Succeeded"],
    ["failed", "Pending"],
    ["lost", "Pending"],
  ] as const) {
    const { views, fold } = newFold();
    const job = jobId("a");
    const departure = departureId(1);
    fold({ events: [added] });
    fold({ ...submitted(gpuJob), actions: [started("a")] });
    fold({ actions: [{ kind: "suspend-job", job, departure, reason }] });
    fold({ events: [{ kind: "job-ended", job, attempt: 1, outcome }] });
    fold({ events: [{ kind: "departed", departure }] });
    const status = jobStatus(views);
    assert.deepEqual([status.phase, status.failures, status.members], [phase, 0, []]);
  }
});

test("what a deadline ends has failed, once its processes have left", () => {
  const { views, fold } = newFold();
  const job = jobId("a");
  const departure = departureId(1);
  fold({ events: [added] });
  fold({ ...submitted(gpuJob), actions: [started("a")] });
  const refusal = { kind: "can-never", code: "deadline-missed", message: "late" } as const;
  const late = { code: "deadline", for: "" } as const;
  fold({
    actions: [
      { kind: "give-up-job", job, refusal },
      { kind: "stop-job", job, save: false, departure, reason: late },
    ],
  });
  assert.equal(jobStatus(views).phase, "Leaving");
  fold({ events: [{ kind: "departed", departure }] });
  assert.equal(jobStatus(views).phase, "Failed");
});

test("replicas start, sleep, wake, and vanish with their device", () => {
  const { views, fold } = newFold();
  const [service, replica] = [serviceId("s"), replicaId(serviceId("s"), 0)];
  const text = serviceText(
    "s",
    "sleep: {hostMemory: 4Gi}",
    "resources: {cpu: 2, memory: 1Gi, accelerators: {count: 1}}",
  );
  const seen = (entry: Partial<JournalEntry>) => {
    fold(entry);
    const object = views.get("Replica", "s/0");
    const phase = object?.kind === "Replica" ? object.status.phase : "gone";
    const { memory, gpuMilli } = held(views);
    return [phase, memory, gpuMilli];
  };
  fold({ events: [added], changes: applied(text) });
  const start: Action = { kind: "start-replica", service, replica, node, devices: [0], after: [] };
  assert.deepEqual(seen({ actions: [start] }), ["Starting", 1024, 1000]);
  assert.deepEqual(seen({ events: [{ kind: "replica-ready", replica }] }), ["Ready", 1024, 1000]);
  const departure = departureId(1);
  const sleep: Action = { kind: "sleep-replica", service, replica, departure };
  assert.deepEqual(seen({ actions: [sleep] }), ["Leaving", 4096, 0]);
  assert.deepEqual(seen({ events: [{ kind: "departed", departure }] }), ["Sleeping", 4096, 0]);
  // It is off the device that fails.
  assert.deepEqual(seen({ events: [{ kind: "device-failed", node, device: 0 }] })[0], "Sleeping");
  const wake: Action = { kind: "wake-replica", service, replica, devices: [1], after: [] };
  assert.deepEqual(seen({ actions: [wake] }), ["Waking", 1024, 1000]);
  assert.deepEqual(seen({ events: [{ kind: "device-failed", node, device: 1 }] }), ["gone", 0, 0]);
});

test("a node that is lost takes its replicas along, and its gangs when they have departed", () => {
  const { fold } = newFold();
  const [service, replica] = [serviceId("s"), replicaId(serviceId("s"), 0)];
  fold({ events: [added], changes: applied(serviceText("s")) });
  const start: Action = { kind: "start-replica", service, replica, node, devices: [], after: [] };
  fold({ ...submitted(gpuJob), actions: [start, started("a")] });
  const told = fold({ events: [{ kind: "node-lost", node }] });
  assert.deepEqual(
    told.map(({ change }) => `${change.type} ${change.object.metadata.name}`),
    ["DELETED s/0", "DELETED local", "MODIFIED s"],
  );
});

test("ended jobs are remembered up to a limit, the first to end is forgotten first", () => {
  const { views, fold } = newFold();
  fold({ events: [added] });
  const [manifest] = read(jobText("a"));
  const cancelled: Event[] = [];
  for (let number = 0; number < ENDED_JOBS_MAX + 2; number += 1) {
    const name = `job-${number}`;
    const metadata = { ...manifest.metadata, name };
    const change = { kind: "applied", uid: name, manifest: { ...manifest, metadata } } as Change;
    fold({ changes: [change] });
    cancelled.push({ kind: "job-cancelled", job: jobId(name) });
  }
  const told = fold({ events: cancelled });
  const gone = told.filter(({ change }) => change.type === "DELETED");
  assert.deepEqual(
    gone.map(({ change }) => change.object.metadata.name),
    ["job-0", "job-1"],
  );
  assert.equal(views.list("BatchJob").length, ENDED_JOBS_MAX);
});

test("notes are remembered as events; throttling is a condition, since when it is so", () => {
  const { views, fold } = newFold();
  fold({ events: [added] });
  fold({ ...submitted(gpuJob), actions: [started("a")] });
  const about = { kind: "BatchJob", name: "a" } as const;
  const note = {
    about,
    type: "Normal",
    reason: "throttled",
    message: "CPU pressure 40 %",
    condition: { type: "Throttled", status: "True" },
  } as const;
  fold({ notes: [note] });
  fold({ notes: [{ ...note, message: "CPU pressure 50 %" }] });
  const throttled = jobStatus(views).conditions.find(({ type }) => type === "Throttled");
  assert.deepEqual(
    [throttled?.status, throttled?.message, throttled?.since],
    ["True", "CPU pressure 50 %", "1970-01-01T00:00:03.000Z"],
  );
  const reasons = views.events({ about, after: 0, limit: 10 }).map((record) => record.reason);
  assert.deepEqual(reasons, ["submitted", "starting", "throttled"]);
  const [newest] = views.events({ after: 0, limit: 1 });
  assert.deepEqual(views.events({ after: newest.sequence, limit: 10 }), []);
});

test("a replica that is gone is told once: by the engine's note, or else by the event", () => {
  const { views, fold } = newFold();
  const service = serviceId("s");
  const about = { kind: "Replica", name: "s/0" } as const;
  const note = { about, type: "Warning", reason: "replica-failed", message: "boom" } as const;
  fold({ events: [added], changes: applied(serviceText("s")) });
  for (const [number, notes] of [[note], []].entries()) {
    const replica = replicaId(service, number);
    const start: Action = { kind: "start-replica", service, replica, node, devices: [], after: [] };
    fold({ actions: [start] });
    fold({ events: [{ kind: "replica-gone", replica }], notes });
  }
  const told = views.events({ about: { kind: "ModelService", name: "s" }, after: 0, limit: 10 });
  assert.deepEqual(
    told.map((event) => `${event.about.name} ${event.reason}`),
    ["s/0 starting", "s/0 replica-failed", "s/1 starting", "s/1 gone"],
  );
});

test("how a job's command ended is told by the first bad end of its newest failed attempt", () => {
  const { views, fold } = newFold();
  fold({ events: [added] });
  fold({ ...submitted(gpuJob), actions: [started("a")] });
  const about = { kind: "BatchJob", name: "a" } as const;
  const note = { about, type: "Warning", reason: "member-failed", message: "" } as const;
  const failed = (attempt: number, code: number) =>
    fold({ notes: [{ ...note, exit: { attempt, code } }] });
  assert.equal(jobStatus(views).exitCode, undefined);
  failed(1, 7);
  failed(1, 143);
  assert.equal(jobStatus(views).exitCode, 7);
  failed(2, 3);
  assert.equal(jobStatus(views).exitCode, 3);
  fold({ events: [{ kind: "job-ended", job: jobId("a"), attempt: 3, outcome: "succeeded" }] });
  assert.equal(jobStatus(views).exitCode, 0);
});

test("a node that is told as pressed is not open for jobs, and that is news once", () => {
  const { views, fold } = newFold();
  fold({ events: [added] });
  const told = (isPressed: boolean) => {
    fold({ events: [{ kind: "node-pressed", node, isPressed }] });
    const object = views.get("Node", "local");
    assert.ok(object?.kind === "Node");
    const open = object.status.conditions.find(({ type }) => type === "OpenForJobs");
    return open && `${open.status} ${open.reason}`;
  };
  assert.equal(told(true), "False pressed");
  assert.equal(told(true), "False pressed");
  assert.equal(told(false), "True calm");
  const about = { kind: "Node", name: "local" } as const;
  const reasons = views.events({ about, after: 0, limit: 10 }).map((record) => record.reason);
  assert.deepEqual(reasons, ["added", "pressed", "calm"]);
});
