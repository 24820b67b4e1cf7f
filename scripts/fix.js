import { spawnSync } from "node:child_process";
import path from "node:path";
import { prepare, root } from "./prepare.js";

const commands = [
  ["oxlint", "--type-aware", "--fix", "--deny-warnings"],
  ["biome", "format", "--write", "."],
];

if (prepare(import.meta.url)) {
  const { toolEnvironment } = await import("./steps.js");
  const results = commands.map(([tool, ...words]) =>
    spawnSync(path.join(root, "node_modules/.bin", tool), words, {
      stdio: "inherit",
      env: toolEnvironment(),
    }),
  );
  process.exitCode = results.every((result) => result.status === 0) ? 0 : 1;
}
