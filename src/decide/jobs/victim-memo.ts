import { grown } from "../cluster/grown.ts";
import { ChangeReader } from "../cluster/change-reader.ts";
import type { ClusterTable } from "../cluster/cluster-table.ts";
import type { Piece } from "./gang-placer.ts";
import type { JobBook } from "./job-book.ts";
import type { JobGroup } from "./job-groups.ts";
import { roomWithout } from "./room-without.ts";
import type { Groups, Whose } from "./who-may-leave.ts";

/** More than any gang has members, so that sums stay finite for work that needs nothing. */
const PIECES_MAX = 2 ** 20;

/** Members that need the same. */
interface Kind {
  readonly request: number;
  readonly needed: number;
  /** By row how many it would hold at most if all left who may; 0 beyond the end. */
  holds: Int32Array<ArrayBuffer>;
  total: number;
}

/**
 * Where a claim could find its room if all left who may: an upper bound, row by row, that follows the
 * rows as they change. Whoever waits long is told in O(changes) that nothing is to be had, and a search
 * needs to look at nothing but the rows where something is. It changes the speed of a decision and
 * nothing else: a fork of the scheduler starts without it.
 */
export class VictimMemo {
  /** All groups whose jobs could leave at some time: more than now means a bound that is higher. */
  readonly #groups: Set<JobGroup> | undefined;
  #mask: number;
  readonly #kinds: readonly Kind[];
  readonly #reader: ChangeReader;
  /** Groups with which a search has failed since a row changed that would hold something. */
  #futileWith: Groups | "none" = "none";

  /** `whose` are those whose jobs may leave at present. */
  constructor(table: ClusterTable, pieces: readonly Piece[], { groups, mask }: Whose) {
    this.#groups = groups && new Set(groups);
    this.#mask = mask;
    this.#kinds = kindsOf(pieces);
    this.#reader = new ChangeReader(table);
  }

  /** Jobs of these groups may leave too from now on. O(rows), and a bound for those where they run. */
  widen(book: JobBook, groups: ReadonlySet<JobGroup>, nowMs: number): void {
    const known = this.#groups;
    if (known === undefined) return;
    let bits = 0;
    for (const group of groups) {
      if (known.has(group)) continue;
      known.add(group);
      bits |= group.bit;
    }
    if (bits === 0) return;
    this.#mask |= bits;
    for (let row = 0; row < book.ground.table.rows; row += 1) {
      if ((book.rows.maskOf(row) & bits) !== 0) this.#readRow(book, row, nowMs);
    }
  }

  /** Whether it is worth a search. O(rows changed since the last call). */
  isHopeful(book: JobBook, groups: Groups, nowMs: number): boolean {
    this.#read(book, nowMs);
    if (this.#futileWith !== "none" && isWithin(groups, this.#futileWith)) return false;
    return this.#kinds.every(({ needed, total }) => total >= needed);
  }

  /** A search has failed: it would, until a row that matters changes or others may leave too. */
  failed(book: JobBook, groups: Groups, nowMs: number): void {
    this.#read(book, nowMs);
    this.#futileWith = groups;
  }

  /** Rows that may hold one of the pieces, ascending. */
  rows(): number[] {
    const rows: number[] = [];
    const most = Math.max(...this.#kinds.map(({ holds }) => holds.length));
    for (let row = 0; row < most; row += 1) {
      if (this.#kinds.some(({ holds }) => row < holds.length && holds[row] > 0)) rows.push(row);
    }
    return rows;
  }

  #read(book: JobBook, nowMs: number): void {
    const reader = this.#reader;
    for (let row = reader.next(); row !== -1; row = reader.next()) this.#readRow(book, row, nowMs);
  }

  #readRow(book: JobBook, row: number, nowMs: number): void {
    const claim = { groups: this.#groups, mask: this.#mask };
    for (const kind of this.#kinds) this.#readKind(book, row, kind, { claim, nowMs });
  }

  #readKind(
    book: JobBook,
    row: number,
    kind: Kind,
    { claim, nowMs }: { readonly claim: Whose; readonly nowMs: number },
  ): void {
    kind.holds = grown(kind.holds, row + 1);
    const before = kind.holds[row];
    const now = Math.min(roomWithout(book, row, kind.request, claim, nowMs), PIECES_MAX);
    if (now === 0 && before === 0) return;
    this.#futileWith = "none";
    kind.total += now - before;
    kind.holds[row] = now;
  }
}

function kindsOf(pieces: readonly Piece[]): Kind[] {
  const needed = new Map<number, number>();
  for (const { request } of pieces) needed.set(request, (needed.get(request) ?? 0) + 1);
  return [...needed].map(([request, count]) => {
    return { request, needed: count, holds: new Int32Array(0), total: 0 };
  });
}

function isWithin(groups: Groups, others: Groups): boolean {
  if (others === undefined) return true;
  if (groups === undefined) return false;
  for (const group of groups) if (!others.has(group)) return false;
  return true;
}
