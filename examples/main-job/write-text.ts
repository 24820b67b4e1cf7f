#!/usr/bin/env node
import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readTexts } from "../tiny-lm/corpus.ts";

/*
 * Writes this repository's Markdown and TypeScript into one file. A run trains on that file to its end,
 * whatever happens to the sources meanwhile: a checkpoint is of one text.
 */
const [, , file] = process.argv;
if (file === undefined) {
  process.stderr.write("usage: node examples/main-job/write-text.ts FILE\n");
  process.exit(2);
}
const repository = path.resolve(import.meta.dirname, "../..");
writeFileSync(`${file}.new`, readTexts([repository]), { flush: true });
renameSync(`${file}.new`, file);
