/** A source of random integers, given to the pure core as an argument. */
export interface Random {
  /** Uniform over 0 … bound − 1; `bound` is an integer from 1 to 2^31. */
  below(bound: number): number;
}
