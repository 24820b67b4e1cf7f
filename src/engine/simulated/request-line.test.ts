import assert from "node:assert/strict";
import test from "node:test";
import { serviceId } from "../../model/ids.ts";
import { RequestLine } from "./request-line.ts";

test("requests are taken in order of arrival, those that came back first", () => {
  const arrivalMs = Float64Array.of(1, 2, 3, 4);
  const line = new RequestLine({ service: serviceId("s"), arrivalMs, serveMs: arrivalMs });
  assert.equal(line.isEmpty, true);
  for (let count = 0; count < 3; count += 1) line.arrive();
  assert.equal(line.nextArrivalMs(), 4);
  assert.deepEqual([line.takeFirst(), line.takeFirst()], [0, 1]);
  line.giveBack([1]);
  line.giveBack([0]);
  assert.deepEqual([line.takeFirst(), line.takeFirst(), line.takeFirst()], [0, 1, 2]);
  assert.equal(line.isEmpty, true);
  line.arrive();
  assert.equal(line.takeFirst(), 3);
  assert.equal(line.nextArrivalMs(), Number.POSITIVE_INFINITY);
});
