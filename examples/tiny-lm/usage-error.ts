/** What the user named cannot be used; the message says what, where and the cure. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
