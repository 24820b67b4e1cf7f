import { prepare } from "./prepare.js";

if (prepare(import.meta.url)) {
  const { conclude, runChecks, runLongTests } = await import("./steps.js");
  const startedMs = performance.now();
  const checks = await runChecks();
  conclude([...checks, ...(await runLongTests())], startedMs);
}
