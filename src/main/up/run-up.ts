import { flushCompileCache } from "node:module";
import type { UpOrder } from "../../cli/machine-host.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { JournalError } from "../../control/journal/journal-error.ts";
import { ReplayError } from "../../control/replay-entry.ts";
import { DoorError } from "../../engine/local/door/door-client.ts";
import { Home } from "./home.ts";
import { startApart, tellStarter } from "./start-apart.ts";

interface World {
  readonly version: string;
  readonly note: (line: string) => void;
}

/** @throws UsageError if one runs already, or cannot. */
export async function runUp(order: UpOrder, world: World): Promise<void> {
  await (order.detach ? startApart(order, world.note) : runHere(order, world));
}

async function runHere(
  { home: folder, api, door }: UpOrder,
  { version, note }: World,
): Promise<void> {
  const home = new Home(folder);
  const { env: environment } = process;
  const { findEquipment } = await import("./find-equipment.ts");
  // The programs that are asked run while the rest is loaded.
  const equipment = findEquipment(environment);
  const { startUp } = await import("./control-plane.ts");
  try {
    const options = { home, api, door, version, environment, equipment, report: note };
    const up = await startUp(options);
    await tellStarter({ url: up.url });
    note(
      `Neuraxis ${version} is up: API ${up.url}, requests ${up.door}/services/NAME, home ${folder}`,
    );
    let asked = 0;
    process.on("SIGINT", () => {
      asked += 1;
      if (asked > 1) process.exit(130);
      note("All work is asked to leave; Ctrl-C again ends the control plane at once.");
      up.stop("end");
    });
    process.on("SIGTERM", () => up.stop("keep"));
    // One that is killed later would not keep what it compiled.
    flushCompileCache();
    await up.done;
  } catch (error) {
    const told = toUsageError(error, home);
    await tellStarter({ reason: told instanceof Error ? told.message : String(told) });
    throw told;
  }
}

/** What the user can mend is told as such. */
function toUsageError(error: unknown, home: Home): unknown {
  if (error instanceof JournalError) {
    const running = error.code === "locked" ? home.api() : undefined;
    if (running === undefined) return new UsageError(error.message);
    const { pid, url } = running;
    return new UsageError(
      `${home.folder} has a control plane already: process ${pid}, ${url}. ` +
        `Use it, end it by \`neuraxis down\`, or name another --home.`,
    );
  }
  if (error instanceof ReplayError) {
    return new UsageError(
      `${home.journal}: ${error.message}. Another version of this program wrote it: ` +
        `start that one once, and end it by \`neuraxis down\`.`,
    );
  }
  if (error instanceof DoorError && error.code === "path-too-long") {
    return new UsageError(`${error.message}. Name a shorter --home.`);
  }
  return error;
}
