import type { Action, WorkAction } from "../../src/model/action.ts";

/** Actions about single pieces of work; throws on any other. */
export function workActions(actions: readonly Action[]): WorkAction[] {
  return actions.map((action) => {
    if (action.kind === "place" || action.kind === "wait") return action;
    throw new Error(`${action.kind} is not about a single piece of work`);
  });
}
