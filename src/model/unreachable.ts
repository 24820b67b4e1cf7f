/** Ends an exhaustive `switch`: the compiler refuses a call that a forgotten case could reach. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}
