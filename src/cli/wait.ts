import { Command } from "commander";
import type { WrittenObject } from "../api/objects.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { CommandError } from "./exit-codes.ts";
import { findObject } from "./find-object.ts";
import type { Host } from "./host.ts";
import { nameOf, parseReference, type Reference } from "./kinds.ts";
import { checkGoal, isMet, parseGoal, sayGoal, whyNever } from "./wait-goal.ts";
import { parseTimeLimit, withTimeLimit } from "./time-limit.ts";
import { watchObject } from "./watch-object.ts";

interface WaitFlags extends ConnectFlags {
  readonly for: string;
  readonly timeout?: string;
}

/** `neuraxis wait`: returns when an object is as wanted. */
export function waitCommand(host: Host): Command {
  const command = new Command("wait")
    .argument("<object...>", "KIND/NAME, or KIND NAME")
    .requiredOption("--for <state>", "phase=Succeeded, condition=Ready[=False], or delete")
    .option("--timeout <time>", "at most so long, such as 30s (default: for ever)")
    .action((words: readonly string[], flags: WaitFlags) =>
      waitFor(host, parseReference(words), flags),
    );
  return withConnection(command);
}

async function waitFor(host: Host, reference: Reference, flags: WaitFlags): Promise<void> {
  const goal = parseGoal(flags.for);
  const limitMs = parseTimeLimit(flags.timeout);
  const client = await connect(host, flags);
  if (goal.kind !== "deletion") checkGoal(goal, await findObject(client, reference));
  const name = nameOf(reference.kind, reference.name);
  const wanted = sayGoal(goal);
  const cure = `Ask what is in its way: neuraxis describe ${name}.`;
  const startMs = host.user.nowMs();
  const answer = await withTimeLimit(
    host.user,
    { limitMs, unmet: `${name} has not met ${wanted}`, cure },
    async (stop) => {
      for await (const object of watchObject(client, reference, stop)) {
        if (isMet(goal, object)) return "met";
        const never = whyNever(goal, object);
        if (never !== undefined) throw new CommandError("refused", `${name} ${never}`, cure);
        host.progress((host.user.nowMs() - startMs) / 1000, `s: ${name} ${sayState(object)}`);
      }
      return undefined;
    },
  );
  host.print(`${name} ${answer} ${wanted}\n`);
}

function sayState(object: WrittenObject | undefined): string {
  const { status } = object ?? {};
  return status !== undefined && "phase" in status ? `is ${status.phase}` : "is there";
}
