import type { Note } from "../model/note.ts";
import type { Views } from "./views/views.ts";

/**
 * What people are told of the journal's copy, by the node that it is on.
 * @param fault why it could not be made; "" when it is made again.
 */
export function copyNote(views: Views, fault: string): Note {
  const [node] = views.list("Node");
  return {
    about: { kind: "Node", name: node?.metadata.name ?? "" },
    type: fault === "" ? "Normal" : "Warning",
    reason: fault === "" ? "journal-copied" : "journal-not-copied",
    message:
      fault === "" ? "the journal has its copy again" : `the journal has no new copy: ${fault}`,
    condition: { type: "JournalCopied", status: fault === "" ? "True" : "False" },
  };
}
