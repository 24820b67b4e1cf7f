import assert from "node:assert/strict";
import { test } from "node:test";
import { formatManifest } from "./format-manifest.ts";
import { parseManifests } from "./parse-manifests.ts";

test("a manifest is written in full, in one order, with quotes where YAML 1.1 reads otherwise", () => {
  const text = `
metadata: {annotations: {b: "1:30", a: x}, name: on}
kind: BatchJob
apiVersion: neuraxis.dev/v1alpha1
spec:
  env: [{name: A, value: no}, {name: B, value: "two\\nlines"}]
  image: org/a
  resources: {memory: 1024Mi, cpu: 0.5}
  deadline: 90min
`;
  const result = parseManifests(text, "a.yaml");
  assert.ok(result.ok);
  assert.equal(
    formatManifest(result.value[0]),
    `apiVersion: neuraxis.dev/v1alpha1
kind: BatchJob
metadata:
  name: "on"
  annotations:
    a: x
    b: "1:30"
spec:
  queue: default
  priority: 0
  roles:
    - name: worker
      replicas:
        min: 1
        max: 1
      image: org/a
      env:
        - name: A
          value: "no"
        - name: B
          value: |-
            two
            lines
      resources:
        cpu: 500m
        memory: 1Gi
  retries:
    max: 3
    backoff: 10s
  deadline: 90min
  minimumRuntime: 0s
`,
  );
});
