import { Command } from "commander";
import type { Client } from "../client/client.ts";
import { ClientError } from "../client/client-error.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import type { Host } from "./host.ts";
import { formatTop, type TopSample } from "./texts/top-text.ts";

const PERIOD_MS = 1000;
/** Alternate screen without a cursor, and back (xterm's control sequences). */
const ENTER = "\u001B[?1049h\u001B[?25l";
const LEAVE = "\u001B[?25h\u001B[?1049l";
const HOME = "\u001B[H";
const CLEAR_LINE_END = "\u001B[K";
const CLEAR_BELOW = "\u001B[J";
const QUIT: ReadonlySet<string> = new Set(["q", "Q", "\u0003", "\u001B"]);

/** `neuraxis top`: a live view on a terminal, and one snapshot elsewhere. */
export function topCommand(host: Host): Command {
  return withConnection(
    new Command("top")
      .option("--once", "print one snapshot, also on a terminal")
      .action((flags: ConnectFlags & { readonly once?: boolean }) => top(host, flags)),
  );
}

async function top(host: Host, flags: ConnectFlags & { readonly once?: boolean }): Promise<void> {
  const client = await connect(host, flags);
  const first = await takeSample(host, client);
  const { screen } = host.user;
  if (flags.once === true || !screen.isTerminal) {
    await host.user.wait(PERIOD_MS);
    host.print(formatTop(await takeSample(host, client), first, screen));
  } else await showLive(host, client, first);
}

/** Draws until a key or an interrupt ends it, and puts the terminal back as it was. */
async function showLive(host: Host, client: Client, first: TopSample): Promise<void> {
  const { user } = host;
  const stop = new AbortController();
  const undo = [
    user.onKey((key) => {
      if (QUIT.has(key)) stop.abort();
    }),
    user.onInterrupt(() => stop.abort()),
  ];
  user.draw(ENTER);
  let sample = first;
  let before: TopSample | undefined;
  let trouble = "";
  try {
    while (!stop.signal.aborted) {
      const head = `neuraxis ${new Date(user.nowMs()).toISOString().slice(11, 19)} UTC  q ends`;
      const text = `${head}${trouble}\n\n${formatTop(sample, before, user.screen)}`;
      user.draw(picture(text, user.rows()));
      await user.wait(PERIOD_MS, stop.signal);
      try {
        const next = await takeSample(host, client);
        [before, sample, trouble] = [sample, next, ""];
      } catch (error) {
        // A control plane that starts again is seen again.
        if (!(error instanceof ClientError)) throw error;
        trouble = `  ${error.message}`;
      }
    }
  } finally {
    user.draw(LEAVE);
    for (const call of undo) call();
  }
}

/** The lines that fit, each over what stood there before. */
function picture(text: string, rows: number): string {
  const lines = text.trimEnd().split("\n").slice(0, rows);
  return `${HOME}${lines.map((line) => `${line}${CLEAR_LINE_END}`).join("\r\n")}${CLEAR_BELOW}`;
}

async function takeSample({ user }: Host, client: Client): Promise<TopSample> {
  const [nodes, services, jobs, usage] = await Promise.all([
    client.list("Node"),
    client.list("ModelService"),
    client.list("BatchJob"),
    client.usage(),
  ]);
  return {
    atMs: user.nowMs(),
    nodes: nodes.objects,
    services: services.objects,
    jobs: jobs.objects,
    usage,
  };
}
