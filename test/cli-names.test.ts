import assert from "node:assert/strict";
import { test } from "node:test";
import { noServer, startCliBed } from "./support/cli-bed.ts";
import { jobText, serviceText } from "./support/control-bed.ts";
import { observedObjects } from "./support/memory-plane.ts";
import { runNeuraxis } from "./support/run-neuraxis.ts";
import { TempFolder } from "./support/temp-folder.ts";

const folder = new TempFolder();
const startBed = () => startCliBed(folder);

test("get prints what there is, and tells the rest", async () => {
  const { nx } = await startBed();
  await nx(["apply", "-f", "-"], `${jobText("train")}${jobText("sweep")}`);
  const { code, stdout, stderr } = await nx(["get", "job", "train", "x1", "sweep", "x2"]);
  assert.equal(code, 4);
  assert.match(stdout, /^NAME [^\n]*\ntrain [^\n]*\nsweep [^\n]*\n$/);
  assert.match(
    stderr,
    /^error: there is no job\/x1\. [^\n]*\nerror: there is no job\/x2\. [^\n]*\n$/,
  );
});

test("labels select in sets, and what is no selector is refused", async () => {
  const { nx } = await startBed();
  await nx(["apply", "-f", "-"], jobText("train"));
  const names = await nx(["get", "jobs", "-l", "team notin (nlp,vision)", "-o", "name"]);
  assert.equal(names.stdout, "job/train\n");
  const broken = await nx(["get", "jobs", "-l", "team in nlp"]);
  assert.equal(broken.code, 2);
  assert.match(broken.stderr, /^error: -l: "team in nlp" is not KEY=VALUE, /);
});

test("delete takes those of a kind that have labels", async () => {
  const { nx } = await startBed();
  const labelled = jobText("a").replace(/name: a\b/, "name: a, labels: {team: nlp}");
  await nx(["apply", "-f", "-"], `${labelled}${jobText("b")}`);
  assert.equal((await nx(["delete", "jobs", "-l", "team=nlp"])).stdout, "job/a deleted\n");
  const none = await nx(["delete", "jobs", "-l", "team=nlp"]);
  assert.deepEqual(none, { code: 0, stdout: "", stderr: "There are no jobs of these labels.\n" });
  assert.equal((await nx(["get", "jobs", "-o", "name"])).stdout, "job/b\n");
  assert.equal((await nx(["delete", "job/b", "-l", "team=nlp"])).code, 2);
  assert.equal((await nx(["delete", "nodes", "-l", "team=nlp"])).code, 2);
});

test("logs of all members say whose a line is", async () => {
  const { bed, nx } = await startBed();
  await nx(["apply", "-f", "-"], serviceText("chat"));
  const replica = observedObjects().find(({ kind }) => kind === "Replica");
  assert.ok(replica !== undefined);
  bed.plane.put(replica);
  const files = { stdout: folder.write("3.out", "one\ntwo"), stderr: folder.write("3.err", "") };
  bed.logs.set("ModelService/chat/3", { files, isLive: () => false });
  const all = await nx(["logs", "chat", "--all"]);
  assert.deepEqual(all, { code: 0, stdout: "[3] one\n[3] two\n", stderr: "" });
  assert.equal((await nx(["logs", "chat", "--all", "--replica", "3"])).code, 2);
});

test("delete changes nothing if one of the names is wrong", async () => {
  const { nx } = await startBed();
  await nx(["apply", "-f", "-"], `${jobText("a")}${jobText("b")}`);
  const { code, stdout, stderr } = await nx(["delete", "job", "a", "nope", "b", "--wait"]);
  assert.deepEqual([code, stdout], [4, ""]);
  assert.match(stderr, /^error: there is no job\/nope\. /);
  assert.equal((await nx(["get", "jobs", "-o", "name"])).stdout, "job/a\njob/b\n");
  assert.equal((await nx(["delete", "job", "a", "b"])).stdout, "job/a deleted\njob/b deleted\n");
});

test("secrets have entries, which are forgotten one by one or all", async () => {
  const environment = { ...noServer, NEURAXIS_HOME: folder.resolve("secrets") };
  const secret = (words: readonly string[], input = "") =>
    runNeuraxis(["secret", ...words], { environment, input });
  const empty = await secret(["set", "hub", "token"], "\n");
  assert.equal(empty.code, 2);
  assert.match(empty.stderr, /^error: standard input is empty; --allow-empty /);
  assert.equal((await secret(["set", "hub", "none", "--allow-empty"])).code, 0);
  for (const key of ["a", "b"]) await secret(["set", "hub", key], "hush");
  const one = await secret(["delete", "hub", "a"]);
  assert.deepEqual(one, { code: 0, stdout: "hub/a deleted\n", stderr: "" });
  const again = await secret(["delete", "hub", "a"]);
  assert.equal(again.code, 4);
  assert.match(again.stderr, /^error: there is no entry a of secret hub\. See them all: /);
  assert.equal((await secret(["delete", "hub"])).stdout, "hub/b deleted\nhub/none deleted\n");
  assert.equal((await secret(["delete", "hub"])).code, 4);
  assert.deepEqual(await secret(["list"]), { code: 0, stdout: "", stderr: "" });
});
