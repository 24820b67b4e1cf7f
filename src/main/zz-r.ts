import { readJournal } from "../control/journal/sqlite-journal.ts";
import { schedulerMaker } from "../control/make-scheduler.ts";
import { entryRandom } from "../control/journal/entry-random.ts";
const j = readJournal(process.argv[2]!);
for (const mode of ["plain", "plain", "wake", "fork"]) {
  let s = schedulerMaker(j.origin).blank();
  let prev = 0;
  for (const { sequence, entry } of j.entriesAfter(0)) {
    if (sequence > 300) break;
    if (entry.nowMs < prev) console.log("time back", sequence); prev = entry.nowMs;
    for (const e of entry.events) { const r = s.apply(e, entry.nowMs as any); if (!r.ok) console.log(r); }
    const a = s.decide(entry.nowMs as any, entryRandom(j.origin.seed, sequence));
    if (JSON.stringify(a) !== JSON.stringify(entry.actions)) console.log(mode, sequence, "differs");
    if (mode === "wake") s.nextWakeMs(entry.nowMs as any);
    if (mode === "fork") s = s.fork();
    if (entry.hash) console.log(mode, sequence, s.hash(), s.hash() === entry.hash);
  }
}
