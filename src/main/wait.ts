import { setTimeout } from "node:timers/promises";

/** Comes back after so long, or as soon as `stop` is aborted; it never rejects. */
export async function wait(ms: number, stop?: AbortSignal): Promise<void> {
  // The abort is all that it can reject with; whoever waits looks at the signal.
  await setTimeout(ms, undefined, stop && { signal: stop }).catch(() => {});
}
