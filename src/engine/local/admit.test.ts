import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { jobId, queueId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import { mib, milliCpu, milliseconds } from "../../model/units.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { admitJob } from "./admit.ts";
import type { ContainerRuntime } from "./containers/container-runtime.ts";
import { Folders } from "./folders.ts";

const folder = new TempFolder();
const folders = new Folders(folder.resolve("engine"));

const request = { cpu: milliCpu(1), memory: mib(1) };
const job: BatchJob = {
  id: jobId("a"),
  queue: queueId("q"),
  priority: 0,
  roles: [{ name: "worker", request, replicas: { min: 1, max: 1 } }],
  minimumRuntimeMs: milliseconds(0),
  retries: { max: 0, backoffMs: milliseconds(0) },
};

/** What is said of a job with this program, which is looked for in these folders. */
function refusalOf(program: string, names: readonly string[]): string | undefined {
  const launch = { role: "worker", command: [program], args: [], environment: [] };
  const searchPath = names.map((name) => folder.resolve(name)).join(":");
  const options = { folders, searchPath, readSecret: () => undefined };
  return admitJob(job, { roles: [launch] }, options)?.message;
}

test("a program that is not there is refused with the first folders that were looked into", () => {
  const said = (names: readonly string[]) =>
    refusalOf("slepp", names)?.replaceAll(folder.resolve("."), "");
  assert.match(said(["a", "b"]) ?? "", /there is no program slepp in \S*a, \S*b$/);
  const names = Array.from({ length: 40 }, (_, number) => `a-folder-with-a-long-name-${number}`);
  assert.match(said(names) ?? "", /-0, \S+-1, \S+-2 and 37 more of PATH$/);
});

test("a program in any of the folders is admitted", () => {
  mkdirSync(folder.resolve("z"));
  writeFileSync(folder.resolve("z/work"), "");
  chmodSync(folder.resolve("z/work"), 0o755);
  assert.equal(refusalOf("work", ["a", "b", "c", "d", "z"]), undefined);
});

const runtime: ContainerRuntime = {
  kind: "podman",
  program: "/usr/bin/podman",
  version: "5.4.0 with crun",
  placement: "inside",
  user: "0:0",
  init: [],
  environment: {},
};

/** The code with which an image is refused that gets a secret by this variable. */
function codeOf(variable: string, home = folders): string | undefined {
  const secret = { name: variable, secret: { name: "hub", key: "token" } };
  const launch = { role: "worker", image: "localhost/a", args: [], environment: [secret] };
  const options = { folders: home, searchPath: "", readSecret: () => "hush", runtime };
  return admitJob(job, { roles: [launch] }, options)?.code;
}

test("a secret that would steer what starts its container is refused", () => {
  assert.equal(codeOf("TOKEN"), undefined);
  assert.equal(codeOf("CONTAINER_HOST"), "variable-taken");
});

test("an image is refused where the engine's folders are of a name that no container can show", () => {
  assert.equal(codeOf("TOKEN", new Folders(folder.resolve("a,b"))), "cannot-mount");
});
