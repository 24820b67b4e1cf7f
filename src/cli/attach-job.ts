import type { Condition, WrittenObjects } from "../api/objects.ts";
import type { Client } from "../client/client.ts";
import { EXIT } from "./exit-codes.ts";
import type { Host } from "./host.ts";
import { nameOf } from "./kinds.ts";
import { MemberOutput } from "./member-output.ts";
import { sayProgress } from "./say-progress.ts";
import { watchObject } from "./watch-object.ts";

/** What shells give for a program that an interrupt has ended: 128 and SIGINT's number. */
const INTERRUPTED = 130;
/** Members whose output is shown; each takes two streams of the API. */
const MEMBERS_SHOWN_MAX = 16;

/**
 * Shows a job's output until it has ended. The first interrupt cancels the job, a second one leaves.
 * @returns the exit code of its command, or that of what became of it instead.
 */
export async function attachJob(
  host: Host,
  client: Client,
  { name, members }: { readonly name: string; readonly members: number },
): Promise<number> {
  const left = new AbortController();
  const output = new MemberOutput(host, client, name);
  if (members > MEMBERS_SHOWN_MAX) {
    host.note(`Only the output of the first ${MEMBERS_SHOWN_MAX} members is shown.`);
  }
  let interrupts = 0;
  const undo = host.user.onInterrupt(() => {
    interrupts += 1;
    if (interrupts > 1) left.abort();
    else cancel(host, client, name);
  });
  try {
    const job = await follow(host, client, { name, stop: left.signal }, (attempt) =>
      output.show(attempt, Math.min(members, MEMBERS_SHOWN_MAX), left.signal),
    );
    await output.end();
    if (interrupts > 0) return INTERRUPTED;
    if (job !== undefined) return tellEnd(host, job);
    host.note(`${nameOf("BatchJob", name)} was deleted before it ended.`);
    return EXIT.refused;
  } finally {
    undo();
  }
}

/** The job once it has ended, telling what keeps it until then; `undefined` if it is gone. */
async function follow(
  host: Host,
  client: Client,
  { name, stop }: { readonly name: string; readonly stop: AbortSignal },
  onAttempt: (attempt: number) => void,
): Promise<WrittenObjects["BatchJob"] | undefined> {
  let told = "";
  for await (const job of watchObject(client, { kind: "BatchJob", name }, stop)) {
    if (job === undefined) return undefined;
    const { phase, attempt, endedAt } = job.status;
    const news = sayProgress(job);
    if (news !== told && news !== "") host.note(news);
    told = news;
    if (phase !== "Pending" && phase !== "Starting" && attempt > 0) onAttempt(attempt);
    if (endedAt !== undefined) return job;
  }
  return undefined;
}

function cancel(host: Host, client: Client, name: string): void {
  host.note(`${nameOf("BatchJob", name)} is cancelled; Ctrl-C once more leaves without waiting.`);
  client.cancel(name).catch((error: unknown) => {
    host.note(`error: it could not be cancelled: ${error instanceof Error ? error.message : ""}`);
  });
}

function tellEnd(host: Host, { metadata, status }: WrittenObjects["BatchJob"]): number {
  if (status.phase === "Succeeded") return 0;
  const code = status.phase === "Failed" ? status.exitCode : undefined;
  const find = (wanted: string) => status.conditions.find(({ type }) => type === wanted);
  const { reason, message } = find("Completed") ?? { reason: "ended", message: status.phase };
  const end = code === undefined ? `${reason}: ${message}` : `has ended with exit code ${code}`;
  host.note(`${nameOf("BatchJob", metadata.name)} ${end}${sayFailure(find("MemberFailed"))}.`);
  return code ?? EXIT.refused;
}

/** What an exit code does not tell, or nothing. */
function sayFailure(failed: Condition | undefined): string {
  if (failed === undefined || failed.reason === "member-failed") return "";
  const cure = failed.reason === "out-of-memory" ? ". Ask for more: --memory" : "";
  return `: ${failed.message}${cure}`;
}
