import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { Journal } from "./journal.ts";
import { Ledger, type JournalLine } from "./ledger.ts";

const process = { pid: 7, startTime: "a:1" };
const end = { code: 0, signal: null, oomKilled: false };

test("a record is seen in the ledger at once, and told once it is on the disk", async () => {
  const journal = new Journal(new TempFolder().resolve("log"));
  assert.equal(journal.append(spawning("a")), true);
  journal.append({ kind: "spawned", id: "a", sequence: 1, atMs: 5, ...process });
  assert.equal(journal.ledger.sequence, 1);
  assert.equal(journal.syncedSequence, 0);
  const first = journal.sync();
  assert.equal(journal.sync(), first);
  await first;
  assert.equal(journal.syncedSequence, 1);
});

test("an opened journal says what was appended, without a last line that was cut off", () => {
  const folder = new TempFolder();
  const file = folder.write("log", `${toText(lifeOf("a", 1).slice(0, 2))}{"kind":"exi`);
  const journal = new Journal(file);
  assert.equal(journal.ledger.workloads.get("a")?.phase, "running");
  journal.append({ kind: "exited", id: "a", sequence: 2, atMs: 6, ...process, ...end });
  assert.deepEqual(new Journal(file).ledger, journal.ledger);
  assert.equal(readFileSync(file, "utf8"), toText(lifeOf("a", 1)));
});

test("a last line with its end that cannot be read is cut, another one is an error", () => {
  const folder = new TempFolder();
  const good = toText(lifeOf("a", 1));
  const file = folder.write("log", `${good}\0\0\n`);
  assert.equal(new Journal(file).ledger.sequence, 2);
  assert.equal(readFileSync(file, "utf8"), good);
  folder.write("log", `${good}\0\0\n${good}`);
  assert.throws(() => new Journal(file), /log:4: damaged line/);
});

test("a large journal is compacted when it is opened, and says the same", async () => {
  const folder = new TempFolder();
  const lines = Array.from({ length: 3000 }, (_, index) => [
    ...lifeOf(`work-${index}`, 3 * index + 1),
    forgotten(`work-${index}`, 3 * index + 3),
  ]).flat();
  const text = toText([...lifeOf("kept", 9001), ...lines, spawning("open")]);
  const file = folder.write("log", text);
  const journal = new Journal(file);
  assert.ok(statSync(file).size < text.length / 2);
  assert.equal(journal.ledger.workloads.size, 2);
  journal.append(forgotten("kept", 9003));
  await journal.sync();
  assert.deepEqual(new Journal(file).ledger, journal.ledger);
});

test("a ledger read from its own shortest journal is the same", () => {
  const ledger = new Ledger();
  const lines = [
    ...lifeOf("a", 1),
    forgotten("a", 3),
    ...lifeOf("b", 4),
    ...lifeOf("a", 6),
    spawning("refused"),
    { kind: "not-spawned", id: "refused" } as const,
    spawning("lost at its start"),
    { kind: "lost", id: "lost at its start", sequence: 8, atMs: 9 } as const,
    forgotten("b", 9),
    spawning("open"),
  ];
  for (const line of lines) ledger.apply(line);
  const copy = new Ledger();
  for (const line of ledger.toLines()) copy.apply(line);
  assert.deepEqual(copy, ledger);
  assert.deepEqual(
    ledger.since(0, 9).map(({ sequence }) => sequence),
    [3, 6, 7, 8, 9],
  );
  assert.deepEqual(
    ledger.since(6, 8).map(({ sequence }) => sequence),
    [7, 8],
  );
});

function lifeOf(id: string, sequence: number): JournalLine[] {
  return [
    spawning(id),
    { kind: "spawned", id, sequence, atMs: 5, ...process },
    { kind: "exited", id, sequence: sequence + 1, atMs: 6, ...process, ...end },
  ];
}

function spawning(id: string): JournalLine {
  const outputs = { stdout: "/out", stderr: "/out", rotateBytes: 1024, rotateCount: 0 };
  const rest = { stopSignal: "SIGTERM", cgroups: [], marker: `mark of ${id}` } as const;
  return { kind: "spawning", launch: { id, ...outputs, ...rest } };
}

function forgotten(id: string, sequence: number): JournalLine {
  return { kind: "forgotten", id, sequence, atMs: 7 };
}

function toText(lines: readonly JournalLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
