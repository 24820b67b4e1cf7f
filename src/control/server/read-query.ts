import type { z } from "zod";
import { explain, settings, splitIssue } from "../../manifest/shape-parts.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { ApiFailure } from "../control-plane.ts";
import { failure } from "../failures.ts";

/** Reads `a=1&b=2` by the shape. What it does not know, and what stands twice, is refused. */
export function readQuery(text: string, shape: z.ZodRawShape): Result<object, ApiFailure> {
  const pairs = new URLSearchParams(text);
  const names = Array.from(pairs.keys());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return refuse([`parameter ${twice} stands twice`]);
  const result = settings(shape).safeParse(Object.fromEntries(pairs), { error: explain });
  if (result.success) return succeed(result.data);
  const problems = result.error.issues.flatMap((issue) => splitIssue(issue));
  return refuse(problems.map(({ path, message }) => `parameter ${String(path[0])} ${message}`));
}

function refuse(problems: readonly string[]): Result<never, ApiFailure> {
  return fail(failure("invalid-request", problems.join("; ")));
}
