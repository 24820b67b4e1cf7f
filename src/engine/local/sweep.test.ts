import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { catalogOf } from "../../../test/support/local-engine/memory-bed.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { Folders } from "./folders.ts";
import { markOf } from "./process-ids.ts";
import { ProcessLogs } from "./process-logs.ts";
import { Sweep } from "./sweep.ts";

const temp = new TempFolder();
const [job, service, old] = ["uid-a", "uid-s", "uid-of-before"].map(markOf);
const catalog = catalogOf(new Map([["a", "uid-a"]]), new Map([["s", "uid-s"]]));

function foldersOf(name: string, logs: readonly string[]): Folders {
  const folders = new Folders(temp.resolve(name));
  for (const file of logs) writeFileSync(path.join(folders.logs, file), "");
  return folders;
}

const sweep = (folders: Folders, running: readonly string[] = []) =>
  new Sweep(folders, catalog, (id) => running.includes(id)).run();

test("output of jobs that are forgotten is removed, also of an earlier one of the same name", async () => {
  const kept = [`job.a.${job}.1.0.out`, `job.a.${job}.2.0.err`, `job.a.${job}.1.0.out.1`];
  const gone = [`job.b.${job}.1.0.out`, `job.b.${job}.1.0.err.3`, `job.a.${old}.7.0.out`];
  const folders = foldersOf("jobs", [...kept, ...gone]);
  await sweep(folders);
  assert.deepEqual(readdirSync(folders.logs).toSorted(), kept.toSorted());
});

test("what stands in the place of a forgotten output goes, and what a link leads to stays", async () => {
  const folders = foldersOf("odd", []);
  const outside = temp.resolve("odd-outside");
  mkdirSync(outside);
  writeFileSync(path.join(outside, "theirs"), "");
  const resolve = (name: string) => path.join(folders.logs, name);
  symlinkSync(outside, resolve(`job.b.${job}.1.0.out`));
  symlinkSync(temp.resolve("nowhere"), resolve(`job.b.${job}.1.0.err`));
  mkdirSync(resolve(`job.b.${job}.1.0.err.1`));
  symlinkSync(outside, path.join(resolve(`job.b.${job}.1.0.err.1`), "link"));
  execFileSync("mkfifo", [resolve(`job.b.${job}.1.0.out.1`), resolve(`job.a.${job}.1.0.out`)]);
  await sweep(folders);
  assert.deepEqual(readdirSync(folders.logs), [`job.a.${job}.1.0.out`]);
  assert.deepEqual(readdirSync(outside), ["theirs"]);
});

test("of a service's replicas the newest 20 that have ended keep their output, and all that run", async () => {
  const outputs = Array.from({ length: 25 }, (_, number) => `replica.s.${service}.${number}.out`);
  const folders = foldersOf("replicas", outputs);
  await sweep(folders, [`replica.s.${service}.0`, `replica.s.${service}.24`]);
  const left = [outputs[0], ...outputs.slice(4)];
  assert.deepEqual(readdirSync(folders.logs).toSorted(), left.toSorted());
});

test("of a job's attempts the newest 20 keep their output, that of all members, and no half copy of any stays", async () => {
  const outputs = Array.from({ length: 25 }, (_, attempt) =>
    [0, 1].map((member) => `job.a.${job}.${attempt + 10}.${member}.out`),
  );
  const half = [`job.b.${job}.1.0.out.rotating`];
  const folders = foldersOf("attempts", [...outputs.flat(), ...half]);
  await sweep(folders);
  assert.deepEqual(readdirSync(folders.logs).toSorted(), outputs.slice(5).flat());
});

test("what the engine did not make is left alone, and so is what runs", async () => {
  const files = ["system.door.out", "notes.txt", "job.b.out", "%zz.out", `job.b.${job}.1.0.out`];
  const folders = foldersOf("others", files);
  await sweep(folders, [`job.b.${job}.1.0`]);
  assert.deepEqual(readdirSync(folders.logs).toSorted(), files.toSorted());
});

test("folders to start in go with their objects, and what links lead to stays", async () => {
  const folders = foldersOf("work", []);
  const outside = temp.write("outside", "");
  for (const name of ["a", "s", "b"]) {
    mkdirSync(path.join(folders.work, name), { recursive: true });
    symlinkSync(outside, path.join(folders.work, name, "link"));
  }
  symlinkSync(temp.path, path.join(folders.work, "c"));
  await sweep(folders);
  assert.deepEqual(readdirSync(folders.work).toSorted(), ["a", "c", "s"]);
  assert.ok(existsSync(outside));
});

test("the output that is shown is of the newest attempt of the job that has the name now", () => {
  const folders = foldersOf("logs", [
    `job.a.${job}.1.0.out`,
    `job.a.${job}.2.3.out`,
    `job.a.${old}.9.0.out`,
    `replica.s.${service}.4.out`,
    `replica.s.${old}.8.out`,
  ]);
  writeFileSync(path.join(folders.logs, "%zz"), ""); // No name that the engine gives.
  const logs = new ProcessLogs(folders, catalog);
  assert.equal(logs.ofMember("a", undefined), `job.a.${job}.2.3`);
  assert.equal(logs.ofMember("a", 0), undefined);
  assert.equal(logs.ofMember("b", undefined), undefined);
  assert.equal(logs.ofReplica("s", undefined), `replica.s.${service}.4`);
});
