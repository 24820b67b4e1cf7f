import { rmSync } from "node:fs";
import path from "node:path";
import { prepare, root } from "./prepare.js";

if (prepare(import.meta.url)) {
  const { runStep } = await import("./steps.js");
  // What a deleted source left behind must not be published.
  rmSync(path.join(root, "dist"), { recursive: true, force: true });
  const result = await runStep({ name: "build", command: ["tsc", "-b", "src/main"] });
  process.exitCode = result.isGood ? 0 : 1;
}
