import assert from "node:assert/strict";
import { test } from "node:test";
import { doctorText } from "./doctor.ts";

test("what was found fits into 80 columns, with what to do below it", () => {
  const text = doctorText([
    { what: "runtime", state: "ok", finding: "Node 24.1.0 on linux" },
    {
      what: "offline-quota",
      state: "weaker",
      finding:
        "by nothing: under pressure offline work is frozen at once instead of throttled first",
      cure: "give this user the controller cpu",
    },
    { what: "disk", state: "missing", finding: "1 MiB free for /home", cure: "free 1023 MiB" },
  ]);
  assert.equal(
    text,
    `WHAT           STATE    FINDING
runtime        ok       Node 24.1.0 on linux
offline-quota  weaker   by nothing: under pressure offline work is frozen at
                        once instead of throttled first
                        To do: give this user the controller cpu.
disk           missing  1 MiB free for /home
                        To do: free 1023 MiB.
`,
  );
});
