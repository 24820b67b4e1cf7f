/** A life broke a rule: the scheduler or the engine did what it must not do. */
export class RuleBroken extends Error {
  /** Number of a rule of SPEC.md, or the name of a promise of the engine. */
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(message);
    this.name = "RuleBroken";
    this.rule = rule;
  }
}

/** @throws RuleBroken unless `isKept`; `tell` says what went wrong, with the numbers. */
export function expectRule(
  isKept: boolean,
  rule: string,
  tell: string | (() => string),
): asserts isKept {
  if (!isKept) throw new RuleBroken(rule, typeof tell === "string" ? tell : tell());
}
