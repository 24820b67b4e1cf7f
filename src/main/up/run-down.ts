import { setTimeout as pause } from "node:timers/promises";
import type { ShutdownOrder } from "../../api/answers.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { createClient } from "../../client/client.ts";
import { Home } from "./home.ts";

/** How long all work may take to leave in good order, and how often is looked. */
const END_LIMIT_MS = 150_000;
const END_LOOK_MS = 20;

/** Ends the control plane of a home, and waits until its process is gone. */
export async function runDown(
  folder: string,
  {
    workloads,
    note,
  }: { readonly workloads: ShutdownOrder["workloads"]; readonly note: (line: string) => void },
): Promise<void> {
  const home = new Home(folder);
  const running = home.api();
  if (running === undefined || !isAlive(running.pid)) {
    note(`No control plane runs for ${folder}.`);
    return;
  }
  const client = createClient({ url: running.url, token: home.token() });
  await client.shutdown(workloads);
  for (let waitedMs = 0; isAlive(running.pid); waitedMs += END_LOOK_MS) {
    if (waitedMs >= END_LIMIT_MS) {
      throw new UsageError(`process ${running.pid} does not end; kill it, then run this again`);
    }
    await pause(END_LOOK_MS);
  }
  note(
    workloads === "end"
      ? "All work has left, and Neuraxis is down."
      : "Neuraxis is down; work runs on.",
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
