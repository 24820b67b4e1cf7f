import { isDeepStrictEqual } from "node:util";
import type { Event } from "../../model/event.ts";
import type { Node } from "../../model/node.ts";
import type { Note } from "../../model/note.ts";

/** As JSON. */
export interface SavedNodeSide {
  /** As it was told. */
  readonly node?: Node;
  readonly isDrained: boolean;
}

/** How this machine stands with the scheduler: known, known anew since it has changed, closed, open. */
export class NodeSide {
  readonly #node: Node;
  readonly #tell: (event: Event) => void;
  readonly #note: (note: Note) => void;
  /** As it was told, and is journaled. */
  #known: Node | undefined;
  #isDrained = false;
  #isLosing = false;
  /** All jobs are to leave, and none is to start before the next engine of this folder. */
  isLeaving = false;

  constructor(node: Node, tell: (event: Event) => void, note: (note: Note) => void) {
    this.#node = node;
    this.#tell = tell;
    this.#note = note;
  }

  /** It was told as lost, and that is not journaled: nothing is done meanwhile. */
  get isLosing(): boolean {
    return this.#isLosing;
  }

  save(): SavedNodeSide {
    return { ...(this.#known !== undefined && { node: this.#known }), isDrained: this.#isDrained };
  }

  restore({ node, isDrained }: SavedNodeSide): void {
    this.#known = node;
    this.#isDrained = isDrained;
  }

  /** A machine that is another than it was has lost all that was there, unless it still runs. */
  begin(isRunning: boolean): void {
    const node = this.#node;
    if (this.#known !== undefined) {
      if (isDeepStrictEqual(this.#known, node)) return;
      this.#note(changeOf(this.#known, node, isRunning));
      if (isRunning) return;
      this.#isLosing = true;
      this.#tell({ kind: "node-lost", node: node.id });
    }
    this.#tell({ kind: "node-added", node });
  }

  tellWhetherOpen(): void {
    if (this.isLeaving === this.#isDrained) return;
    const kind = this.isLeaving ? "node-drained" : "node-opened";
    this.#tell({ kind, node: this.#node.id });
  }

  /** What holds since it is journaled that this was told. */
  told(event: Event): void {
    if (event.kind === "node-lost") this.#isLosing = false;
    if (event.kind === "node-added") [this.#known, this.#isDrained] = [event.node, false];
    if (event.kind === "node-drained") this.#isDrained = true;
    if (event.kind === "node-opened") this.#isDrained = false;
  }
}

/** @param isRunning whether work runs there, which is not taken away from under it. */
function changeOf(told: Node, now: Node, isRunning: boolean): Note {
  const about = { kind: "Node", name: now.id } as const;
  const change = `this machine had ${sayNode(told)}, and has ${sayNode(now)}`;
  if (!isRunning) {
    const message = `${change}: it is known anew, and what was here starts once more`;
    return { about, type: "Normal", reason: "machine-changed", message };
  }
  return {
    about,
    type: "Warning",
    reason: "machine-changed",
    message: `${change}: that counts from the next \`neuraxis up\` that finds no work running (after \`neuraxis down\`)`,
    condition: { type: "MachineChanged", status: "True" },
  };
}

function sayNode({ cpu, memory, devices, overcommit }: Node): string {
  const kinds = Map.groupBy(devices, ({ kind }) => kind);
  const counts = [...kinds].map(([kind, some]) => `${some.length} x ${kind}`);
  const rest = devices.length === 0 ? "no devices" : counts.join(", ");
  const times = overcommit === undefined ? "" : ` (for ${overcommit.cpuMax} times as much work)`;
  return `${cpu / 1000} cores${times}, ${memory} MiB for work and ${rest}`;
}
