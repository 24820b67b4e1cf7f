import { readDuration, suggestQuantity } from "../manifest/quantities.ts";
import { CommandError } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";
import type { UserHost } from "./user-host.ts";

/** Milliseconds of a flag's time such as `30s`; `0` and no flag at all are no limit. @throws UsageError. */
export function parseTimeLimit(text: string | undefined): number | undefined {
  if (text === undefined || text === "0") return undefined;
  const ms = readDuration(text);
  if (ms !== undefined) return ms;
  const meant = suggestQuantity(text, readDuration);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new UsageError(
    `--timeout: "${text}" is not a time such as 500ms, 30s, 10min or 2h.${hint}`,
  );
}

/** A wait that a user began. */
export interface TimedWait {
  readonly limitMs: number | undefined;
  /** What has not come, such as `job/a has not ended`. */
  readonly unmet: string;
  readonly cure: string;
}

/** What `use` gives before the time is over. @throws CommandError if it gives nothing until then. */
export async function withTimeLimit<Value>(
  user: UserHost,
  { limitMs, unmet, cure }: TimedWait,
  use: (stop: AbortSignal) => Promise<Value | undefined>,
): Promise<Value> {
  const over = new AbortController();
  const done = new AbortController();
  if (limitMs !== undefined) {
    void user.wait(limitMs, done.signal).then(() => over.abort());
  }
  try {
    const value = await use(over.signal);
    if (value !== undefined) return value;
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    done.abort();
  }
  throw new CommandError("timeout", `${unmet} after ${(limitMs ?? 0) / 1000} s`, cure);
}
