import type { Claim } from "../../src/decide/queues/fair-shares.ts";

/** A claim with what the reference works out for it. */
export interface NaiveShare {
  readonly claim: Claim;
  readonly children: readonly NaiveShare[];
  /** What it can use. */
  readonly wanted: number;
  /** What it deserves. */
  share: number;
}

/**
 * Fair shares straight from the definition (rule Q2), the water level found by bisection. Returns
 * the tops; `shares` lists every claim by position.
 */
export function naiveShares(capacity: number, claims: readonly Claim[]) {
  const shares: NaiveShare[] = [];
  const build = (parent: number): NaiveShare[] =>
    claims.flatMap((claim, position) => {
      if (claim.parent !== parent) return [];
      const children = build(position);
      let wanted = claim.demand;
      if (children.length > 0) wanted = sumOf(children, (child) => child.wanted);
      wanted = Math.min(wanted, claim.limit);
      if (!claim.borrows) wanted = Math.min(wanted, claim.guaranteed);
      shares[position] = { claim, children, wanted, share: 0 };
      return [shares[position]];
    });
  const tops = build(-1);
  pour(capacity, tops);
  return { tops, shares };
}

/** Part of a share that its guarantee covers when all guarantees can be kept. */
export function ownPart({ claim, wanted }: NaiveShare): number {
  return Math.min(claim.guaranteed, wanted);
}

function pour(amount: number, siblings: readonly NaiveShare[]): void {
  const scarce = sumOf(siblings, ownPart) > amount;
  const holds = (share: NaiveShare, level: number) =>
    scarce
      ? Math.min(ownPart(share), level * share.claim.guaranteed)
      : Math.min(share.wanted, ownPart(share) + level * share.claim.weight);
  let low = 0;
  let high = scarce ? 1 : Math.max(0, ...siblings.map((share) => share.wanted));
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (sumOf(siblings, (share) => holds(share, middle)) <= amount) low = middle;
    else high = middle;
  }
  for (const share of siblings) {
    share.share = holds(share, high);
    pour(share.share, share.children);
  }
}

export function sumOf<Item>(items: readonly Item[], amountOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amountOf(item), 0);
}
