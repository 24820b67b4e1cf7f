import assert from "node:assert/strict";
import { test } from "node:test";
import { folder, testRefusals, WHOLE } from "../../../test/support/scenario-refusals.ts";
import { readScenario } from "./read-scenario.ts";

const worker = "members: 4, cpu: 2, memory: 8Gi, gpus: 1";
const TRAIN = "jobs[0].list[0]";

// Room.
testRefusals({
  "a member larger than any node": {
    take: worker,
    put: "members: 1, cpu: 2, memory: 8Gi, gpus: 8",
    code: "larger-than-any-node",
    key: TRAIN,
    says: /job train needs 8 GPUs on one node; the most that a node has is 4/,
    on: "- name: train",
  },
  "a member that no node holds whole": {
    take: worker,
    put: "members: 1, cpu: 20, memory: 8Gi, gpus: 1",
    code: "larger-than-any-node",
    key: TRAIN,
    says: /needs 20 CPU cores, 8Gi and 1 GPU on one node; .* none has all/,
    on: "- name: train",
  },
  "devices of more memory than any has": {
    take: worker,
    put: `${worker}, gpuMemory: 80Gi`,
    code: "larger-than-any-node",
    key: `${TRAIN}.roles[0].gpuMemory`,
    says: /needs 1 GPU with 80Gi on one node; the largest .* have 24Gi/,
  },
  "devices of a replica of more memory than any has": {
    take: "    gpus: 1\n",
    put: "    gpus: 0.5\n    gpuMemory: 24577Mi\n",
    code: "larger-than-any-node",
    key: "services[0].gpuMemory",
    says: /needs 0\.5 GPUs with 24577Mi on one node; the largest .* have 24Gi/,
    on: "gpuMemory: 24577Mi",
  },
  "more devices than a node has, of more memory than any has": {
    take: worker,
    put: `${worker.replace("gpus: 1", "gpus: 5")}, gpuMemory: 80Gi`,
    code: "larger-than-any-node",
    key: TRAIN,
    says: /needs 5 GPUs with 80Gi on one node; the most that a node has is 4/,
    on: "- name: train",
  },
  "a gang larger than the cluster": {
    take: "members: 4",
    put: "members: 9",
    code: "larger-than-cluster",
    key: TRAIN,
    says: /9 members to be placed at once; the empty cluster holds 8/,
    on: "- name: train",
  },
  "roles that together are larger than the cluster": {
    take: `- {name: worker, ${worker}}`,
    put: `- {name: worker, ${worker}}\n          - {name: rest, members: 5, cpu: 1, memory: 1Gi, gpus: 1}`,
    code: "larger-than-cluster",
    key: TRAIN,
    says: /job train needs 9 GPUs at once; the cluster has 8 GPUs/,
    on: "- name: train",
  },
  "roles that fit alone and in sum, but not together": {
    take: `- {name: worker, ${worker}}`,
    put: "- {name: wide, members: 7, cpu: 9, memory: 1Gi}\n          - {name: rest, members: 4, cpu: 8, memory: 1Gi, gpus: 1}",
    code: "larger-than-cluster",
    key: TRAIN,
    says: /all members of its 2 roles at once; the empty nodes hold each role, and not all together/,
    on: "- name: train",
  },
  "a job larger than its queue's limit": {
    take: "members: 4",
    put: "members: 5",
    code: "larger-than-queue",
    key: TRAIN,
    says: /needs 5 GPUs; queue vision is limited to 4 GPUs/,
    on: "- name: train",
  },
  "a job larger than the guarantee of its queue, which does not borrow": {
    take: "limit: {gpus: 4}}",
    put: "limit: {gpus: 4}, borrows: false}",
    code: "larger-than-queue",
    key: TRAIN,
    says: /needs 8 CPU cores; queue vision does not borrow and is guaranteed 0 CPU cores/,
    on: "- name: train",
  },
  "a job larger than the guarantee of a queue above it, which does not borrow": {
    take: "guaranteed: {gpus: 4}",
    put: "guaranteed: {cpu: 8, memory: 31Gi, gpus: 4}, borrows: false",
    code: "larger-than-queue",
    key: TRAIN,
    says: /needs 32Gi of memory; queue research does not borrow and is guaranteed 31Gi of memory/,
    on: "- name: train",
  },
  "a suspension that no node has the memory for, beside the member's own": {
    take: "{hostMemory: 16Gi",
    put: "{hostMemory: 57Gi",
    code: "larger-than-any-node",
    key: TRAIN,
    says: /needs 65Gi of memory to leave its devices and stay on its node; the largest .* has 64Gi/,
    on: "- name: train",
  },
  "a sleep that no node has the memory for": {
    take: "{hostMemory: 8Gi",
    put: "{hostMemory: 1Ti",
    code: "larger-than-any-node",
    key: "services[0]",
    says: /a replica of service chat needs 1Ti of memory to leave its devices/,
    on: "- name: chat",
  },
  "a replica larger than any node": {
    take: "    cpu: 2\n",
    put: "    cpu: 33\n",
    code: "larger-than-any-node",
    key: "services[0]",
    says: /a replica of service chat needs 33 CPU cores on one node; the largest has 32/,
    on: "- name: chat",
  },
  "more replicas at least than the cluster holds": {
    take: "{min: 0, max: 6}",
    put: "{min: 9, max: 9}",
    code: "larger-than-cluster",
    key: "services[0]",
    says: /has 9 members to be placed at once; the empty cluster holds 8/,
    on: "- name: chat",
  },
  "queues guaranteed more than the cluster has": {
    take: "guaranteed: {gpus: 4}",
    put: "guaranteed: {gpus: 8.5}",
    code: "guarantee-too-large",
    key: "queues[0]",
    says: /guaranteed 8\.5 GPUs; the cluster has 8 GPUs/,
  },
  "a queue guaranteed more than its limit": {
    take: "speech, parent: research",
    put: "speech, parent: research, guaranteed: {gpus: 1}, limit: {gpus: 0.5}",
    code: "invalid-setting",
    key: "queues[2]",
    says: /queue speech is guaranteed 1 GPU and limited to 0\.5 GPUs/,
  },
  "a parent guaranteed less than its children": {
    take: "guaranteed: {gpus: 4}",
    put: "guaranteed: {gpus: 1}",
    code: "guarantee-too-large",
    key: "queues[0]",
    says: /the queues below research are guaranteed 2 GPUs, and it is guaranteed 1 GPU\./,
  },
});

// Amounts and failures.
testRefusals({
  "more pods than there are": {
    take: "queue: speech",
    put: "queue: speech, pods: 2",
    code: "invalid-setting",
    key: "jobs[1].pods",
    says: /2 pods are asked for; there are 1/,
  },
  "a failure of an unknown node": {
    take: "nodeLost: gpu-1",
    put: "nodeLost: gpu-2",
    code: "unknown-name",
    key: "failures[0]",
    says: /node gpu-2 does not exist/,
  },
  "a failure of an unknown device": {
    take: "nodeLost: gpu-1, repair: 1h",
    put: "deviceFailed: {node: gpu-1, device: 4}",
    code: "unknown-name",
    key: "failures[0].deviceFailed.device",
    says: /no device 4; it has 4, counted from 0/,
  },
  "a node lost while it is lost": {
    take: "repair: 1h}",
    put: "repair: 1h}\n  - {at: 150min, nodeLost: gpu-1}",
    code: "invalid-setting",
    key: "failures[1]",
    says: /node gpu-1 is lost already 9000 s after the start/,
    on: "at: 150min",
  },
  "two chances": {
    take: "- {at: 2h, nodeLost: gpu-1, repair: 1h}",
    put: "- {mtbf: 30d, repair: 1h}\n  - {mtbf: 9d, repair: 1h}",
    code: "invalid-setting",
    key: "failures[1]",
    says: /planned once for all nodes/,
    on: "mtbf: 9d",
  },
  "an amount of work without devices": {
    take: "- {openb: pods.csv,",
    put: "- {openb: pods-without-gpus.csv, amount: 1,",
    code: "invalid-setting",
    key: "jobs[1].amount",
    says: /job c needs no GPU/,
  },
});

test("refused: chance without an end", async () => {
  const text = WHOLE.replace("horizon: 2d\n", "").replace("at: 2h, nodeLost: gpu-1", "mtbf: 30d");
  const file = folder.write("scenario.yaml", text);
  const place = { file, line: 33, key: "failures[0]" };
  await assert.rejects(readScenario(file), { code: "missing-key", place, message: /a horizon/ });
});

test("refused: a pod of a trace, at its own line", async () => {
  const cases = [
    ["wide-pods.csv", 3, "larger-than-any-node", /job b needs 99\.999 CPU cores/],
    ["twin-pods.csv", 2, "duplicate-name", /job train stands twice/],
    ["other-pods.csv", 2, "unknown-name", /device kind "G9"/],
  ] as const;
  for (const [pods, line, code, message] of cases) {
    const file = folder.write("scenario.yaml", WHOLE.replace("pods.csv", pods));
    const place = { file: folder.resolve(pods), line };
    await assert.rejects(readScenario(file), { code, place, message });
  }
});
