import { Command } from "commander";
import type { Client } from "../client/client.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { findObjects } from "./find-object.ts";
import type { Host } from "./host.ts";
import { checkKind, findKind, parseReference, type Reference } from "./kinds.ts";
import { parseTimeLimit } from "./time-limit.ts";
import { sayOutcome, waitForAll } from "./wait-for-all.ts";
import { watchObject } from "./watch-object.ts";

interface CancelFlags extends ConnectFlags {
  readonly wait?: boolean;
  readonly timeout?: string;
}

type Job = Reference<"BatchJob">;

/** With --wait. */
const WORDS = {
  unmet: { one: "has not ended", all: "have ended" },
  cure: "They are still asked to end; wait for longer, or see their events.",
  met: "cancelled",
};

/** `neuraxis cancel`: ends jobs, which stay to be looked at. */
export function cancelCommand(host: Host): Command {
  const command = new Command("cancel")
    .argument("<jobs...>", "NAME..., or job/NAME...")
    .option("--wait", "return when they have ended, their processes included")
    .option("--timeout <time>", "wait at most so long, such as 30s")
    .action((words: readonly string[], flags: CancelFlags) => cancelJobs(host, words, flags));
  return withConnection(command);
}

async function cancelJobs(host: Host, words: readonly string[], flags: CancelFlags): Promise<void> {
  const limitMs = parseTimeLimit(flags.timeout);
  const jobs = parseJobs(words);
  const client = await connect(host, flags);
  const { missing } = await findObjects(client, jobs);
  if (missing.length > 0) throw new AggregateError(missing);
  const leaving: Job[] = [];
  for (const job of jobs) {
    const { outcome } = await client.cancel(job.name);
    if (outcome === "cancelling" && flags.wait === true) leaving.push(job);
    else sayOutcome(host, job, SAID[outcome]);
  }
  if (leaving.length > 0) {
    await waitForAll(host, leaving, limitMs, WORDS, (object, stop) =>
      hasEnded(client, object, stop),
    );
  }
}

const SAID = {
  cancelled: "cancelled",
  cancelling: "is being cancelled",
  ended: "had ended before",
} as const;

/** Names, with or without their kind, or the kind before all of them. @throws UsageError. */
function parseJobs(words: readonly string[]): readonly Job[] {
  const [first = "", ...rest] = words;
  const names = rest.length > 0 && findKind(first) === "BatchJob" ? rest : words;
  return names.map((name) =>
    checkKind(parseReference(name.includes("/") ? [name] : ["job", name]), ["BatchJob"]),
  );
}

/** Waits for it; what is gone has ended. @returns false if it was stopped before. */
async function hasEnded(client: Client, job: Job, stop: AbortSignal): Promise<boolean> {
  for await (const found of watchObject(client, job, stop)) {
    if (found === undefined || found.status.endedAt !== undefined) return true;
  }
  return false;
}
