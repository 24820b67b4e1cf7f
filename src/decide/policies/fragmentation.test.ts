import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel } from "../../../test/support/run-script.ts";

const FITS = buildRequest({ cpu: 1000, count: 1, milli: 250 });
const LACKS_CPU = buildRequest({ cpu: 5000, count: 1, milli: 250 });
const LACKS_DEVICES = buildRequest({ cpu: 1000, count: 2, milli: 500 });
const LACKS_BOTH = buildRequest({ cpu: 5000, count: 3, milli: 500 });
const WRONG_KIND = buildRequest({ cpu: 1000, count: 1, milli: 250, kinds: ["B"] });
const NO_DEVICES = buildRequest({ cpu: 1000 });
const NO_DEVICES_NO_CPU = buildRequest({ cpu: 5000 });

/** F of a node of kind A with 4000 milli-CPU and 1000, 300 and 200 milli, for equal shares. */
function fragmentationFor(...requests: readonly ReturnType<typeof buildRequest>[]): number {
  const model = buildModel("fgd", { classes: requests.map((request) => ({ request, count: 1 })) });
  const set = model.states.sets.intern(Int32Array.of(1000, 300, 200), 0, 3);
  return model.fragmentation.of(model.kinds.intern("A")!, 4000, set);
}

test("P7: a class that fits strands the devices with less than it needs", () => {
  assert.equal(fragmentationFor(FITS), 200);
  assert.equal(fragmentationFor(buildRequest({ cpu: 4000, count: 1, milli: 301 })), 500);
  assert.equal(fragmentationFor(buildRequest({ cpu: 1000, count: 3, milli: 200 })), 0);
});

test("P7: a class that does not fit, or that wants no device, strands all of them", () => {
  for (const request of [
    LACKS_CPU,
    LACKS_DEVICES,
    LACKS_BOTH,
    WRONG_KIND,
    NO_DEVICES,
    NO_DEVICES_NO_CPU,
  ]) {
    assert.equal(fragmentationFor(request), 1500);
  }
});

test("P7: F is the mean over the typical classes by their weight", () => {
  // Half of the work strands 200, half 1500.
  assert.equal(fragmentationFor(FITS, NO_DEVICES), 850);
  assert.equal(fragmentationFor(FITS, LACKS_CPU, LACKS_DEVICES, NO_DEVICES), 1175);
  assert.equal(fragmentationFor(), 0);
});

test("P7: memory is ignored", () => {
  assert.equal(fragmentationFor(buildRequest({ memory: 999, count: 1, milli: 250 })), 200);
});

test("P7: a node without devices has nothing to strand", () => {
  const model = buildModel("fgd", { classes: [{ request: NO_DEVICES, count: 1 }] });
  const set = model.states.sets.intern(new Int32Array(0), 0, 0);
  assert.equal(model.fragmentation.of(-1, 4000, set), 0);
});
