import { Command } from "commander";
import type { Host } from "./host.ts";
import { UsageError } from "./usage-error.ts";

/** Seconds of training beside requests: of a whole run, and the least and most that make sense. */
const SECONDS = 72;
const SECONDS_LEAST = 6;
const SECONDS_MOST = 86_400;
/** The exit code when something that was promised is not so. */
const BROKEN = 1;
/** As of a process that SIGINT ended. */
const INTERRUPTED = 130;

interface StartFlags {
  readonly home?: string;
  readonly once?: boolean;
  readonly fresh?: boolean;
  readonly seconds: number;
}

/** `neuraxis start`: trains a small model while it is served, measures both and tells it on a page. */
export function startCommand(host: Host): Command {
  return new Command("start")
    .option("--once", "end by itself; exit code 0 if every promise was kept, else 1")
    .option("--seconds <number>", "of training beside requests", parseSeconds, SECONDS)
    .option("--fresh", "begin anew instead of going on with a run that was interrupted")
    .option("--home <folder>", "its state (default: .cache/start in the checkout)")
    .addHelpText(
      "after",
      "\nKilled at any moment and started again, it goes on. Ctrl-C ends it, all work in good order.",
    )
    .action(async ({ once = false, fresh = false, seconds, home }: StartFlags) => {
      const folder = home === undefined ? {} : { home: host.machine.homeFolder(home) };
      const isKept = await host.machine.start({ ...folder, once, fresh, seconds }, host);
      if (isKept !== true) host.user.endWith(isKept === undefined ? INTERRUPTED : BROKEN);
    });
}

function parseSeconds(text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= SECONDS_LEAST && seconds <= SECONDS_MOST) return seconds;
  throw new UsageError(
    `--seconds ${text}: give a whole number from ${SECONDS_LEAST} to ${SECONDS_MOST}`,
  );
}
