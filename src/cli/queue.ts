import { Command } from "commander";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import type { Host } from "./host.ts";
import { formatQueueTree } from "./texts/queue-tree.ts";

/** `neuraxis queue`: the tree of queues. */
export function queueCommand(host: Host): Command {
  return withConnection(
    new Command("queue").action(async (flags: ConnectFlags) => {
      const client = await connect(host, flags);
      const { objects } = await client.list("Queue");
      host.print(formatQueueTree(objects, host.user.screen));
    }),
  );
}
