import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import {
  grow,
  resume,
  shrink,
  start,
  startReplica,
  stop,
  stopReplica,
  suspend,
} from "../../../test/support/hand-driven-engine.ts";
import { MemoryBed, settleAll } from "../../../test/support/local-engine/memory-bed.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";

const folder = new TempFolder();
let beds = 0;

function bedOf(): Promise<MemoryBed> {
  beds += 1;
  return new MemoryBed(folder.resolve(`bed-${beds}`)).begin();
}

const TWO = "0 a/0, 1 a/1";

test("all members of a gang meet at one port, though they start at once", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO));
  const [first, second] = [bed.environmentOf("a 1 0"), bed.environmentOf("a 1 1")];
  assert.equal(first["MASTER_PORT"], second["MASTER_PORT"]);
  assert.deepEqual([first["RANK"], second["RANK"], second["WORLD_SIZE"]], ["0", "1", "2"]);
});

test("a gang's file says who is in it: those that joined, without those that are to leave", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO), startReplica(0, "a/5"));
  await bed.order(stopReplica(0, 1), grow("a", "2 a/2", 1), grow("a", "3 a/3"));
  const { NEURAXIS_GANG_FILE: file = "" } = bed.environmentOf("a 1 0");
  const members = () => {
    const gang = JSON.parse(readFileSync(file, "utf8"));
    assert.equal(String(gang.masterPort), bed.environmentOf("a 1 0")["MASTER_PORT"]);
    return gang.members.map(({ member, rank }: Record<string, number>) => `${member} as ${rank}`);
  };
  assert.deepEqual(members(), ["0 as 0", "1 as 1", "3 as 2"]);
  assert.equal(bed.environmentOf("a 1 3")["RANK"], "2");
  await bed.observe();
  await bed.pass(6000);
  assert.deepEqual(await bed.take(), ["started a 1", "ready s/0", "departed 1"].slice(2));
  assert.deepEqual(members(), ["0 as 0", "1 as 1", "2 as 2", "3 as 3"]);
  await bed.order(shrink("a", [1], 2));
  assert.deepEqual(members(), ["0 as 0", "2 as 1", "3 as 2"]);
  await bed.order(stop("a", false, 3));
  await bed.take();
  assert.ok(!existsSync(file));
});

test("a gang one of whose first members cannot start is told as failed, and never as started", async () => {
  const bed = await bedOf();
  bed.machine.isSlow = true;
  await bed.order(start("a", 1, TWO));
  bed.machine.letStart();
  await bed.take();
  await bed.end("a 1 0", 1);
  await bed.pass(3500);
  bed.machine.end(bed.idOf("a 1 1"), 0);
  assert.deepEqual(await bed.take(), ["failed a 1"]);
});

test("a member's bad end is noted with the last that it wrote", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO));
  writeFileSync(bed.machine.workloads.get(bed.idOf("a 1 0"))!.request.stderr, "boom\n");
  await bed.end("a 1 0", 3);
  await bed.take();
  const messages = bed.notes.map(({ message }) => message);
  assert.ok(messages.includes("member 0 (worker) of attempt 1 ended with exit code 3: boom"));
});

test("an order that comes when the end is told and not taken departs after that end", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO), start("b", 1, TWO));
  await bed.end("a 1 0", 0);
  await bed.end("a 1 1", 0);
  assert.deepEqual(await bed.orderIn(suspend("a", 1)), ["started a 1"]);
  assert.deepEqual(await bed.take(), ["started b 1", "succeeded a 1", "departed 1"]);
});

test("a gang that is suspended before it was told as started is told so once, when it has come back", async () => {
  const bed = await bedOf();
  bed.machine.isSlow = true;
  await bed.order(start("b", 1, "0 a/5"));
  await bed.order(start("a", 1, TWO));
  bed.machine.letStart();
  await settleAll();
  assert.deepEqual(await bed.orderIn(suspend("a", 1)), ["started b 1"]);
  assert.deepEqual(await bed.take(), ["departed 1"]);
  await bed.order(resume("a", TWO));
  assert.deepEqual(await bed.take(), ["started a 1"]);
});

test("a member that is to leave ends, though its gang is suspended before it has", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, `${TWO}, 2 a/2`));
  await bed.order(shrink("a", [2], 1), suspend("a", 2));
  assert.deepEqual(await bed.take(), ["departed 2"]);
  await bed.end("a 1 2", 75);
  assert.deepEqual(await bed.take(), ["departed 1"]);
  assert.deepEqual(bed.running, ["a 1 0", "a 1 1"]);
  await bed.order(resume("a", TWO));
  assert.equal(bed.machine.frozen.size, 0);
});

test("a suspended gang goes on while a member that was to leave before is still ending", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, `${TWO}, 2 a/2`));
  await bed.order(shrink("a", [2], 1), suspend("a", 2));
  await bed.take();
  await bed.order(resume("a", TWO));
  await bed.pass(3500);
  assert.deepEqual(await bed.take(), ["departed 1"]);
  assert.deepEqual(bed.running, ["a 1 0", "a 1 1"]);
});

test("a member that is told to leave before its process begins never begins", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO));
  assert.deepEqual(await bed.order(grow("a", "2 a/2"), shrink("a", [2], 1)), ["started a 1"]);
  assert.deepEqual(await bed.take(), ["departed 1"]);
  assert.ok(!bed.machine.spawned.has(bed.idOf("a 1 2")));
});

test("a suspended gang stands still after a restart, and goes on when it is told to", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO));
  await bed.order(suspend("a", 1));
  assert.deepEqual(await bed.take(), ["departed 1"]);
  await bed.restart();
  assert.equal(bed.machine.frozen.size, 2);
  await bed.order(resume("a", TWO));
  assert.equal(bed.machine.frozen.size, 0);
  assert.deepEqual(await bed.take(), []);
});

test("a gang that waits to go on stands still over a restart", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO), startReplica(0, "a/0"));
  await bed.order(suspend("a", 1));
  await bed.take();
  await bed.order(stopReplica(0, 2), resume("a", TWO, 2));
  await bed.restart();
  assert.equal(bed.machine.frozen.size, 2);
  await bed.observe();
  await bed.pass(6000);
  assert.deepEqual(await bed.take(), ["departed 2"]);
  assert.equal(bed.machine.frozen.size, 0);
});

test("a process of a job that was made anew is not taken for one of its successor", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO));
  await bed.take();
  const old = bed.idOf("a 1 0");
  await bed.order(stop("a", false, 1));
  await bed.take();
  bed.jobs.set("a", "another");
  await bed.order(start("a", 1, TWO));
  assert.deepEqual(await bed.take(), ["started a 1"]);
  assert.notEqual(bed.idOf("a 1 0"), old);
});

test("a start that an earlier engine asked for, and that comes later, is not asked for again", async () => {
  const bed = await bedOf();
  bed.machine.isSlow = true;
  await bed.order(start("a", 1, TWO));
  await bed.restart();
  bed.machine.isSlow = false;
  bed.machine.letStart();
  assert.deepEqual(await bed.take(), ["started a 1"]);
  assert.deepEqual(bed.running, ["a 1 0", "a 1 1"]);
});

test("after a machine begins anew its gangs are lost, those that are suspended, too", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO), start("b", 1, TWO));
  await bed.order(suspend("b", 1));
  await bed.take();
  bed.engine.close();
  bed.machine.reboot();
  await bed.begin();
  assert.deepEqual(await bed.take(), ["lost a 1", "lost b 1"]);
  assert.deepEqual([...bed.machine.workloads], []);
});

test("a machine that begins anew with other cores is told anew, and all that it had is lost with the old one", async () => {
  const bed = await bedOf();
  await bed.take();
  await bed.order(start("a", 1, TWO), start("b", 1, TWO), startReplica(0, "a/5"));
  await bed.order(suspend("b", 1));
  await bed.take();
  bed.engine.close();
  bed.machine.reboot();
  bed.machine.cpu = 4000;
  await bed.begin();
  assert.deepEqual(await bed.take(), ["lost a"]);
  assert.deepEqual(bed.running, []);
  await bed.order(stop("a", false, 2), stop("b", false, 3));
  assert.deepEqual(await bed.take(), ["departed 2", "departed 3"]);
  assert.deepEqual([...bed.machine.workloads], []);
  const note = bed.notes.find(({ reason }) => reason === "machine-changed");
  assert.match(note!.message, /^this machine had 8 cores, .* and has 4 cores, /);
  await bed.restart();
  assert.deepEqual(await bed.take(), []);
});

test("a machine that has changed under what runs stays what it was told to be, until nothing runs", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO));
  await bed.take();
  bed.machine.cpu = 4000;
  await bed.restart();
  assert.deepEqual(await bed.take(), []);
  assert.deepEqual(bed.running, ["a 1 0", "a 1 1"]);
  const types = bed.notes.map(({ condition }) => condition?.type);
  assert.ok(types.includes("MachineChanged"), types.join(", "));
  await bed.order(stop("a", false, 1));
  assert.deepEqual(await bed.take(), ["departed 1"]);
  await bed.restart();
  assert.deepEqual(await bed.take(), ["lost a"]);
});

test("what stands in the way of one start is no matter of the others", async () => {
  const bed = await bedOf();
  const mark = bed.idOf("a 1 0").split(".")[2];
  const below = (...names: readonly string[]) => path.join(bed.folder, ...names);
  writeFileSync(below("gangs", `job.a.${mark}.1`), "");
  mkdirSync(below("logs", `${bed.idOf("b 1 0")}.out`));
  mkdirSync(below("work"));
  writeFileSync(below("work", "s"), "");
  await bed.order(start("a", 1, TWO), start("b", 1, TWO), startReplica(0, "a/5"));
  assert.deepEqual(await bed.take(), ["failed a 1", "gone s/0", "started b 1"]);
  assert.deepEqual(bed.running, ["b 1 0", "b 1 1"]);
  const told = bed.notes.filter(({ reason }) => reason === "start-refused");
  assert.deepEqual(
    told.map(({ message }) => /EEXIST/.test(message)),
    [true, true],
  );
});

test("a process that nobody wants is ended and forgotten, and one that is not the engine's is let be", async () => {
  const bed = await bedOf();
  await bed.order(start("a", 1, TWO));
  await bed.order(stop("a", true, 1));
  const request = { ...bed.machine.workloads.get(bed.idOf("a 1 0"))!.request };
  const keeper = bed.machine.openKeeper();
  await keeper.spawn({ ...request, id: "job.gone.01234567.1.0" });
  await keeper.spawn({ ...request, id: "somebody's" });
  await bed.restart();
  await bed.pass(100);
  assert.deepEqual(
    [...bed.machine.workloads.keys()].filter((id) => !id.startsWith("job.a.")),
    ["somebody's"],
  );
});

/** A gang that has begun, and how it saves at a time in seconds since 1970. */
async function savingBed() {
  const bed = await bedOf();
  await bed.order(start("a", 1, "0 a/0"));
  await bed.take();
  const { NEURAXIS_CHECKPOINT_DIR: checkpoints = "" } = bed.environmentOf("a 1 0");
  const save = (name: string, atS: number) => {
    writeFileSync(path.join(checkpoints, name), "");
    utimesSync(path.join(checkpoints, name), atS, atS);
  };
  const told = async () => {
    await bed.pass(2000);
    return bed.take();
  };
  return { bed, save, told };
}

test("a checkpoint dated ahead is not told again and again, and hides none of the others", async () => {
  const { bed, save, told } = await savingBed();
  save("ahead", 4_102_444_800);
  assert.deepEqual(await told(), []);
  save("now", bed.machine.nowMs / 1000);
  assert.deepEqual(await told(), ["saved a 1"]);
  assert.deepEqual(await told(), []);
  await bed.restart();
  assert.deepEqual(await told(), []);
});

test("checkpoints are seen when the machine's clock was set back, once each", async () => {
  const { bed, save, told } = await savingBed();
  bed.machine.nowMs += 3_600_000;
  save("first", bed.machine.nowMs / 1000);
  assert.deepEqual(await told(), ["saved a 1"]);
  bed.machine.nowMs -= 3_600_000;
  // Timers of this clock, unlike the machine's, wait for its old time.
  await bed.restart();
  await bed.pass(500);
  save("second", bed.machine.nowMs / 1000);
  assert.deepEqual(await told(), ["saved a 1"]);
  assert.deepEqual(await told(), []);
});

test("a look for checkpoints that takes long is followed by a rest", async () => {
  const { bed } = await savingBed();
  let looks = 0;
  const uidOf = bed.jobs.get.bind(bed.jobs);
  bed.jobs.get = (name) => {
    looks += 1;
    bed.machine.nowMs += 500;
    return uidOf(name);
  };
  await bed.pass(20_000);
  assert.ok(looks > 0 && looks <= 4, `${looks} looks`);
});
