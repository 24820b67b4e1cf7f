import type { WrittenObjects } from "../../api/objects.ts";
import { sayMemory, sayMilli } from "./amounts.ts";
import { formatColumns, type Row, type Screen } from "./columns.ts";

type Queue = WrittenObjects["Queue"];

const TITLES: Row = ["QUEUE", "PENDING", "RUNNING", "CPU", "MEMORY", "GPUS", "WEIGHT"];

/** The queues as a tree: children stand below their parent, sorted by name. O(queues²). */
export function formatQueueTree(queues: readonly Queue[], screen: Screen): string {
  const names = new Set(queues.map(({ metadata }) => metadata.name));
  const isTop = ({ spec }: Queue) => spec.parent === undefined || !names.has(spec.parent);
  const rows = sorted(queues.filter(isTop)).flatMap((queue) => branch(queue, queues, "", ""));
  return formatColumns([TITLES, ...rows], screen);
}

/** A queue and all below it. @param first of its own line. @param rest of the lines below. */
function branch(queue: Queue, queues: readonly Queue[], first: string, rest: string): Row[] {
  const { metadata, spec, status } = queue;
  const { pending, running, held } = status;
  const children = sorted(queues.filter(({ spec }) => spec.parent === metadata.name));
  return [
    [
      `${first}${metadata.name}`,
      `${pending}`,
      `${running}`,
      sayMilli(held.cpu),
      sayMemory(held.memory),
      sayMilli(held.gpuMilli),
      `${spec.weight}`,
    ],
    ...children.flatMap((child, place) => {
      const isLast = place === children.length - 1;
      return branch(
        child,
        queues,
        `${rest}${isLast ? "└─ " : "├─ "}`,
        `${rest}${isLast ? "   " : "│  "}`,
      );
    }),
  ];
}

function sorted(queues: readonly Queue[]): readonly Queue[] {
  return queues.toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
}
