import type { Plan } from "../api/answers.ts";
import type { Action, LeaveReason } from "../model/action.ts";

type Leave = Plan["leaves"][number];

/** What actions mean for the objects of these names: who starts, who waits, who leaves for them. */
export function planOf(actions: readonly Action[], names: ReadonlySet<string>): Plan {
  const starts = new Set<string>();
  const waits: Plan["waits"][number][] = [];
  const leaves: Leave[] = [];
  const leave = (
    name: string,
    how: Leave["how"],
    { code, for: whom }: LeaveReason,
    owner: string = name,
  ) => {
    if (names.has(owner) || names.has(whom)) leaves.push({ name, how, reason: code, for: whom });
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
        leave(action.job, "suspend", action.reason);
        break;
      case "stop-job":
        leave(action.job, "stop", action.reason);
        break;
      case "shrink-job":
        leave(action.job, "shrink", action.reason);
        break;
      case "sleep-replica":
        leave(action.replica, "sleep", { code: "idle", for: "" }, action.service);
        break;
      case "stop-replica":
        leave(action.replica, "stop", action.reason, action.service);
        break;
      default:
        break;
    }
  }
  return { starts: [...starts], waits, leaves };
}
