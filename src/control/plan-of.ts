import type { Plan } from "../api/answers.ts";
import type { Action } from "../model/action.ts";

/** What actions mean for the objects of these names: who starts, who waits, who leaves for them. */
export function planOf(actions: readonly Action[], names: ReadonlySet<string>): Plan {
  const starts = new Set<string>();
  const waits: Plan["waits"][number][] = [];
  const leaves: Plan["leaves"][number][] = [];
  const leave = (
    name: string,
    how: Plan["leaves"][number]["how"],
    reason: string,
    whom: string,
  ) => {
    if (names.has(name) || names.has(whom)) leaves.push({ name, how, reason, for: whom });
  };
  for (const action of actions) {
    switch (action.kind) {
      case "start-job":
      case "resume-job":
        if (names.has(action.job)) starts.add(action.job);
        break;
      case "start-replica":
      case "wake-replica":
        if (names.has(action.service)) starts.add(action.service);
        break;
      case "wait-job":
      case "give-up-job":
        if (names.has(action.job)) waits.push({ name: action.job, refusal: action.refusal });
        break;
      case "service-waits":
        if (names.has(action.service))
          waits.push({ name: action.service, refusal: action.refusal });
        break;
      case "suspend-job":
        leave(action.job, "suspend", action.reason.code, action.reason.for);
        break;
      case "stop-job":
        leave(action.job, "stop", action.reason.code, action.reason.for);
        break;
      case "shrink-job":
        leave(action.job, "shrink", action.reason.code, action.reason.for);
        break;
      case "sleep-replica":
        leave(action.replica, "sleep", "idle", "");
        break;
      case "stop-replica":
        leave(action.replica, "stop", action.reason.code, action.reason.for);
        break;
      default:
        break;
    }
  }
  return { starts: [...starts], waits, leaves };
}
