import { Command } from "commander";
import type { WrittenObjects } from "../api/objects.ts";
import type { Client, LogOptions } from "../client/client.ts";
import { ClientError } from "../client/client-error.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { CommandError } from "./exit-codes.ts";
import { findObject, resolveName } from "./find-object.ts";
import type { Host } from "./host.ts";
import { nameOf, type Reference } from "./kinds.ts";
import { LinePrefix } from "./line-prefix.ts";
import { parseCount } from "./output.ts";
import { UsageError } from "./usage-error.ts";

interface LogsFlags extends ConnectFlags {
  readonly follow?: boolean;
  readonly all?: boolean;
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
    .option("--all", "of every member or replica; each line says whose it is")
    .option("--stdout", "only its standard output")
    .option("--stderr", "only its standard error")
    .option("--tail <number>", "only so many lines before the end", parseCount)
    .action((word: string, flags: LogsFlags) => logs(host, word, flags));
  return withConnection(command);
}

async function logs(host: Host, word: string, flags: LogsFlags): Promise<void> {
  const { follow = false, all = false, member, replica, stdout, stderr, tail } = flags;
  const number = member ?? replica;
  if (all && number !== undefined) throw new UsageError("logs takes --all or one number, not both");
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
  const object = await findObject(client, { kind, name });
  if (all) return copyAll(host, client, options, await numbersOf(client, object));
  try {
    for await (const bytes of client.log(options)) await host.user.write("stdout", bytes);
  } catch (error) {
    throw explainNoOutput(error, owner, number);
  }
}

type LogObject = WrittenObjects[LogOptions["kind"]];

/** Of the members or replicas there are; of a job that runs no more, those of its first size. */
async function numbersOf(client: Client, object: LogObject): Promise<readonly number[]> {
  const { kind, metadata } = object;
  if (kind === "ModelService") {
    const { objects } = await client.list("Replica");
    const own = objects.filter(({ status }) => status.service === metadata.name);
    return own.map((replica) => Number(replica.metadata.name.split("/").at(-1)));
  }
  const { members } = object.status;
  if (members.length > 0) return members.map(({ member }) => member);
  const most = object.spec.roles.reduce((sum, { replicas }) => sum + replicas.max, 0);
  return Array.from({ length: most }, (_, member) => member);
}

/** One after another, or with `follow` all at once; what is not known has written nothing. */
async function copyAll(
  host: Host,
  client: Client,
  options: LogOptions,
  numbers: readonly number[],
): Promise<void> {
  const copy = async (number: number) => {
    const prefix = new LinePrefix(`[${number}] `);
    const whose = options.kind === "BatchJob" ? { member: number } : { replica: number };
    try {
      for await (const bytes of client.log({ ...options, ...whose })) {
        await host.user.write("stdout", prefix.push(bytes));
      }
      await host.user.write("stdout", prefix.end());
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== "unknown-object") throw error;
    }
  };
  if (options.follow === true) await Promise.all(numbers.map(copy));
  else for (const number of numbers) await copy(number);
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
