import { Command } from "commander";
import type { Client } from "../client/client.ts";
import { attachJob } from "./attach-job.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { CommandError } from "./exit-codes.ts";
import type { Host } from "./host.ts";
import { nameOf } from "./kinds.ts";
import { collect, parseCount } from "./output.ts";
import {
  applyQuick,
  freshName,
  type PlainManifest,
  resourcesOf,
  variablesOf,
  type WorkFlags,
} from "./quick-work.ts";
import type { UserHost } from "./user-host.ts";

interface RunFlags extends ConnectFlags, WorkFlags {
  readonly queue?: string;
  readonly checkpoint?: boolean;
  readonly retries: number;
  readonly replicas: number;
  readonly detach?: boolean;
}

/** `neuraxis run`: a command as a job, whose output is shown and whose exit code is taken over. */
export function runCommand(host: Host): Command {
  const command = new Command("run")
    .argument("<command...>", "program and arguments, after --; no shell reads them")
    .option("--name <name>", "of the job (default: the program's and a random end)")
    .option("--cpu <cores>", "of each member, such as 2, 0.5 or 500m", "1")
    .option("--memory <amount>", "of each member, such as 2Gi", "512Mi")
    .option("--gpus <number>", "of each member: so many, or a share such as 0.5")
    .option("--queue <name>", "the queue it stands in (default: default)")
    .option("--checkpoint", "it saves to $NEURAXIS_CHECKPOINT_DIR, also when asked to leave")
    .option("--retries <number>", "starts after failures of its own", parseCount, 0)
    .option("--replicas <number>", "members, which start together", parseCount, 1)
    .option("--env <key=value>", "a variable, or KEY for that of here; repeatable", collect, [])
    .option("-d, --detach", "print its name and return at once")
    .passThroughOptions()
    .action((words: readonly string[], flags: RunFlags) => run(host, words, flags));
  return withConnection(command);
}

async function run(host: Host, words: readonly string[], flags: RunFlags): Promise<void> {
  const manifest = toManifest(host.user, words, flags);
  const { name } = manifest.metadata;
  const client = await connect(host, flags);
  await submit(client, manifest);
  if (flags.detach === true) {
    host.print(`${nameOf("BatchJob", name)}\n`);
    return;
  }
  host.note(`${nameOf("BatchJob", name)} is submitted; Ctrl-C cancels it.`);
  host.user.endWith(await attachJob(host, client, { name, members: flags.replicas }));
}

/** Submits a job that is to be a new one. @throws CommandError if there is one of this name. */
async function submit(client: Client, manifest: PlainManifest): Promise<void> {
  const { name } = manifest.metadata;
  const { objects } = await client.list("BatchJob");
  const isTaken = objects.some(({ metadata }) => metadata.name === name);
  if (!isTaken && (await applyQuick(client, manifest)) === "created") return;
  const cure = `Give another --name, or: neuraxis delete ${nameOf("BatchJob", name)}.`;
  throw new CommandError("refused", `${nameOf("BatchJob", name)} exists already`, cure);
}

function toManifest(user: UserHost, words: readonly string[], flags: RunFlags): PlainManifest {
  const { queue, retries, replicas, checkpoint = false } = flags;
  const [program = ""] = words;
  return {
    apiVersion: "neuraxis.dev/v1alpha1",
    kind: "BatchJob",
    metadata: { name: flags.name ?? freshName(program, user.random()) },
    spec: {
      ...(queue === undefined ? {} : { queue }),
      ...(checkpoint ? { checkpoint: { onRequest: true } } : {}),
      retries: { max: retries },
      replicas,
      command: words,
      env: variablesOf(flags.env, user.environment),
      workingDirectory: user.folder,
      resources: resourcesOf(flags),
    },
  };
}
