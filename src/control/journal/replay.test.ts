import assert from "node:assert/strict";
import { test } from "node:test";
import { buildOrigin } from "../../../test/support/build-journal.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel } from "../../../test/support/run-script.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { Scheduler } from "../../decide/scheduler.ts";
import type { Event } from "../../model/event.ts";
import { nodeId, workId } from "../../model/ids.ts";
import { milliseconds } from "../../model/units.ts";
import { entryRandom } from "./entry-random.ts";
import type { Journal, JournalEntry, JournalOrigin } from "./journal.ts";
import { type Replayed, replay } from "./replay.ts";
import { openJournal } from "./sqlite-journal.ts";

const TURNS = 40;
const SNAPSHOT_AT = 30;

const folder = new TempFolder();
/** A policy whose every decision draws a number. */
const create = buildOrigin({ policy: "random", seed: 2 ** 31 - 1 });
/** States by the names that snapshots give them. */
const states = new Map<string, Scheduler>();

test("every decision is made again, from the first entry and from a snapshot", () => {
  const { journal, hash } = record();
  const whole = replay(journal, { newScheduler });
  assert.equal(whole.difference, undefined);
  assert.equal(whole.after, 0);
  assert.equal(whole.sequence, TURNS);
  assert.equal(whole.hash, hash);
  assert.ok(whole.events > TURNS && whole.actions > TURNS / 2);
  assert.equal(whole.hashes, TURNS / 5 + 1);
  const rest = replay(journal, { newScheduler, fromNewestSnapshot: true });
  assert.equal(rest.difference, undefined);
  assert.equal(rest.after, SNAPSHOT_AT);
  assert.equal(rest.hash, hash);
  journal.close();
});

test("another action than the journal's is the first difference, and is named", () => {
  const { journal } = record((entry, sequence) => {
    const [action] = entry.actions;
    if (sequence < 17 || action?.kind !== "place") return entry;
    return { ...entry, actions: [{ ...action, node: nodeId("elsewhere") }] };
  });
  const { difference, sequence } = replay(journal, { newScheduler });
  assert.equal(difference?.about, "actions");
  assert.equal(sequence, difference?.sequence);
  assert.ok(sequence >= 17);
  assert.equal(difference?.nowMs, sequence * 1000);
  assert.equal(difference?.program, "0.2.0");
  assert.match(difference?.expected ?? "", /"node":"elsewhere"/);
  assert.match(difference?.got ?? "", /"node":"n\d"/);
  journal.close();
});

test("an action too many, another hash, and a refused event are differences", () => {
  const wait = { kind: "give-up-job" } as unknown as JournalEntry["actions"][number];
  const again = { kind: "work-ended", work: workId("never") } as const;
  for (const { about, change, expected, got } of [
    {
      about: "actions",
      change: (entry: JournalEntry) => ({ ...entry, actions: [...entry.actions, wait] }),
      expected: /give-up-job/,
      got: /no action/,
    },
    {
      about: "hash",
      change: (entry: JournalEntry) => ({ ...entry, hash: "0123" }),
      expected: /^0123$/,
      got: /^[0-9a-f]{16}$/,
    },
    {
      about: "event",
      change: (entry: JournalEntry) => ({ ...entry, events: [...entry.events, again] }),
      expected: /work-ended/,
      got: /never/,
    },
  ]) {
    const { journal } = record((entry, sequence) => (sequence === 12 ? change(entry) : entry));
    const { difference } = replay(journal, { newScheduler });
    assert.equal(difference?.about, about);
    assert.equal(difference?.sequence, 12);
    assert.match(difference?.expected ?? "", expected);
    assert.match(difference?.got ?? "", got);
    journal.close();
  }
});

test("a snapshot that is not the state of its entry is a difference", () => {
  const { journal } = record();
  const newOne = (origin: JournalOrigin, state?: unknown): Replayed =>
    newScheduler(origin, state === undefined ? undefined : "empty");
  states.set("empty", newScheduler(create));
  const { difference } = replay(journal, { newScheduler: newOne });
  assert.equal(difference?.about, "snapshot");
  assert.equal(difference?.sequence, SNAPSHOT_AT);
  journal.close();
});

let files = 0;

/** A life of single pieces of work on three nodes, written as a control plane writes it. */
function record(change = (entry: JournalEntry, _sequence: number) => entry): {
  journal: Journal;
  hash: string;
} {
  files += 1;
  const journal = openJournal(folder.resolve(`journal-${files}.db`), { create });
  const scheduler = newScheduler(create);
  for (let sequence = 1; sequence <= TURNS; sequence += 1) {
    const nowMs = milliseconds(sequence * 1000);
    const events = eventsOf(sequence).filter((event) => scheduler.apply(event, nowMs).ok);
    const actions = scheduler.decide(nowMs, entryRandom(create.seed, sequence));
    const hash = sequence % 5 === 0 ? { hash: scheduler.hash() } : {};
    const program = sequence === 10 ? { program: "0.2.0" } : {};
    const entry = { nowMs, ...program, changes: [], events, notes: [], actions, ...hash };
    journal.append(change(entry, sequence));
    if (sequence !== SNAPSHOT_AT) continue;
    states.set(`state ${files}`, scheduler.fork());
    journal.writeSnapshot({ sequence, state: `state ${files}` });
  }
  return { journal, hash: scheduler.hash() };
}

function eventsOf(sequence: number): Event[] {
  if (sequence === 1) {
    return [1, 2, 3].map((node) => ({
      kind: "node-added",
      node: buildNode({ id: `n${node}`, cpu: 32_000 }),
    }));
  }
  const request = buildRequest({ cpu: 1000 });
  const submitted = { kind: "work-submitted", work: workId(`w${sequence}`), request } as const;
  const ended = { kind: "work-ended", work: workId(`w${sequence - 7}`) } as const;
  return [submitted, ended];
}

function newScheduler({ policy, profile, scheduler }: JournalOrigin, state?: unknown): Scheduler {
  const saved = typeof state === "string" ? states.get(state) : undefined;
  return saved?.fork() ?? new Scheduler(buildModel(policy, profile), scheduler);
}
