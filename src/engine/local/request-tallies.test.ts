import assert from "node:assert/strict";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { serviceId } from "../../model/ids.ts";
import type { DoorObservation } from "./door/protocol.ts";
import { RequestTallies } from "./request-tallies.ts";

const folder = new TempFolder();
const s = serviceId("s");

/** What a door of this name has counted of the service. */
function seen(incarnation: string, arrived: number, ended = arrived): DoorObservation {
  const service = { name: "s", arrived, begun: arrived, ended, refused: 0, replicas: [] };
  return { incarnation, revision: 1, services: [service] };
}

function count(tallies: RequestTallies, observation: DoorObservation, uid = "u"): number {
  const counts = tallies.count(observation, observation.services[0], uid);
  tallies.told(s, uid, counts);
  return counts.arrived;
}

test("a door that begins anew counts on from what was told", () => {
  const tallies = new RequestTallies(folder.resolve("doors"));
  assert.equal(count(tallies, seen("first", 5)), 5);
  assert.equal(count(tallies, seen("second", 2)), 7);
});

test("a service of a used name counts from 0, and a restart takes nothing away twice", () => {
  const file = folder.resolve("names");
  const tallies = new RequestTallies(file);
  count(tallies, seen("door", 5));
  tallies.forget(s);
  const restarted = new RequestTallies(file);
  restarted.told(s, "u", { arrived: 5, begun: 5, ended: 5 });
  restarted.forget(s);
  assert.equal(count(restarted, seen("door", 5), "v"), 0);
  assert.equal(count(restarted, seen("door", 8), "v"), 3);
});

test("a service that is made anew before anybody looked counts from 0, too", () => {
  const tallies = new RequestTallies(folder.resolve("anew"));
  count(tallies, seen("door", 5));
  assert.equal(tallies.lastOf(s, "v"), undefined);
  assert.equal(count(tallies, seen("door", 6), "v"), 1);
});

test("what was told is known after a restart, though its file is lost", () => {
  const tallies = new RequestTallies(folder.resolve("lost"));
  tallies.restore([[s, { uid: "u", counts: { arrived: 4, begun: 4, ended: 4 } }]]);
  assert.equal(count(tallies, seen("door", 1)), 5);
});
