import assert from "node:assert/strict";
import { test } from "node:test";
import type { PolicySummary } from "../simulate/campaign.ts";
import { POD_SORTS } from "../simulate/fill-result.ts";
import { formatFill, sayWhatIsBound, sayWhatIsFreed } from "./fill-table.ts";

function summary(policy: string, stranded: number): PolicySummary {
  return {
    policy,
    meanAllocationAt: { 100: 91.234, 130: 95 },
    sdAllocationAt: { 100: 0.126, 130: 0 },
    gpusStranded: { mean: stranded, sd: 1.25 },
    fragmentationRatio: { mean: 0.1234, sd: 0 },
    failedBySort: Object.fromEntries(POD_SORTS.map((sort, index) => [sort, index * 10.25])),
    medianDecisionsPerSecond: 123_456,
  };
}

test("the sentence ranks policies by the GPUs that they strand", () => {
  assert.equal(
    sayWhatIsFreed([summary("best-fit", 300), summary("fgd", 230.4), summary("random", 410.2)]),
    "fgd strands 230 GPUs: 70 fewer than best-fit, 180 fewer than random.",
  );
});

test("one policy has nothing to be compared with", () => {
  assert.match(
    sayWhatIsFreed([summary("fgd", 230)]),
    /^fgd leaves 230 GPUs stranded; name a second/,
  );
});

test("the text is two tables and the sentence", () => {
  const text = formatFill([summary("fgd", 230), summary("best-fit", 300)]);
  assert.equal(
    text,
    [
      "policy    allocated at 100 %  allocated at 130 %  GPUs stranded  fragmented  decisions/s",
      "fgd           91.23 ± 0.13 %      95.00 ± 0.00 %    230.0 ± 1.3      12.3 %      123,456",
      "best-fit      91.23 ± 0.13 %      95.00 ± 0.00 %    300.0 ± 1.3      12.3 %      123,456",
      "",
      "failed pods  no GPU  share  1 GPU  2 GPUs  3-4 GPUs  5+ GPUs",
      "fgd             0.0   10.3   20.5    30.8      41.0     51.3",
      "best-fit        0.0   10.3   20.5    30.8      41.0     51.3",
      "",
      "fgd strands 230 GPUs: 70 fewer than best-fit.",
      "",
    ].join("\n"),
  );
});

test("a bound is a row of its own, with a dash where it says nothing, and a sentence", () => {
  const bound = {
    meanAllocationAt: { 130: 96.5 },
    sdAllocationAt: { 130: 0.016 },
    gpusStranded: { mean: 218.9, sd: 0.84 },
  };
  const lines = formatFill([summary("fgd", 230)], bound).split("\n");
  assert.match(lines[2], /^bound +- +96\.50 ± 0\.02 % +218\.9 ± 0\.8 +- +-$/);
  assert.equal(lines.at(-2), sayWhatIsBound(bound));
  assert.match(
    sayWhatIsBound(bound),
    /^No policy strands fewer than 218 on these arrivals, unless/,
  );
});
