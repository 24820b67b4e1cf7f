#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import { handOverToPinnedNode, isNodeNewEnough } from "./pinned-node.js";

if (isNodeNewEnough()) {
  // A checkout runs its sources. Node strips no types under node_modules, so a package runs dist/.
  const source = new URL("../src/main/main.ts", import.meta.url);
  const built = new URL("../dist/main/main.js", import.meta.url);
  const isCheckout = existsSync(source);
  // Sources are kept compiled: from the second start on, nothing has to strip their types.
  const cache = fileURLToPath(new URL("../.cache/compiled", import.meta.url));
  if (isCheckout) module.enableCompileCache(cache);
  await import(isCheckout ? source.href : built.href);
} else {
  handOverToPinnedNode(fileURLToPath(import.meta.url));
}
