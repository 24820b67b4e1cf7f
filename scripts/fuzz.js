import path from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, root } from "./prepare.js";

if (prepare(import.meta.url)) {
  await import(pathToFileURL(path.join(root, "test/fuzz/fuzz.ts")).href);
}
