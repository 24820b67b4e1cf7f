#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { handOverToPinnedNode, isNodeNewEnough } from "./pinned-node.js";

if (isNodeNewEnough()) {
  // A checkout runs its sources. Node strips no types under node_modules, so a package runs dist/.
  const source = new URL("../src/main/main.ts", import.meta.url);
  const built = new URL("../dist/main/main.js", import.meta.url);
  await import(existsSync(source) ? source.href : built.href);
} else {
  handOverToPinnedNode(fileURLToPath(import.meta.url));
}
