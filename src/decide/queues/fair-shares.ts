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
  divide(capacity, tops, { claims, wanted, shares });
  for (let claim = 0; claim < claims.length; claim += 1) {
    const below = children[claim];
    if (below.length > 0) divide(shares[claim], below, { claims, wanted, shares });
  }
  return shares;
}

interface Division {
  readonly claims: readonly Claim[];
  /** What each can use. */
  readonly wanted: Float64Array;
  readonly shares: Float64Array;
}

/** What siblings get of the amount: first of their guarantees, then of the rest by weight. */
function divide(
  amount: number,
  siblings: readonly number[],
  { claims, wanted, shares }: Division,
): void {
  const count = siblings.length;
  const own = new Float64Array(count);
  const more = new Float64Array(count);
  const guarantees = new Float64Array(count);
  const weights = new Float64Array(count);
  let rest = amount;
  for (let place = 0; place < count; place += 1) {
    const claim = siblings[place];
    const { guaranteed, weight } = claims[claim];
    own[place] = Math.min(guaranteed, wanted[claim]);
    more[place] = wanted[claim] - own[place];
    guarantees[place] = guaranteed;
    weights[place] = weight;
    rest -= own[place];
  }
  const first = fill(amount, own, guarantees);
  const second = fill(Math.max(0, rest), more, weights);
  for (let place = 0; place < count; place += 1) {
    shares[siblings[place]] = first[place] + second[place];
  }
}

/** What each claim can use: what is asked for in it, up to its limit, or its guarantee if it does not borrow. */
function effectiveDemands(claims: readonly Claim[], children: readonly number[][]): Float64Array {
  const wanted = new Float64Array(claims.length);
  for (let claim = claims.length - 1; claim >= 0; claim -= 1) {
    const { demand, borrows, limit, guaranteed } = claims[claim];
    const below = children[claim];
    let asked = demand;
    if (below.length > 0) {
      asked = 0;
      for (const each of below) asked += wanted[each];
    }
    wanted[claim] = Math.min(asked, borrows ? limit : guaranteed);
  }
  return wanted;
}

/**
 * Pours `amount` into vessels that fill at these rates, each until it holds its cap. In order of the
 * time at which they are full, each takes its part of what is left: either its cap, or what the
 * level reaches, at which all after it stop too.
 */
function fill(amount: number, caps: Float64Array, rates: Float64Array): Float64Array {
  const filled = new Float64Array(caps.length);
  const order = byTimeToFill(caps, rates);
  let left = amount;
  let rate = 0;
  for (const vessel of order) rate += rates[vessel];
  for (const vessel of order) {
    filled[vessel] = Math.min(caps[vessel], left * (rates[vessel] / rate));
    left -= filled[vessel];
    rate -= rates[vessel];
  }
  return filled;
}

/** Vessels that fill at all, by the time that they take, then by place. Siblings are few. */
function byTimeToFill(caps: Float64Array, rates: Float64Array): readonly number[] {
  const order: number[] = [];
  for (let vessel = 0; vessel < caps.length; vessel += 1) if (rates[vessel] > 0) order.push(vessel);
  if (order.length > 1) {
    const times = caps.map((cap, vessel) => cap / rates[vessel]);
    order.sort((left, right) => times[left] - times[right] || left - right);
  }
  return order;
}
