import { type Amounts, NO_AMOUNTS } from "../../src/model/amounts.ts";
import { queueId } from "../../src/model/ids.ts";
import type { Queue } from "../../src/model/queue.ts";

interface QueueOptions {
  readonly id: string;
  /** Absent or "": it stands at the top. */
  readonly parent?: string;
  readonly weight?: number;
  readonly guaranteed?: Partial<Amounts>;
  readonly limit?: Partial<Amounts>;
  readonly borrows?: boolean;
}

export function buildQueue(options: QueueOptions): Queue {
  const { id, parent = "", weight = 1, guaranteed = {}, limit = {}, borrows = true } = options;
  const own = { id: queueId(id), weight, guaranteed, limit, borrows };
  return parent === "" ? own : { ...own, parent: queueId(parent) };
}

export function buildAmounts(amounts: Partial<Amounts>): Amounts {
  return { ...NO_AMOUNTS, ...amounts };
}
