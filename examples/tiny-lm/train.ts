#!/usr/bin/env node
import { readTexts, splitText } from "./corpus.ts";
import { GroupError, joinGroup, type ProcessGroup } from "./process-group.ts";
import { train, type Progress } from "./training.ts";
import { parseTrainOptions, parseTrainPlace, USAGE, type TrainOptions } from "./train-options.ts";
import { UsageError } from "./usage-error.ts";

/** All steps are done. */
const DONE = 0;
const FAILED = 1;
const UNUSABLE = 2;
/** Saved, and left when asked: start it again to go on (EX_TEMPFAIL of sysexits.h). */
const LEFT = 75;

let isAskedToLeave = false;
let group: ProcessGroup | undefined;

function leave(): void {
  isAskedToLeave = true;
  // Nothing is done yet that is worth saving.
  if (group === undefined) process.exit(LEFT);
}

process.once("SIGTERM", leave);
process.once("SIGINT", leave);

try {
  const options = parseTrainOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(USAGE);
  else process.exitCode = (await run(options)) === "done" ? DONE : LEFT;
} catch (error) {
  const isExpected = error instanceof UsageError || error instanceof GroupError;
  warn(isExpected ? error.message : String(error instanceof Error ? error.stack : error));
  process.exit(error instanceof UsageError ? UNUSABLE : FAILED);
}

async function run(options: TrainOptions): Promise<"done" | "left"> {
  const place = parseTrainPlace(process.env, options.batch);
  const corpus = splitText(readTexts(options.data), options.context);
  // All must agree on the options and the text, or their gradients are not of the same thing.
  const purpose = JSON.stringify({ ...options, data: corpus.digest });
  group = await joinGroup({ ...place, purpose });
  const tell = (progress: Progress) => {
    if (place.rank === 0) process.stdout.write(`${JSON.stringify(progress)}\n`);
  };
  const end = await train(
    { options, place, corpus, group },
    { tell, warn, isAskedToLeave: () => isAskedToLeave },
  );
  if (end === "left") warn("saved and left when asked");
  group.close();
  return end;
}

function warn(message: string): void {
  process.stderr.write(`tiny-lm: ${message}\n`);
}
