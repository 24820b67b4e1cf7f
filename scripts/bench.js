import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, root } from "./prepare.js";

if (prepare(import.meta.url)) {
  const names = readdirSync(path.join(root, "bench"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length));
  const [name = ""] = process.argv.splice(2, 1);
  if (names.includes(name)) {
    await import(pathToFileURL(path.join(root, "bench", `${name}.ts`)).href);
  } else {
    process.stderr.write(`npm run bench -- NAME, NAME being one of: ${names.join(", ")}\n`);
    process.exitCode = 2;
  }
}
