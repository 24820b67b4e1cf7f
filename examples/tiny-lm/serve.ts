#!/usr/bin/env node
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openCheckpoint } from "./checkpoint.ts";
import { CompletionServer } from "./completion-server.ts";
import { DEFAULT_FOLDER } from "./train-options.ts";
import { Vocabulary } from "./vocabulary.ts";

/*
 * Serves a checkpoint: MODEL is a file, or a folder whose newest whole one is taken; PORT and HOST say
 * where (8000 on 127.0.0.1; port 0: any). Exit code 0 after SIGTERM, 1 where it cannot serve.
 */
const WAITING_MAX = 16;

const model = process.env["MODEL"] ?? DEFAULT_FOLDER;
const port = Number(process.env["PORT"] ?? "8000");
const host = process.env["HOST"] ?? "127.0.0.1";

const server = new CompletionServer({ waitingMax: WAITING_MAX });
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void server.stop());
}

try {
  server.http.listen({ port, host });
  await once(server.http, "listening");
  const address = server.http.address() as AddressInfo;
  tell({ listening: `http://${host}:${address.port}` });
  await nextTurn(); // Who asks while the model loads is told so.
  const { head, weights } = openCheckpoint(model, warn);
  server.use({ shape: head.shape, weights, vocabulary: new Vocabulary(head.characters) });
  tell({ loaded: model, step: head.step, weights: weights.length });
} catch (error) {
  warn(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function warn(message: string): void {
  process.stderr.write(`tiny-lm: ${message}\n`);
}
