/** Parent of a claim that stands at the top. */
export const NO_PARENT = -1;

/** What one queue brings to the division of one resource. Amounts are in one unit, whichever. */
export interface Claim {
  /** Position of its parent's claim, which comes before its own, or NO_PARENT. */
  readonly parent: number;
  /** An integer from 0: with its siblings' at most what the parent is guaranteed. */
  readonly guaranteed: number;
  /** At least `guaranteed`; Infinity for none. */
  readonly limit: number;
  /** An integer from 1. */
  readonly weight: number;
  /** What it asks for, finite; of a claim with children only what they ask for counts. */
  readonly demand: number;
  /** Whether it takes more than `guaranteed`. */
  readonly borrows: boolean;
}

/**
 * What each claim deserves of `capacity`, by position (rule Q2): weighted max-min fairness, level by
 * level from the top. Siblings divide what their parent deserves. First each gets what it asks for
 * up to its guarantee; then the rest goes to those that ask for more, in proportion to weight, until
 * nothing is left or nobody asks. Guarantees beyond what there is are cut in proportion.
 *
 * Exact but for the rounding of sums, and free of it where all amounts divide evenly.
 * O(claims · log siblings).
 * Source: progressive filling, Bertsekas and Gallager, "Data Networks", 1992, section 6.5.2.
 */
export function fairShares(capacity: number, claims: readonly Claim[]): Float64Array<ArrayBuffer> {
  const tops: number[] = [];
  const children: number[][] = claims.map(() => []);
  for (const [claim, { parent }] of claims.entries()) {
    (parent === NO_PARENT ? tops : children[parent]).push(claim);
  }
  const wanted = effectiveDemands(claims, children);
  const shares = new Float64Array(claims.length);
  const divide = (amount: number, siblings: readonly number[]) => {
    const guaranteed = siblings.map((claim) => claims[claim].guaranteed);
    const own = siblings.map((claim, place) => Math.min(guaranteed[place], wanted[claim]));
    const first = fill(amount, own, guaranteed);
    const rest = fill(
      Math.max(
        0,
        own.reduce((left, each) => left - each, amount),
      ),
      siblings.map((claim, place) => wanted[claim] - own[place]),
      siblings.map((claim) => claims[claim].weight),
    );
    for (const [place, claim] of siblings.entries()) shares[claim] = first[place] + rest[place];
  };
  divide(capacity, tops);
  for (const [claim, siblings] of children.entries()) divide(shares[claim], siblings);
  return shares;
}

/** What each claim can use: what is asked for in it, up to its limit, or its guarantee if it does not borrow. */
function effectiveDemands(claims: readonly Claim[], children: readonly number[][]): Float64Array {
  const wanted = new Float64Array(claims.length);
  for (let claim = claims.length - 1; claim >= 0; claim -= 1) {
    const { demand, borrows, limit, guaranteed } = claims[claim];
    const below = children[claim];
    const asked = below.length === 0 ? demand : below.reduce((sum, each) => sum + wanted[each], 0);
    wanted[claim] = Math.min(asked, borrows ? limit : guaranteed);
  }
  return wanted;
}

/**
 * Pours `amount` into vessels that fill at these rates, each until it holds its cap. In order of the
 * time at which they are full, each takes its part of what is left: either its cap, or what the
 * level reaches, at which all after it stop too.
 */
function fill(amount: number, caps: readonly number[], rates: readonly number[]): number[] {
  const filled = caps.map(() => 0);
  const order = [...caps.keys()]
    .filter((vessel) => rates[vessel] > 0)
    .toSorted(
      (left, right) => caps[left] / rates[left] - caps[right] / rates[right] || left - right,
    );
  let left = amount;
  let rate = order.reduce((sum, vessel) => sum + rates[vessel], 0);
  for (const vessel of order) {
    filled[vessel] = Math.min(caps[vessel], left * (rates[vessel] / rate));
    left -= filled[vessel];
    rate -= rates[vessel];
  }
  return filled;
}
