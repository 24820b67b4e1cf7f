import type { Amounts } from "../../model/amounts.ts";
import { resourcesOf } from "../queues/resource-bits.ts";
import type { JobBook } from "./job-book.ts";
import type { JobGroup } from "./job-groups.ts";
import type { JobRecord } from "./job-record.ts";
import { SPARE_BIT } from "./row-index.ts";

/** Groups whose running jobs may be made to leave, in the forms in which they are asked for. */
export interface GroupChoice {
  readonly groups: ReadonlySet<JobGroup>;
  /** Their bits, and that of members to spare, which anybody may have. */
  readonly mask: number;
  /** By slot 1 if the group is among them; slots beyond its end are not. */
  readonly slots: Uint8Array;
}

const NO_CHOICE: GroupChoice = { groups: new Set(), mask: SPARE_BIT, slots: new Uint8Array(0) };

/** What a choice depends on beside the books: pending jobs alike in this have the same. */
interface Known {
  readonly priority: number;
  /** Resources asked for, as bits; 0 where nobody else's job may be reclaimed. */
  readonly asked: number;
  /** The queue below which all are entitled. */
  readonly top: number;
  readonly choice: GroupChoice;
}

/**
 * Groups whose jobs may leave for a pending one: those of lower priority in its queue, and those of
 * queues that have to give (rules V6 and Q5). Many lines ask, and few of them for something else
 * than the one before: choices are remembered while the books stay.
 */
export class GroupChoices {
  /** By leaf. */
  readonly #known = new Map<number, Known[]>();
  #treeVersion = -1;
  #groupsVersion = -1;
  #shared: Amounts | undefined;

  /** O(depth) where it is remembered; otherwise O(leaves with running jobs × depth² + groups). */
  of(book: JobBook, { leaf, job, amounts }: JobRecord, shared: Amounts): GroupChoice {
    this.#forgetStale(book, shared);
    const { priority } = job;
    const top = book.queues.entitledBelow(leaf, amounts, shared);
    // A leaf that is not entitled itself takes from no other.
    const asked = top === leaf ? 0 : resourcesOf(amounts);
    let known = this.#known.get(leaf);
    if (known === undefined) this.#known.set(leaf, (known = []));
    for (const each of known) {
      if (each.priority === priority && each.asked === asked && each.top === top) {
        return each.choice;
      }
    }
    const groups = groupsFor(book, { leaf, priority, asked, top, shared });
    const choice = choiceOf(groups);
    known.push({ priority, asked, top, choice });
    return choice;
  }

  #forgetStale({ queues, groups }: JobBook, shared: Amounts): void {
    const isSame =
      this.#treeVersion === queues.version &&
      this.#groupsVersion === groups.version &&
      this.#shared === shared;
    if (isSame) return;
    this.#treeVersion = queues.version;
    this.#groupsVersion = groups.version;
    this.#shared = shared;
    this.#known.clear();
  }
}

interface Asking {
  readonly leaf: number;
  readonly priority: number;
  readonly asked: number;
  readonly top: number;
  readonly shared: Amounts;
}

function groupsFor(
  { groups, queues }: JobBook,
  { leaf, priority, asked, top, shared }: Asking,
): readonly JobGroup[] {
  const found: JobGroup[] = [];
  for (const group of groups.of(leaf)) if (group.priority < priority) found.push(group);
  if (asked === 0) return found;
  for (const giver of groups.leaves()) {
    const given = asked & queues.givenBy(leaf, giver, top, shared);
    if (given === 0) continue;
    for (const group of groups.of(giver)) if ((group.holds & given) !== 0) found.push(group);
  }
  return found;
}

function choiceOf(groups: readonly JobGroup[]): GroupChoice {
  if (groups.length === 0) return NO_CHOICE;
  let mask = SPARE_BIT;
  let slotMax = 0;
  for (const { bit, slot } of groups) {
    mask |= bit;
    slotMax = Math.max(slotMax, slot);
  }
  const slots = new Uint8Array(slotMax + 1);
  for (const { slot } of groups) slots[slot] = 1;
  return { groups: new Set(groups), mask, slots };
}
