import assert from "node:assert/strict";
import { test } from "node:test";
import { readScenario } from "../../src/simulate/scenario/read-scenario.ts";
import { InputError, type InputErrorCode } from "../../src/trace/input-error.ts";
import { TempFolder } from "./temp-folder.ts";

/** Where the scenario and its traces are written. */
export const folder = new TempFolder();

/** A scenario without a fault, in whose folder the traces lie. */
export const WHOLE = `name: refusals
seed: 7
horizon: 2d
grace: 30s
nodes:
  - {count: 2, name: gpu, cpu: 16, memory: 64Gi, gpus: 4, kind: A10, gpuMemory: 24Gi}
  - {count: 2, name: big, cpu: 32, memory: 16Gi}
queues:
  - {name: research, guaranteed: {gpus: 4}}
  - {name: vision, parent: research, guaranteed: {gpus: 2}, limit: {gpus: 4}}
  - {name: speech, parent: research}
jobs:
  - list:
      - name: train
        queue: vision
        submit: 90s
        work: 2h
        suspension: {hostMemory: 16Gi, suspend: 1s, resume: 2s}
        roles:
          - {name: worker, members: 4, cpu: 2, memory: 8Gi, gpus: 1}
  - {openb: pods.csv, queue: speech}
services:
  - name: chat
    cpu: 2
    memory: 8Gi
    gpus: 1
    replicas: {min: 0, max: 6}
    start: 30s
    sleep: {hostMemory: 8Gi, sleep: 1s, wake: 3s, standby: 2}
    scaling: {keepAlive: 1min}
    objective: {wait: 10s, quantile: 0.99}
    requests: {imageRequests: images.csv}
failures:
  - {at: 2h, nodeLost: gpu-1, repair: 1h}
prices: {A10: 0.75}
`;
folder.write("images.csv", "gmt_create,exec_time_seconds\n2024-01-01 00:00:00,5\n");
const PODS = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time\n";
folder.write("pods.csv", `${PODS}a,1,1,1,500,,10,20\n`);
folder.write("wide-pods.csv", `${PODS}a,1,1,1,500,,10,20\nb,99999,1,1,500,,10,20\n`);
folder.write("twin-pods.csv", `${PODS}train,1,1,1,500,,10,20\n`);
folder.write("pods-without-gpus.csv", `${PODS}c,1,1,0,0,,10,20\n`);
folder.write("other-pods.csv", `${PODS}a,1,1,1,500,G9,10,20\n`);

/** What of `WHOLE` is replaced by what, and the refusal: code, key and words. */
export interface RefusedCase {
  readonly take: string;
  readonly put: string;
  readonly code: InputErrorCode;
  readonly key: string;
  readonly says: RegExp;
  /** What the refused line holds, where it is not what was put. */
  readonly on?: string;
}

async function assertRefusal({ take, put, code, key, says, on = put }: RefusedCase): Promise<void> {
  assert.equal(WHOLE.split(take).length, 2, `"${take}" stands once`);
  const text = WHOLE.replace(take, put);
  const file = folder.write("scenario.yaml", text);
  const line = text.slice(0, text.indexOf(on)).split("\n").length;
  await assert.rejects(readScenario(file), (error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, says);
    assert.deepEqual([error.code, error.place], [code, { file, line, key }], error.message);
    return true;
  });
}

/** One test a case, called by what is refused. */
export function testRefusals(cases: Readonly<Record<string, RefusedCase>>): void {
  for (const [what, refused] of Object.entries(cases)) {
    test(`refused: ${what}`, () => assertRefusal(refused));
  }
}
