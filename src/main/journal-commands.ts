import type { ReplayAnswer } from "../cli/machine-host.ts";
import { UsageError } from "../cli/usage-error.ts";
import { JournalError } from "../control/journal/journal-error.ts";
import { replay } from "../control/journal/replay.ts";
import { restoreJournal } from "../control/journal/restore-journal.ts";
import { readJournal } from "../control/journal/sqlite-journal.ts";
import { schedulerMaker } from "../control/make-scheduler.ts";
import type { SnapshotState } from "../control/recover.ts";

/** Decides everything in the journal of this file anew. @throws UsageError if it cannot be read, or is empty. */
export function replayFile(file: string): ReplayAnswer {
  const report = orUsageError(() => {
    const journal = readJournal(file);
    const maker = schedulerMaker(journal.origin);
    const newScheduler = (_: unknown, state?: unknown) =>
      state === undefined ? maker.blank() : maker.restore((state as SnapshotState).scheduler);
    return replay(journal, { newScheduler });
  });
  const { after, sequence, events, actions, hashes, hash, difference } = report;
  if (sequence === 0) {
    throw new UsageError(
      `${file} holds no entries. The newest are in ${file}-wal until the control plane ends: ` +
        "copy that file as well, or end the control plane first.",
    );
  }
  const lines = [
    `entries ${after + 1} to ${sequence}: ${events} events, ${actions} actions, ${hashes} hashes compared`,
    `state after entry ${sequence}: ${hash}`,
  ];
  if (difference === undefined)
    return { isSame: true, lines: [...lines, "every decision is the same"] };
  const { about, expected, got } = difference;
  const where = `entry ${difference.sequence} of ${new Date(difference.nowMs).toISOString()}`;
  return {
    isSame: false,
    lines: [
      ...lines,
      `${where} differs in its ${about}:`,
      `  journal: ${expected}`,
      `  now:     ${got}`,
    ],
  };
}

/** Makes the journal of this file sound. @throws UsageError if it cannot. */
export function restoreFile(file: string): readonly string[] {
  const report = orUsageError(() => restoreJournal(file));
  const { faults, damagedFile, sequence, lastMs, kept, lost, historyLost, snapshotsLost } = report;
  if (faults.length === 0) return [`${file} is sound; nothing was done`];
  const rangeOf = (range: typeof kept) =>
    range === undefined ? "none" : `${range.first} to ${range.last}`;
  const time = lastMs === undefined ? "" : ` (${new Date(lastMs).toISOString()})`;
  return [
    ...faults.map((fault) => `found: ${fault}`),
    `state: that after entry ${sequence}${time}`,
    `entries kept: ${rangeOf(kept)}`,
    `entries lost: ${rangeOf(lost)}`,
    ...(historyLost === undefined
      ? []
      : [`history lost, with its state kept: ${rangeOf(historyLost)}`]),
    ...(snapshotsLost.length === 0 ? [] : [`snapshots lost: ${snapshotsLost.join(", ")}`]),
    `the damaged journal is ${damagedFile}`,
  ];
}

function orUsageError<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof JournalError) throw new UsageError(error.message);
    throw error;
  }
}
