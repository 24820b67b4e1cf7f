import { Command } from "commander";
import type { EventRecord, WrittenObjects } from "../api/objects.ts";
import type { Client } from "../client/client.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { CommandError } from "./exit-codes.ts";
import type { Host } from "./host.ts";
import { nameOf } from "./kinds.ts";
import { collect, parseCount } from "./output.ts";
import {
  applyQuick,
  type PlainManifest,
  programName,
  resourcesOf,
  variablesOf,
  type WorkFlags,
} from "./quick-work.ts";
import { curlLine } from "./texts/curl-line.ts";
import { parseTimeLimit } from "./time-limit.ts";
import type { UserHost } from "./user-host.ts";

/** How often the service is asked for until it is ready. */
const POLL_MS = 250;

interface ServeFlags extends ConnectFlags, WorkFlags {
  readonly task?: string;
  readonly model?: string;
  readonly portEnv: string;
  readonly ready: string;
  readonly concurrency: number;
  readonly min: number;
  readonly max: number;
  readonly timeout: string;
  readonly detach?: boolean;
}

/** `neuraxis serve`: a command as a model service. */
export function serveCommand(host: Host): Command {
  const command = new Command("serve")
    .argument("<command...>", "program and arguments, after --; no shell reads them")
    .option("--name <name>", "of the service (default: the program's)")
    .option("--task <task>", "chat, completion (default), embedding and so on")
    .option("--model <name>", "what requests call the model (default: the service's name)")
    .option("--cpu <cores>", "of each replica, such as 2, 0.5 or 500m", "1")
    .option("--memory <amount>", "of each replica, such as 2Gi", "512Mi")
    .option("--gpus <number>", "of each replica: so many, or a share such as 0.5")
    .option("--port-env <variable>", "by which the command learns its port", "PORT")
    .option("--ready <path>", "asked by GET: 2xx is ready", "/healthz")
    .option("--concurrency <number>", "requests that one replica serves at once", parseCount, 1)
    .option("--min <number>", "replicas that are always awake", parseCount, 1)
    .option("--max <number>", "replicas at most", parseCount, 1)
    .option("--env <key=value>", "a variable, or KEY for that of here; repeatable", collect, [])
    .option("--timeout <time>", "wait at most so long until it is ready", "5min")
    .option("-d, --detach", "print its name and return at once")
    .passThroughOptions()
    .action((words: readonly string[], flags: ServeFlags) => serve(host, words, flags));
  return withConnection(command);
}

async function serve(host: Host, words: readonly string[], flags: ServeFlags): Promise<void> {
  const limitMs = parseTimeLimit(flags.timeout);
  const manifest = toManifest(host.user, words, flags);
  const { name } = manifest.metadata;
  const client = await connect(host, flags);
  const [newest] = await client.events({ limit: 1 });
  const outcome = await applyQuick(client, manifest);
  host.note(`${nameOf("ModelService", name)} is ${outcome}; it stays when this command ends.`);
  if (flags.detach === true) {
    host.print(`${nameOf("ModelService", name)}\n`);
    return;
  }
  const wanted = { name, after: newest?.sequence ?? 0, limitMs };
  const service =
    flags.min === 0
      ? await client.get("ModelService", name)
      : await untilReady(host, client, wanted);
  const { endpoint } = service.status;
  if (endpoint === undefined) {
    host.print(`${nameOf("ModelService", name)} is ready\n`);
    return;
  }
  const { task, model } = service.spec;
  host.print(`${endpoint}\n`);
  // Whoever names neither task nor model may serve anything.
  const isModel = flags.task !== undefined || flags.model !== undefined;
  host.note(`Try it:\n${curlLine({ endpoint, model: model.name, ...(isModel && { task }) })}`);
}

interface AwaitedService {
  readonly name: string;
  /** Sequence of the last event before. */
  readonly after: number;
  readonly limitMs: number | undefined;
}

/** The service once it serves; its warnings are told meanwhile. @throws CommandError. */
async function untilReady(
  host: Host,
  client: Client,
  { name, after, limitMs = Number.POSITIVE_INFINITY }: AwaitedService,
): Promise<WrittenObjects["ModelService"]> {
  const shown = nameOf("ModelService", name);
  const { user } = host;
  const startMs = user.nowMs();
  let told = after;
  for (;;) {
    const service = await client.get("ModelService", name);
    for (const event of await client.events({ after: told })) {
      told = event.sequence;
      if (isAbout(event, name))
        host.note(`${event.about.name}: ${event.message} (${event.reason})`);
    }
    if (isReady(service)) return service;
    const ms = user.nowMs() - startMs;
    if (ms > limitMs) {
      const cure = `Read what it writes: neuraxis logs ${shown}; or: neuraxis describe ${shown}.`;
      throw new CommandError("timeout", `${shown} is not ready after ${limitMs / 1000} s`, cure);
    }
    host.progress(ms / 1000, `s: ${shown} ${sayReplicas(service)}`);
    await user.wait(POLL_MS);
  }
}

function isAbout({ about, type }: EventRecord, service: string): boolean {
  return type === "Warning" && (about.name === service || about.name.startsWith(`${service}/`));
}

function isReady({ spec, status }: WrittenObjects["ModelService"]): boolean {
  const { replicas, conditions } = status;
  const isDenied = conditions.some(({ type, status }) => type === "Ready" && status === "False");
  return !isDenied && replicas.ready >= Math.max(1, spec.replicas.min);
}

function sayReplicas({ status }: WrittenObjects["ModelService"]): string {
  const { ready, starting } = status.replicas;
  return starting > 0 ? `is starting (${ready} ready)` : `waits for room (${ready} ready)`;
}

function toManifest(user: UserHost, words: readonly string[], flags: ServeFlags): PlainManifest {
  const [program = ""] = words;
  const name = flags.name ?? programName(program);
  return {
    apiVersion: "neuraxis.dev/v1alpha1",
    kind: "ModelService",
    metadata: { name },
    spec: {
      task: flags.task ?? "completion",
      runtime: {
        command: words,
        env: variablesOf(flags.env, user.environment),
        workingDirectory: user.folder,
        port: { env: flags.portEnv },
      },
      model: { name: flags.model ?? name },
      replicas: { min: flags.min, max: flags.max },
      concurrency: flags.concurrency,
      resources: resourcesOf(flags),
      readiness: { path: flags.ready },
    },
  };
}
