import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { GroupError, joinGroup, type GroupPlace } from "./process-group.ts";

const patient = { gatherMs: 20_000, answerMs: 20_000 };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function places(worldSize: number): Promise<GroupPlace[]> {
  const port = await freePort();
  return Array.from({ length: worldSize }, (_, rank) => ({
    rank,
    worldSize,
    address: "127.0.0.1",
    port,
    purpose: "test",
  }));
}

/** The last process comes first: it has to try until process 0 listens. */
async function joinAll(worldSize: number) {
  const all = await places(worldSize);
  const joining = all.toReversed().map((place) => joinGroup(place, patient));
  return (await Promise.all(joining)).toReversed();
}

test("sums are the same bytes everywhere, added in the order of ranks", async () => {
  const groups = await joinAll(3);
  // In another order the 1 would survive: 2^25 + 1 is no 32-bit float, 2^25 - 2^25 + 1 is 1.
  const values = [2 ** 25, 1, -(2 ** 25)].map((value, rank) => Float32Array.of(value, rank));
  await Promise.all(groups.map((group, rank) => group.sum(values[rank])));
  for (const sums of values) assert.deepEqual([...sums], [0, 3]);
  for (const group of groups) group.close();
});

test("large values arrive whole, and calls follow one another", async () => {
  const groups = await joinAll(2);
  const values = groups.map((_, rank) => new Float32Array(300_000).fill(rank + 1));
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(groups.map((group, rank) => group.sum(values[rank])));
  }
  for (const sums of values) assert.ok(sums.every((sum) => sum === 12));
  for (const group of groups) group.close();
});

test("process 0's bytes reach all", async () => {
  const groups = await joinAll(3);
  const texts = await Promise.all(
    groups.map((group, rank) => group.broadcast(Buffer.from(`of ${rank}`))),
  );
  assert.deepEqual(texts.map(String), ["of 0", "of 0", "of 0"]);
  for (const group of groups) group.close();
});

test("one process alone needs no network", async () => {
  const [place] = await places(1);
  const group = await joinGroup(place);
  const values = Float32Array.of(5);
  await group.sum(values);
  assert.deepEqual([...values], [5]);
});

test("a lost peer is an error for those that wait for it", async () => {
  const [leader, follower] = await joinAll(2);
  follower.close();
  await assert.rejects(leader.sum(Float32Array.of(1)), {
    name: "GroupError",
    message: "lost process 1: the connection was closed",
  });
  const [first, second] = await joinAll(2);
  const waiting = second.sum(Float32Array.of(1));
  first.close();
  await assert.rejects(waiting, { message: "lost process 0: the connection was closed" });
});

test("a peer that says nothing for too long is lost", async () => {
  const all = await places(2);
  const hasty = { gatherMs: 20_000, answerMs: 20 };
  const [leader, follower] = await Promise.all(all.map((place) => joinGroup(place, hasty)));
  await assert.rejects(leader.sum(Float32Array.of(1)), /lost process 1: no word for 0\.02 s/);
  leader.close();
  follower.close();
});

test("who does not come in time is named", async () => {
  const [leader, follower] = await places(3);
  const hasty = { gatherMs: 30, answerMs: 20_000 };
  await assert.rejects(joinGroup(leader, hasty), new GroupError("process 1, 2 of 3 did not come"));
  await assert.rejects(joinGroup(follower, hasty), /process 0 cannot be reached at 127\.0\.0\.1:/);
});

test("a process with other options is refused, and ends the group", async () => {
  const [leader, follower] = await places(2);
  const ends = await Promise.allSettled([
    joinGroup(leader, patient),
    joinGroup({ ...follower, purpose: "another" }, patient),
  ]);
  for (const end of ends) {
    assert.equal(end.status, "rejected");
    assert.match(String(end.reason), /process 1 of 2 has other options or another text/);
  }
});

test("a stranger is sent away and harms nobody", async () => {
  const [leader, follower] = await places(2);
  const joining = joinGroup(leader, patient);
  for (const words of ["GET / HTTP/1.1\r\n\r\n", "\u0002\0\0\0\0{}"]) {
    const stranger = connect(leader.port, leader.address, () => stranger.write(words));
    stranger.on("error", () => {});
    await once(stranger, "close");
  }
  const groups = await Promise.all([joining, joinGroup(follower, patient)]);
  for (const group of groups) group.close();
});
