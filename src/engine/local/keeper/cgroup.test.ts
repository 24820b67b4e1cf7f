import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { KeeperBed } from "../../../../test/support/keeper-bed.ts";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { countOomKills, isCgroupWritable } from "./cgroup.ts";

// Plain folders with the files of a cgroup of version 1: real ones need rights that tests lack.

test("a workload is put into its cgroups, and what is in them is killed with it", async () => {
  const bed = new KeeperBed();
  const folder = new TempFolder();
  const procs = folder.write("cgroup.procs", "");
  assert.equal(isCgroupWritable(folder.path), true);
  const { id, pid } = await bed.spawn(["sleep", "1000"], {
    cgroups: [folder.path],
  });
  assert.equal(readFileSync(procs, "utf8").split("\n")[0], `${pid}`);
  const other = spawn("sleep", ["1000"], { stdio: "ignore" });
  await once(other, "spawn");
  folder.write("cgroup.procs", `${pid}\n${other.pid}\n`);
  const end = once(other, "exit");
  await bed.client.kill(id);
  assert.deepEqual(await end, [null, "SIGKILL"]);
  await bed.endOf(id);
});

test("a kill by the kernel for want of memory is told as such, and only that", async () => {
  const bed = new KeeperBed();
  const folder = new TempFolder();
  folder.write("cgroup.procs", "");
  folder.write("memory.events", "low 0\noom 2\noom_kill 2\noom_group_kill 0\n");
  const cgroups = [folder.path];
  assert.equal(countOomKills(folder.path), 2);
  const script = 'sed -i.old "s/oom_kill 2/oom_kill 3/" "$0/memory.events"; kill -s KILL $$';
  const starved = await bed.spawn(["sh", "-c", script, folder.path], { cgroups });
  const end = await bed.endOf(starved.id);
  assert.equal(end.kind === "exited" && end.oomKilled, true);
  const killed = await bed.spawn(["sh", "-c", "kill -s KILL $$"], { cgroups });
  const other = await bed.endOf(killed.id);
  assert.equal(other.kind === "exited" && other.oomKilled, false);
});

test("what enters its cgroups first is started as what has none is", async () => {
  const bed = new KeeperBed();
  const folder = new TempFolder();
  folder.write("cgroup.procs", "");
  const cgroups = [folder.path];
  const read = async (argv: readonly string[], env: Record<string, string>) => {
    const { id } = await bed.spawn(argv, { cgroups, env });
    const end = await bed.endOf(id);
    assert.equal(end.kind === "exited" && end.code, 0, bed.read(`${id}.out`));
    return bed.read(`${id}.out`);
  };
  const words = ["a b", '"$HOME"', "it's", "*", "", "`id`", "\\n", "ä\n", "."];
  const PATH = "/usr/bin:/bin";
  const printed = await read(["printf", "<%s>", ...words], { PATH });
  assert.equal(printed, words.map((word) => `<${word}>`).join(""));

  if (process.platform === "linux") {
    assert.equal(await read(["ls", "/proc/self/fd"], { PATH }), "0\n1\n2\n3\n");
  }
  const env = {
    PATH,
    "a.b": "dots",
    GREETING: 'good\n"$PATH" `id`',
    IFS: "1",
    LD_PRELOAD: "",
    PWD: "/elsewhere",
    OPTIND: "none",
    NEURAXIS_KEEPER_1: "its own",
  };
  const variables = (await read(["env", "-0"], env)).split("\0").filter(Boolean);
  const rest = variables.filter((text) => !/^(NEURAXIS_KEEPER_ID=.+|SHLVL=0)$/.test(text));
  const wanted = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  assert.deepEqual(new Set(rest), new Set(wanted));
  assert.equal(rest.length, wanted.length);
});

test("what cannot enter or be executed is refused; a program's own codes are not", async () => {
  const bed = new KeeperBed();
  const folder = new TempFolder();
  folder.write("cgroup.procs", "");
  const cgroups = [folder.path];
  const broken = bed.resolve("broken");
  writeFileSync(broken, "#!/no/such/interpreter\n", { mode: 0o755 });
  const refused = await bed.client.spawn(bed.request([broken], { cgroups }));
  assert.match(refused.ok ? "" : refused.reason.code, /^spawn-failed$/);
  assert.match(refused.ok ? "" : refused.reason.message, /not executed: code 127/);
  const closed = new TempFolder();
  symlinkSync("/no/such/folder/file", closed.resolve("cgroup.procs"));
  const before = await bed.client.spawn(bed.request(["true"], { cgroups: [closed.path] }));
  assert.equal(before.ok ? "" : before.reason.code, "cgroup-not-writable");
  const full = new TempFolder();
  symlinkSync("/dev/full", full.resolve("cgroup.procs"));
  const outside = await bed.client.spawn(bed.request(["true"], { cgroups: [full.path] }));
  assert.match(outside.ok ? "" : outside.reason.message, /lets no process into/);
  for (const code of [126, 127]) {
    const { id } = await bed.spawn(["sh", "-c", `exit ${code}`], { cgroups });
    const end = await bed.endOf(id);
    assert.equal(end.kind === "exited" && end.code, code);
  }
});

test("a signal that comes during a start reaches what has begun", async () => {
  const bed = new KeeperBed();
  const folder = new TempFolder();
  folder.write("cgroup.procs", "");
  const request = bed.request(["sleep", "1000"], { cgroups: [folder.path] });
  const [started, signalled] = await Promise.all([
    bed.client.spawn(request),
    bed.client.signal(request.id),
  ]);
  assert.deepEqual([started.ok, signalled.ok], [true, true]);
  const end = await bed.endOf(request.id);
  assert.equal(end.kind === "exited" && end.signal, "SIGTERM");
});

test("a folder without cgroup.procs is no cgroup", () => {
  assert.equal(isCgroupWritable(new TempFolder().path), false);
});
