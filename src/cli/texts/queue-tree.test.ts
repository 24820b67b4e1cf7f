import assert from "node:assert/strict";
import { test } from "node:test";
import { writtenQueue } from "../../../test/support/written-objects.ts";
import { PLAIN } from "./columns.ts";
import { formatQueueTree } from "./queue-tree.ts";

test("children stand below their parents, sorted by name", () => {
  const queues = [
    writtenQueue("vision", "research"),
    writtenQueue("research"),
    writtenQueue("default"),
    writtenQueue("speech", "research"),
    writtenQueue("far", "vision"),
    writtenQueue("near", "speech"),
  ];
  assert.equal(
    formatQueueTree(queues, PLAIN),
    `QUEUE       PENDING  RUNNING  CPU  MEMORY  GPUS  WEIGHT
default     1        2        1.5  2Gi     0.5   2
research    1        2        1.5  2Gi     0.5   2
├─ speech   1        2        1.5  2Gi     0.5   2
│  └─ near  1        2        1.5  2Gi     0.5   2
└─ vision   1        2        1.5  2Gi     0.5   2
   └─ far   1        2        1.5  2Gi     0.5   2
`,
  );
});
