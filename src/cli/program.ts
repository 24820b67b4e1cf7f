import { Command } from "commander";
import type { Host } from "./host.ts";

/** A command of the table: only that which is wanted is loaded. */
interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly load: (host: Host) => Promise<Command>;
}

/** All commands, in the order in which help lists them. */
const VERBS: readonly Verb[] = [
  {
    name: "up",
    summary: "Start the control plane of this machine.",
    load: async (host) => (await import("./up.ts")).upCommand(host),
  },
  {
    name: "down",
    summary: "End the control plane of this machine, and all work in good order.",
    load: async (host) => (await import("./down.ts")).downCommand(host),
  },
  {
    name: "doctor",
    summary: "Tell what this machine can do, and what it cannot and why.",
    load: async (host) => (await import("./doctor.ts")).doctorCommand(host),
  },
  {
    name: "replay",
    summary: "Decide everything in a journal anew, and compare.",
    load: async (host) => (await import("./replay.ts")).replayCommand(host),
  },
  {
    name: "restore",
    summary: "Make a damaged journal whole again, as far as it can be read.",
    load: async (host) => (await import("./restore.ts")).restoreCommand(host),
  },
  {
    name: "secret",
    summary: "Keep texts that manifests name and never hold.",
    load: async (host) => (await import("./secret.ts")).secretCommand(host),
  },
  {
    name: "apply",
    summary: "Make what manifests ask for, all of it or nothing.",
    load: async (host) => (await import("./apply.ts")).applyCommand(host),
  },
  {
    name: "get",
    summary: "Print objects as tables or data, once or as they change.",
    load: async (host) => (await import("./get.ts")).getCommand(host),
  },
  {
    name: "describe",
    summary: "Tell all that is known of one object.",
    load: async (host) => (await import("./describe.ts")).describeCommand(host),
  },
  {
    name: "why",
    summary: "Tell what keeps a job or a service waiting, and what helps.",
    load: async (host) => (await import("./why.ts")).whyCommand(host),
  },
  {
    name: "logs",
    summary: "Print what a process of a job or a service has written.",
    load: async (host) => (await import("./logs.ts")).logsCommand(host),
  },
  {
    name: "cancel",
    summary: "End jobs, and keep what they wrote and what is known of them.",
    load: async (host) => (await import("./cancel.ts")).cancelCommand(host),
  },
  {
    name: "delete",
    summary: "Delete objects, by name or by their manifests.",
    load: async (host) => (await import("./delete.ts")).deleteCommand(host),
  },
  {
    name: "run",
    summary: "Run a command as a job, and end as it ends.",
    load: async (host) => (await import("./run.ts")).runCommand(host),
  },
  {
    name: "serve",
    summary: "Run a command as a model service, and tell where it serves.",
    load: async (host) => (await import("./serve.ts")).serveCommand(host),
  },
  {
    name: "top",
    summary: "Watch nodes, services and jobs, live.",
    load: async (host) => (await import("./top.ts")).topCommand(host),
  },
  {
    name: "wait",
    summary: "Wait until an object is in a state.",
    load: async (host) => (await import("./wait.ts")).waitCommand(host),
  },
  {
    name: "queue",
    summary: "Print the tree of queues, with what they hold.",
    load: async (host) => (await import("./queue.ts")).queueCommand(host),
  },
  {
    name: "events",
    summary: "Print what happened, the newest last.",
    load: async (host) => (await import("./events.ts")).eventsCommand(host),
  },
  {
    name: "version",
    summary: "Print the versions of this program and of the control plane.",
    load: async (host) => (await import("./version.ts")).versionCommand(host),
  },
  {
    name: "completion",
    summary: "Print what completes commands in bash, zsh or fish.",
    load: async (host) => (await import("./completion.ts")).completionCommand(host),
  },
  {
    name: "start",
    summary: "Train a small model while it is served, and measure both.",
    load: async (host) => (await import("./start.ts")).startCommand(host),
  },
  {
    name: "simulate",
    summary: "Judge the scheduler on traces, with the code that will run.",
    load: async (host) => (await import("./simulate.ts")).simulateCommand(host),
  },
];

/**
 * The command line. It throws CommanderError on wrong usage instead of ending the process.
 *
 * @param words of the command line: of all commands only the one that they name is more than a name
 *   and a summary. Absent: all are loaded.
 */
export async function createProgram(host: Host, words?: readonly string[]): Promise<Command> {
  const program = new Command("neuraxis")
    .description("One control plane that trains and serves AI models on the same machines.")
    .version(host.version, "-V, --version")
    .enablePositionalOptions();
  const [first, second] = words?.filter((word) => !word.startsWith("-")) ?? [];
  const wanted = first === "help" ? second : first;
  for (const { name, summary, load } of VERBS) {
    const isWanted = words === undefined || name === wanted;
    const command = isWanted ? await load(host) : new Command(name);
    program.addCommand(command.description(summary));
  }
  guard(program, host);
  return program;
}

/** No command of the tree writes or ends anything by itself. */
function guard(command: Command, host: Host): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => host.print(text),
    writeErr: (text) => host.note(text.trimEnd()),
  });
  command.showHelpAfterError("Run with --help to see what there is.");
  for (const child of command.commands) guard(child, host);
}
