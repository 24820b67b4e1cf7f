import { Command } from "commander";
import type { LogOptions } from "../client/client.ts";
import { ClientError } from "../client/client-error.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { CommandError } from "./exit-codes.ts";
import { findObject, resolveName } from "./find-object.ts";
import type { Host } from "./host.ts";
import { nameOf, type Reference } from "./kinds.ts";
import { parseCount } from "./output.ts";
import { UsageError } from "./usage-error.ts";

interface LogsFlags extends ConnectFlags {
  readonly follow?: boolean;
  readonly member?: number;
  readonly replica?: number;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly tail?: number;
}

type LogOwner = Reference<LogOptions["kind"]>;

/** `neuraxis logs`: what a process of a job or a service has written. */
export function logsCommand(host: Host): Command {
  const command = new Command("logs")
    .argument("<object>", "NAME, job/NAME or service/NAME")
    .option("-f, --follow", "print more as it comes, until the process ends")
    .option("--member <number>", "of a job: which member (default: the first)", parseCount)
    .option("--replica <number>", "of a service: which replica (default: the youngest)", parseCount)
    .option("--stdout", "only its standard output")
    .option("--stderr", "only its standard error")
    .option("--tail <number>", "only so many lines before the end", parseCount)
    .action((word: string, flags: LogsFlags) => logs(host, word, flags));
  return withConnection(command);
}

async function logs(host: Host, word: string, flags: LogsFlags): Promise<void> {
  const { follow = false, member, replica, stdout, stderr, tail } = flags;
  const client = await connect(host, flags);
  const owner = await resolveName(client, word, ["BatchJob", "ModelService"]);
  checkPart(owner, member, replica);
  const { kind, name } = owner;
  const options: LogOptions = {
    kind,
    name,
    follow,
    ...(stdout === stderr ? {} : { stream: stdout === true ? "stdout" : "stderr" }),
    ...(member === undefined ? {} : { member }),
    ...(replica === undefined ? {} : { replica }),
    ...(tail === undefined ? {} : { tail }),
  };
  await findObject(client, { kind, name });
  try {
    for await (const bytes of client.log(options)) await host.user.write("stdout", bytes);
  } catch (error) {
    throw explainNoOutput(error, owner, member ?? replica);
  }
}

/** The error; that of a process which is not known says where those are that there are. */
function explainNoOutput(
  error: unknown,
  { kind, name }: LogOwner,
  number: number | undefined,
): unknown {
  if (!(error instanceof ClientError) || error.code !== "unknown-object") return error;
  const owner = nameOf(kind, name);
  const part = kind === "BatchJob" ? "member" : "replica";
  if (number === undefined) {
    const cure = `See whether a ${part} has started: neuraxis describe ${owner}.`;
    return new CommandError("notFound", `${owner} has no output`, cure);
  }
  const list = kind === "BatchJob" ? `neuraxis describe ${owner}` : "neuraxis get replicas";
  const cure = `See its ${part}s: ${list}.`;
  return new CommandError("notFound", `${owner} has no output of a ${part} ${number}`, cure);
}

function checkPart(
  { kind }: LogOwner,
  member: number | undefined,
  replica: number | undefined,
): void {
  const wrong = kind === "BatchJob" ? replica : member;
  if (wrong === undefined) return;
  throw new UsageError(
    kind === "BatchJob" ? "a job has members: --member" : "a service has replicas: --replica",
  );
}
