import type { WhyAnswer } from "../api/answers.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import type { CommandGround } from "./apply-manifests.ts";
import type { ApiFailure } from "./control-plane.ts";
import { unknownObject } from "./failures.ts";
import { phaseOf } from "./views/render.ts";

export function explainWaiting(
  name: string,
  { views }: CommandGround,
): Result<WhyAnswer, ApiFailure> {
  const record = views.record("BatchJob", name);
  if (record === undefined) return fail(unknownObject("BatchJob", name));
  return succeed({ job: name, phase: phaseOf(record), trials: [] });
}
