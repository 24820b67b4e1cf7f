import { prepare } from "./prepare.js";

if (prepare(import.meta.url)) {
  // The command line reads its words from process.argv: `npm start -- --seed 7` adds to them.
  process.argv.splice(2, 0, "start");
  await import("../bin/neuraxis.js");
}
