import assert from "node:assert/strict";
import { test } from "node:test";
import { settleAll } from "../../../test/support/local-engine/memory-bed.ts";
import { MemoryMachine } from "../../../test/support/local-engine/memory-machine.ts";
import { KeeperError } from "./keeper/keeper-connection.ts";
import { type KeeperLink, Processes } from "./processes.ts";

/** The processes of a machine, and what was told of them. */
async function open(machine = new MemoryMachine(), keeper = machine.openKeeper()) {
  const told: string[] = [];
  const processes = new Processes(keeper, machine.openIsolation(), machine.clock, {
    onRunning: (id) => told.push(`${id} runs`),
    afterEnd: () => Promise.resolve(),
    onEnded: (id, end) => told.push(`${id} ${end.kind === "refused" ? end.code : end.kind}`),
    onFailure: (error) => told.push(error.message),
  });
  const states = await processes.begin();
  processes.follow();
  await settleAll();
  return { machine, processes, told, states };
}

const share = { class: "offline", cpuMilli: 100, memoryMiB: 10 } as const;
const spec = (id: string, argument = "") => ({
  id,
  argv: ["work", argument],
  env: {},
  cwd: "/",
  stdout: "/out",
  stderr: "/err",
  share,
});

test("a start whose answer was lost is asked for again, and begins one process", async () => {
  const machine = new MemoryMachine();
  const keeper = machine.openKeeper();
  let asks = 0;
  const spawn: KeeperLink["spawn"] = async (request) => {
    const answer = await keeper.spawn(request);
    asks += 1;
    if (asks === 1) throw new KeeperError("connection-lost", "lost");
    return answer;
  };
  const { processes, told } = await open(machine, { ...keeper, spawn });
  processes.start(spec("a"));
  await settleAll();
  machine.pass(200);
  await settleAll();
  assert.deepEqual([asks, told], [2, ["a runs"]]);
});

test("a request larger than a keeper takes is refused, and the keeper is not asked", async () => {
  const { machine, processes, told } = await open();
  processes.start(spec("a", "\u0001".repeat(300_000)));
  await settleAll();
  assert.deepEqual(told, ["a too-large"]);
  assert.deepEqual([...machine.spawned], []);
});

test("a process whose share the kernel refuses ends as refused, and the engine goes on", async () => {
  const machine = new MemoryMachine();
  const keeper = machine.openKeeper();
  const isolation = machine.openIsolation();
  isolation.make = () => {
    throw new Error("no space left");
  };
  const told: string[] = [];
  const processes = new Processes(keeper, isolation, machine.clock, {
    onRunning: () => {},
    afterEnd: () => Promise.resolve(),
    onEnded: (_id, end) => told.push(end.kind === "refused" ? end.message : end.kind),
    onFailure: (error) => told.push(`failure: ${error.message}`),
  });
  processes.start(spec("a"));
  await settleAll();
  assert.deepEqual(told, ["no space left"]);
});

test("a process that does not end within its grace is killed; one that does is not", async () => {
  const { machine, processes, told } = await open();
  processes.start(spec("slow"));
  processes.start(spec("quick"));
  await settleAll();
  for (const id of ["slow", "quick"]) processes.end(id, "SIGTERM", 1000);
  await settleAll();
  machine.end("quick", 0);
  await settleAll();
  machine.pass(1000);
  await settleAll();
  assert.deepEqual(told.slice(2), ["quick exited", "slow exited"]);
  assert.equal(machine.timers, 0);
});

test("an id that is forgotten may be used again, though the keeper has not answered yet", async () => {
  const { machine, processes, told } = await open();
  processes.start(spec("a"));
  await settleAll();
  machine.end("a", 0);
  await settleAll();
  machine.spawned.clear();
  processes.forget("a");
  processes.start(spec("a"));
  await settleAll();
  assert.deepEqual(told, ["a runs", "a exited", "a runs"]);
});

test("what is discarded is ended if it runs, and forgotten if it has ended", async () => {
  const { machine, processes } = await open();
  processes.start(spec("a"));
  processes.start(spec("b"));
  await settleAll();
  machine.end("a", 0);
  await settleAll();
  for (const id of ["a", "b", "unknown"]) processes.discard(id);
  await settleAll();
  assert.deepEqual(
    [...machine.workloads].map(([id, { isRunning }]) => [id, isRunning]),
    [["b", false]],
  );
});

test("what began between the list and the records is found", async () => {
  const machine = new MemoryMachine();
  const keeper = machine.openKeeper();
  const list: KeeperLink["list"] = async () => {
    const answer = await keeper.list();
    await keeper.spawn({ ...spec("a"), rotateBytes: 1024, rotateCount: 0 });
    return answer;
  };
  const { states } = await open(machine, { ...keeper, list });
  assert.deepEqual([...states], [["a", { kind: "running" }]]);
});
