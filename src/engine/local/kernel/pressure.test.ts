import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { Cgroups } from "./cgroups.ts";
import { PressureSampler } from "./pressure.ts";

/** Cgroups of version 2 in plain folders, and a clock moved by hand. */
function fake() {
  const folder = new TempFolder();
  const write = (file: string, text: string) => folder.write(`neuraxis-test.${file}`, text);
  const tell = (cpuUs: number, memoryUs: number, usageUs: number) => {
    const stall = (total: number) =>
      `some avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n`;
    write("online/cpu.pressure", stall(cpuUs));
    write("online/memory.pressure", stall(memoryUs));
    write("online/cpu.stat", `usage_usec ${usageUs}\nuser_usec 1\n`);
    write("offline/cpu.stat", `usage_usec ${usageUs * 3}\nuser_usec 1\n`);
  };
  for (const workClass of ["online", "offline"]) {
    mkdirSync(folder.resolve(`neuraxis-test.${workClass}`));
    write(`${workClass}/cpu.pressure`, "");
  }
  tell(5_000_000, 6_000_000, 9_000_000);
  const hierarchy = { version: 2, base: folder.path, isTop: true, controllers: ["core"] } as const;
  const machine = { key: "test", cores: 2, hasBfq: false, hasSwap: false };
  const time = { nowMs: 1000 };
  const cgroups = new Cgroups([hierarchy], machine);
  return { tell, time, sampler: new PressureSampler(cgroups, { clock: () => time.nowMs }) };
}

test("a sample tells the shares of the time since the last one", () => {
  const { tell, time, sampler } = fake();
  tell(5_010_000, 6_005_000, 9_040_000);
  time.nowMs += 100;
  assert.deepEqual(sampler.sample(), {
    atMs: 1100,
    spanMs: 100,
    cpuWait: 0.1,
    memoryStall: 0.05,
    onlineCpuMilli: 400,
    offlineCpuMilli: 1200,
    costMs: 0,
  });
  time.nowMs += 50;
  const { cpuWait, onlineCpuMilli } = sampler.sample() ?? {};
  assert.deepEqual({ cpuWait, onlineCpuMilli }, { cpuWait: 0, onlineCpuMilli: 0 });
});

test("no time passed, no sample; and a share is at most all of it", () => {
  const { tell, time, sampler } = fake();
  assert.equal(sampler.sample(), undefined);
  tell(6_000_000, 6_000_000, 9_000_000);
  time.nowMs += 10;
  assert.equal(sampler.sample()?.cpuWait, 1);
});
