import assert from "node:assert/strict";
import { mkdirSync, realpathSync } from "node:fs";
import { test } from "node:test";
import type { BatchJobObject, JobPhase } from "../src/api/objects.ts";
import { attachJob } from "../src/cli/attach-job.ts";
import type { Host } from "../src/cli/host.ts";
import type { ApiBed } from "./support/api-bed.ts";
import { noServer, startCliBed } from "./support/cli-bed.ts";
import { jobText, queueText, serviceText } from "./support/control-bed.ts";
import { observedObjects } from "./support/memory-plane.ts";
import { runNeuraxis } from "./support/run-neuraxis.ts";
import { TempFolder } from "./support/temp-folder.ts";

const folder = new TempFolder();
const NEURAXIS_HOME = folder.resolve("home");
const startBed = () => startCliBed(folder);

function makeFolder(name: string): string {
  mkdirSync(folder.resolve(name), { recursive: true });
  return folder.resolve(name);
}

/** The job once it is there. */
async function appearance(bed: ApiBed, name: string): Promise<BatchJobObject> {
  for await (const news of bed.client().watch({ kinds: ["BatchJob"] })) {
    const objects = news.type === "LISTED" ? news.objects : [news.object];
    if (objects.some(({ metadata }) => metadata.name === name)) break;
  }
  const object = bed.plane.get("BatchJob", name);
  assert.ok(object?.kind === "BatchJob");
  return object;
}

function end(bed: ApiBed, job: BatchJobObject, phase: JobPhase, exitCode?: number): void {
  const ended = { phase, endedAt: "2026-01-02T03:05:00.000Z" };
  const status = { ...job.status, ...ended, ...(exitCode !== undefined && { exitCode }) };
  bed.plane.put({ ...job, status });
}

test("apply takes files, folders and input at once, and get prints what there is", async () => {
  const { nx } = await startBed();
  makeFolder("manifests");
  folder.write("manifests/a.yaml", jobText("train", "queue: research"));
  folder.write("manifests/b.yml", queueText("research"));
  folder.write("manifests/notes.txt", "no manifest");
  const applied = await nx(["apply", "-f", "manifests", "-f", "-"], serviceText("chat"));
  assert.deepEqual([applied.code, applied.stderr], [0, ""]);
  assert.match(
    applied.stdout,
    /^job\/train created\nqueue\/research created\nservice\/chat created\nstarts +train$/m,
  );
  const all = await nx(["get", "all"]);
  assert.match(
    all.stdout,
    /^NAME +PHASE [^]*^job\/train +Running [^]*^service\/chat +chat +1\/1 /m,
  );
  const names = await nx(["get", "jobs,queues", "-o", "name"]);
  assert.deepEqual(names, { code: 0, stdout: "job/train\nqueue/research\n", stderr: "" });
  const json = await nx(["get", "job/train", "-o", "json"]);
  assert.equal((JSON.parse(json.stdout) as BatchJobObject).metadata.name, "train");
  const yaml = await nx(["get", "svc", "-o", "yaml"]);
  assert.match(yaml.stdout, /^kind: List\nitems:\n {2}- apiVersion: /);
  const nothing = await nx(["get", "jobs", "-l", "team=nlp"]);
  assert.deepEqual(nothing, { code: 0, stdout: "", stderr: "There are no jobs.\n" });
});

test("faults are told by file, line and column of the file that has them", async () => {
  const { nx } = await startBed();
  folder.write("good.yaml", queueText("a"));
  folder.write("bad.yaml", `# A comment.\n${jobText("b", "quue: a")}`);
  const { code, stdout, stderr } = await nx(["apply", "-f", "good.yaml", "-f", "bad.yaml"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^bad\.yaml:8:3: spec\.quue: is no key here \(did you mean "queue"\?\)/);
  assert.equal((await nx(["get", "queues", "-o", "name"])).stdout, "");
  const nothing = await nx(["apply"]);
  assert.deepEqual([nothing.code, nothing.stdout], [2, ""]);
  assert.match(
    nothing.stderr,
    /^error: apply needs manifests: name a file or folder with -f, or - /,
  );
  const missing = await nx(["apply", "-f", "nowhere.yaml"]);
  assert.deepEqual(missing, {
    code: 2,
    stdout: "",
    stderr: "error: -f nowhere.yaml: there is no such file or folder\n",
  });
});

test("describe, why, queue and events tell of objects", async () => {
  const { bed, nx } = await startBed();
  for (const object of observedObjects()) bed.plane.put(object);
  await nx(["apply", "-f", "-"], `${jobText("big")}${queueText("research")}`);
  const job = await nx(["describe", "job", "big"]);
  assert.match(job.stdout, /^Name: +big$[^]*^Spec:\n {2}queue: default$[^]*^Events:\n/m);
  assert.match((await nx(["describe", "replica/chat/3"])).stdout, /^Service: +chat$/m);
  const why = await nx(["why", "big"]);
  assert.match(why.stdout, /^big is Pending \(no-room-now\):\n {2}2 cores of 4 are taken$/m);
  assert.match(why.stdout, /^What to do:\n {2}big starts without the jobs of queue b: takes /m);
  await nx(["apply", "-f", "-"], serviceText("chat"));
  const service = await nx(["why", "svc/chat"]);
  assert.equal(service.stdout, "service/chat is as wanted: 1 ready, 0 starting, 0 asleep, of 1.\n");
  assert.equal((await nx(["why", "chat"])).stdout, service.stdout);
  assert.match((await nx(["queue"])).stdout, /^research +0 +0 +0 +0Mi +0 +1$/m);
  const events = await nx(["events", "--about", "job/big"]);
  assert.match(events.stdout, /^AGE [^]*Normal +job\/big +created +BatchJob big was created\n$/);
  assert.equal((await nx(["top"])).stdout.match(/^(NODE|JOB) /gm)?.length, 2);
});

test("what is not there is told with the nearest name, exit code 4", async () => {
  const { nx } = await startBed();
  await nx(["apply", "-f", "-"], jobText("train"));
  for (const words of [
    ["get", "job/tran"],
    ["why", "tran"],
    ["logs", "tran"],
    ["delete", "j/tran"],
    ["events", "--about", "job/tran"],
  ]) {
    const { code, stdout, stderr } = await nx(words);
    assert.deepEqual([code, stdout], [4, ""]);
    assert.match(stderr, /^error: there is no job\/tran\. Did you mean "train"\? /);
  }
});

test("delete takes names and manifests", async () => {
  const { nx } = await startBed();
  folder.write("both.yaml", `${queueText("q")}${jobText("a")}`);
  await nx(["apply", "-f", "both.yaml"]);
  assert.deepEqual(await nx(["delete", "-f", "both.yaml", "--wait"]), {
    code: 0,
    stdout: "job/a deleted\nqueue/q deleted\n",
    stderr: "",
  });
  const kind = await nx(["delete", "jobs"]);
  assert.equal(kind.code, 2);
  assert.match(kind.stderr, /it deletes no whole kind/);
});

test("cancel ends jobs that stay; one name that is not there, and none is cancelled", async () => {
  const { bed, nx } = await startBed();
  await nx(["apply", "-f", "-"], `${jobText("a")}${jobText("b")}${jobText("c")}`);
  const missing = await nx(["cancel", "a", "d"]);
  assert.deepEqual([missing.code, missing.stdout], [4, ""]);
  end(bed, await appearance(bed, "c"), "Succeeded", 0);
  const stdout = "job/a cancelled\njob/b cancelled\njob/c had ended before\n";
  assert.deepEqual(await nx(["cancel", "a", "job/b", "c"]), { code: 0, stdout, stderr: "" });
  const again = await nx(["cancel", "jobs", "a", "b", "--wait"]);
  assert.equal(again.stdout, "job/a cancelled\njob/b cancelled\n");
  assert.match((await nx(["get", "job/a"])).stdout, /^a +Cancelled /m);
  assert.equal((await nx(["cancel", "queue/q"])).code, 2);
});

test("wait ends when it is so, when it can never be, and when the time is over", async () => {
  const { bed, nx } = await startBed();
  await nx(["apply", "-f", "-"], jobText("a"));
  const met = await nx(["wait", "job/a", "--for", "phase=Running"]);
  assert.deepEqual(met, { code: 0, stdout: "job/a met phase=Running\n", stderr: "" });
  const late = await nx(["wait", "job/a", "--for", "phase=Succeeded", "--timeout", "50ms"]);
  assert.deepEqual([late.code, late.stdout], [5, ""]);
  assert.match(late.stderr, /^error: job\/a has not met phase=Succeeded after 0\.05 s\. Ask /);
  const typo = await nx(["wait", "job/a", "--for", "phase=Succeded"]);
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /^error: --for: "Succeded" is no phase of a job\. Did you mean /);
  end(bed, await appearance(bed, "a"), "Failed");
  const never = await nx(["wait", "job/a", "--for", "phase=Succeeded"]);
  assert.equal(never.code, 6);
  assert.match(never.stderr, /job\/a has ended as Failed/);
});

test("logs prints what a process wrote, of the stream and the part that are wanted", async () => {
  const { bed, nx } = await startBed();
  await nx(["apply", "-f", "-"], `${jobText("train")}${serviceText("chat")}`);
  const files = {
    stdout: folder.write("train.out", "one\ntwo\n"),
    stderr: folder.write("train.err", "bad\n"),
  };
  bed.logs.set("BatchJob/train/youngest", { files, isLive: () => false });
  const tail = await nx(["logs", "train", "--stdout", "--tail", "1"]);
  assert.deepEqual(tail, { code: 0, stdout: "two\n", stderr: "" });
  assert.equal((await nx(["logs", "-f", "job/train", "--stderr"])).stdout, "bad\n");
  bed.logs.set("ModelService/chat/1", { files, isLive: () => false });
  const replica = await nx(["logs", "chat", "--replica", "1", "--stdout"]);
  assert.deepEqual(replica, { code: 0, stdout: "one\ntwo\n", stderr: "" });
  assert.equal((await nx(["logs", "service/chat"])).code, 4);
  const third = await nx(["logs", "train", "--member", "3"]);
  assert.equal(third.code, 4);
  assert.equal(
    third.stderr,
    "error: job/train has no output of a member 3. See its members: neuraxis describe job/train.\n",
  );
  assert.equal((await nx(["logs", "service/chat", "--member", "1"])).code, 2);
});

test("run shows the output of a job on its own streams, and ends as it ends", async () => {
  const { bed, nx } = await startBed();
  const files = {
    stdout: folder.write("r.out", "hello\n"),
    stderr: folder.write("r.err", "careful\n"),
  };
  bed.logs.set("BatchJob/r/0", { files, isLive: () => false });
  const running = nx(["run", "--name", "r", "--env", "A=1", "--", "echo", "-n", "hello"]);
  const job = await appearance(bed, "r");
  const { roles, retries } = job.spec;
  assert.deepEqual(roles[0].command, ["echo", "-n", "hello"]);
  assert.deepEqual([roles[0].workingDirectory, retries.max], [realpathSync(folder.path), 0]);
  end(bed, job, "Succeeded");
  const { code, stdout, stderr } = await running;
  assert.deepEqual([code, stdout], [0, "hello\n"]);
  assert.match(stderr, /^job\/r is submitted; Ctrl-C cancels it\.\n[^]*careful\n/);
  const again = await nx(["run", "--name", "r", "--", "true"]);
  assert.equal(again.code, 6);
  assert.match(again.stderr, /^error: job\/r exists already\. Give another --name, or: /);
});

test("run ends with the exit code of its command", async () => {
  const { bed, nx } = await startBed();
  const failing = nx(["run", "--name", "f", "--", "sh", "-c", "exit 7"]);
  end(bed, await appearance(bed, "f"), "Failed", 7);
  const { code, stderr } = await failing;
  assert.equal(code, 7);
  assert.match(stderr, /^job\/f has ended with exit code 7\.$/m);
});

test("run tells what an exit code does not", async () => {
  const { bed, nx } = await startBed();
  const failing = nx(["run", "--name", "big", "true"]);
  const job = await appearance(bed, "big");
  const message = "member 0 (worker) of attempt 1 needed more memory than it asked for";
  const failed = {
    type: "MemberFailed",
    status: "True",
    reason: "out-of-memory",
    message,
    since: "2026-01-02T03:05:00.000Z",
  } as const;
  end(bed, { ...job, status: { ...job.status, conditions: [failed] } }, "Failed", 137);
  const { code, stderr } = await failing;
  assert.equal(code, 137);
  const told = `job/big has ended with exit code 137: ${message}. Ask for more: --memory.\n`;
  assert.ok(stderr.endsWith(told), stderr);
});

test("a job of run that was given up, or deleted, ends with 6", async () => {
  const { bed, nx } = await startBed();
  const failing = nx(["run", "--name", "f", "false"]);
  end(bed, await appearance(bed, "f"), "Failed");
  assert.equal((await failing).code, 6);
  const gone = nx(["run", "--name", "g", "true"]);
  await appearance(bed, "g");
  await nx(["delete", "job/g"]);
  const { code, stderr } = await gone;
  assert.equal(code, 6);
  assert.match(stderr, /job\/g was deleted before it ended/);
});

test("the first interrupt cancels the job of run", async () => {
  const { bed, nx } = await startBed();
  await nx(["apply", "-f", "-"], jobText("long"));
  const notes: string[] = [];
  const { promise, resolve } = Promise.withResolvers<() => void>();
  const user = {
    onInterrupt: (handle: () => void) => {
      resolve(handle);
      return () => {};
    },
  };
  const host = { user, note: (line: string) => notes.push(line) } as unknown as Host;
  const attached = attachJob(host, bed.client(), { name: "long", members: 1 });
  (await promise)();
  assert.equal(await attached, 130);
  const job = bed.plane.get("BatchJob", "long");
  assert.ok(job?.kind === "BatchJob" && job.status.phase === "Cancelled");
  assert.match(notes.join("\n"), /job\/long is cancelled; Ctrl-C once more/);
});

test("what run and serve cannot take is told by its flag", async () => {
  const { nx } = await startBed();
  const job = await nx(["run", "--cpu", "much", "--memory", "2GB", "true"]);
  assert.deepEqual([job.code, job.stdout], [2, ""]);
  assert.match(job.stderr, /^error: --cpu must be [^\n]*\nerror: --memory must be [^\n]*\n$/);
  const service = await nx(["serve", "--task", "sing", "true"]);
  assert.match(service.stderr, /^error: --task /);
});

test("serve waits until the service is ready", async () => {
  const { bed, nx } = await startBed();
  const { code, stdout, stderr } = await nx(["serve", "--name", "chat", "--", "serve", "--all"]);
  assert.deepEqual([code, stdout], [0, "service/chat is ready\n"]);
  assert.equal(stderr, "service/chat is created; it stays when this command ends.\n");
  const service = bed.plane.get("ModelService", "chat");
  assert.ok(service?.kind === "ModelService");
  assert.deepEqual(service.spec.runtime.command, ["serve", "--all"]);
  assert.deepEqual(service.spec.runtime.port, { env: "PORT" });
});

test("version tells both, and completion needs no control plane", async () => {
  const { nx } = await startBed();
  const both = await nx(["version"]);
  assert.match(both.stdout, /^client {2}\S+\nserver {2}1\.2\.3 \(neuraxis\.dev\/v1alpha1\)\n$/);
  const environment = { ...noServer, NEURAXIS_HOME };
  assert.equal((await runNeuraxis(["version", "--client"], { environment })).code, 0);
  const script = await runNeuraxis(["completion", "bash"], { environment });
  assert.match(script.stdout, /^complete -o default -F _neuraxis neuraxis$/m);
});

test("without a control plane the code is 3, and the cure is up", async () => {
  const environment = { ...noServer, NEURAXIS_HOME };
  const absent = await runNeuraxis(["get", "jobs"], { environment });
  assert.deepEqual([absent.code, absent.stdout], [3, ""]);
  assert.match(
    absent.stderr,
    /^error: no control plane runs: .*api\.json\. Start it: neuraxis up\.\n$/,
  );
  const { bed, nx } = await startBed();
  await bed.close();
  const ended = await nx(["get", "jobs"]);
  assert.equal(ended.code, 3);
  assert.match(ended.stderr, /^error: nothing listens at http:.* Start it: neuraxis up\.\n$/);
});

test("another server gets the token of the environment, and never that of the home", async () => {
  const { bed } = await startBed();
  const home = makeFolder("own");
  folder.write("own/token", "own-token\n");
  const words = ["get", "jobs", "--home", home, "--server", bed.url];
  const without = await runNeuraxis(words, { environment: noServer });
  assert.equal(without.code, 2);
  assert.match(without.stderr, /set NEURAXIS_TOKEN/);
  const wrong = await runNeuraxis(words, { environment: { ...noServer, NEURAXIS_TOKEN: "wrong" } });
  assert.equal(wrong.code, 6);
  const good = await runNeuraxis(words, {
    environment: { ...noServer, NEURAXIS_TOKEN: bed.token },
  });
  assert.deepEqual(good, { code: 0, stdout: "", stderr: "There are no jobs.\n" });
});
