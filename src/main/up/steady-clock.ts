import type { Clock } from "../../control/clock.ts";
import { callAfter } from "../../engine/local/engine-clock.ts";

/**
 * The machine's clock, as far as it goes forward. Set back, it goes on from where it was: what waits
 * for a time to come does not wait longer for that.
 * @param read the machine's clock, in milliseconds since 1970.
 */
export function steadyClock(read: () => number = Date.now): Clock {
  let latestMs = read();
  let aheadMs = 0;
  return {
    nowMs: () => {
      const wallMs = read();
      if (wallMs + aheadMs < latestMs) aheadMs = latestMs - wallMs;
      latestMs = wallMs + aheadMs;
      return latestMs;
    },
    after: callAfter,
  };
}
