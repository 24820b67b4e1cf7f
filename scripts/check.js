import { prepare } from "./prepare.js";

if (prepare(import.meta.url)) {
  const { conclude, runChecks } = await import("./steps.js");
  const startedMs = performance.now();
  conclude(await runChecks(), startedMs);
}
