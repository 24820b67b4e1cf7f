import { Command } from "commander";
import type { Client, LogOptions } from "../client/client.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { findObject } from "./find-object.ts";
import type { Host } from "./host.ts";
import { checkKind, parseReference, type Reference } from "./kinds.ts";
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
    .argument("<object>", "JOB, job/NAME or service/NAME")
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
  const reference = parseReference(word.includes("/") ? [word] : ["job", word]);
  const owner = checkKind(reference, ["BatchJob", "ModelService"]);
  checkPart(owner, member, replica);
  const client = await connect(host, flags);
  const { kind, name } = word.includes("/") ? owner : await findOwner(client, owner);
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
  for await (const bytes of client.log(options)) await host.user.write("stdout", bytes);
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

/** A bare name is that of a job, or of a service if there is no such job. */
async function findOwner(client: Client, { name }: LogOwner): Promise<LogOwner> {
  const has = async (kind: LogOwner["kind"]) =>
    (await client.list(kind)).objects.some(({ metadata }) => metadata.name === name);
  const isService = !(await has("BatchJob")) && (await has("ModelService"));
  return { kind: isService ? "ModelService" : "BatchJob", name };
}
