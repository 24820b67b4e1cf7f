import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Result } from "../../../model/result.ts";
import { connectToKeeper, KeeperError, type KeeperAddress } from "./keeper-connection.ts";
import { LineSplitter } from "./line-splitter.ts";
import { ANSWER_BYTES_MAX, parseObject } from "./protocol.ts";
import type {
  Answer,
  CommandName,
  Commands,
  KeeperRecord,
  KeeperRefusal,
  SpawnRequest,
} from "./protocol.ts";

/** Time limit of a command, and of connecting, if none is given. */
const LIMIT_MS_DEFAULT = 10_000;
/** Between the end of a connection that is watched and the next. */
const RECONNECT_MS = 20;

/** What a command gives, or why the keeper refused it. */
type Given<Name extends CommandName> = Promise<Result<Commands[Name]["gives"], KeeperRefusal>>;

interface PendingAnswer {
  readonly resolve: (result: Result<object, KeeperRefusal>) => void;
  readonly reject: (error: KeeperError) => void;
}

/**
 * Speaks with the keeper of a folder. It connects at the first command and again after a connection
 * was lost. A command whose answer is missing (KeeperError "connection-lost" or "time-limit") may
 * have been carried out: `spawn` can be repeated, "id-in-use" then says that it was.
 */
export class KeeperClient {
  readonly #address: KeeperAddress;
  readonly #closing = new AbortController();
  readonly #pending = new Map<number, PendingAnswer>();
  #connection: Promise<Socket> | undefined;
  /** Over when the connection is. */
  #receiving: Promise<void> | undefined;
  #number = 0;
  /** Of the keeper that answered last. */
  #pid: number | undefined;
  readonly #onTakeover: (pid: number) => void;

  /**
   * @param folder absolute path of the keeper's folder, made if missing.
   * @param options isStarted: whether a keeper is started if none answers (true if not given);
   *   limitMs: milliseconds that connecting may take, and then an answer (10,000 if not given);
   *   onTakeover: called when another keeper's process answers than before, with its number.
   */
  constructor(
    folder: string,
    options: {
      readonly isStarted?: boolean;
      readonly limitMs?: number;
      readonly onTakeover?: (pid: number) => void;
    } = {},
  ) {
    const { isStarted = true, limitMs = LIMIT_MS_DEFAULT, onTakeover = () => {} } = options;
    this.#onTakeover = onTakeover;
    this.#address = { folder, isStarted, limitMs };
  }

  spawn(request: SpawnRequest): Given<"spawn"> {
    return this.#send("spawn", request);
  }

  /** To the whole group of a running workload; without a name its stop signal. */
  signal(id: string, signal?: NodeJS.Signals): Given<"signal"> {
    return this.#send("signal", signal === undefined ? { id } : { id, signal });
  }

  kill(id: string): Given<"kill"> {
    return this.#send("kill", { id });
  }

  list(): Given<"list"> {
    return this.#send("list", {});
  }

  forget(id: string): Given<"forget"> {
    return this.#send("forget", { id });
  }

  since(sequence: number): Given<"since"> {
    return this.#send("since", { sequence });
  }

  ping(): Given<"ping"> {
    return this.#send("ping", {});
  }

  /** Resolves when the keeper has hung up, about to end; the next command would start another. */
  async shutdown(options: { readonly kill: boolean }): Given<"shutdown"> {
    const answer = await this.#send("shutdown", options);
    await this.#receiving;
    return answer;
  }

  /**
   * All records after a sequence, and those to come, each once and by rising sequence, however often
   * the connection or the keeper ends meanwhile. It ends by `break`, by `stop` and by `close`.
   * @throws KeeperError "unreachable" if no keeper answers within the limit, "sequence-ahead" if
   *   the sequence is of another folder's keeper.
   */
  async *records(
    sequence: number,
    stop?: AbortSignal,
  ): AsyncGenerator<KeeperRecord, void, undefined> {
    const closing = this.#closing.signal;
    const end = stop === undefined ? closing : AbortSignal.any([closing, stop]);
    let seen = sequence;
    while (!end.aborted) {
      const socket = await this.#reach();
      const drop = () => socket.destroy();
      // It may have been closed while it connected.
      if (end.aborted) return void drop();
      end.addEventListener("abort", drop);
      try {
        socket.write(toLine({ request: 0, command: "watch", sequence: seen }));
        for await (const message of readMessages(socket)) {
          const record = recordOf(message);
          if (record === undefined || record.sequence <= seen) continue;
          seen = record.sequence;
          yield record;
        }
      } finally {
        end.removeEventListener("abort", drop);
        drop();
      }
      if (!end.aborted) await pause(RECONNECT_MS);
    }
  }

  /** Ends the connections and what waits for them. The keeper goes on. */
  close(): void {
    this.#closing.abort();
    // Whoever asked for a connection that failed was told; there is nothing to close then.
    void this.#connection?.then((socket) => socket.destroy()).catch(() => {});
  }

  async #send<Name extends CommandName>(
    command: Name,
    takes: Commands[Name]["takes"],
  ): Given<Name> {
    const { limitMs } = this.#address;
    this.#connection ??= this.#connect();
    const socket = await this.#connection;
    this.#number += 1;
    const number = this.#number;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(number, { resolve, reject });
        timer = setTimeout(() => {
          reject(new KeeperError("time-limit", `no answer to ${command} in ${limitMs} ms`));
        }, limitMs);
        if (socket.destroyed) reject(lost());
        else socket.write(toLine({ request: number, command, ...takes }));
      });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(number);
    }
  }

  async #connect(): Promise<Socket> {
    try {
      if (this.#closing.signal.aborted) throw lost();
      const socket = await this.#reach();
      this.#receiving = this.#receive(socket);
      return socket;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }

  async #reach(): Promise<Socket> {
    const { socket, pid } = await connectToKeeper(this.#address);
    const isOther = this.#pid !== undefined && this.#pid !== pid;
    this.#pid = pid;
    if (isOther) this.#onTakeover(pid);
    return socket;
  }

  /** Takes answers until the connection ends; what waits for one then is told so. */
  async #receive(socket: Socket): Promise<void> {
    for await (const message of readMessages(socket)) {
      const { request, ...result } = message as unknown as Answer;
      if (request !== null) this.#pending.get(request)?.resolve(result);
    }
    socket.destroy();
    this.#connection = undefined;
    for (const { reject } of this.#pending.values()) reject(lost());
  }
}

/** Messages until the connection ends, for whatever reason; one that cannot be read ends it, too. */
async function* readMessages(
  socket: Socket,
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  const splitter = new LineSplitter(ANSWER_BYTES_MAX);
  try {
    for await (const chunk of socket) {
      const messages = splitter.push(chunk as Buffer)?.map(parseObject) ?? [undefined];
      for (const message of messages) {
        if (message === undefined) return;
        yield message;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** The record of a message, if it brings one. */
function recordOf(message: Readonly<Record<string, unknown>>): KeeperRecord | undefined {
  const { reason } = message as { readonly reason?: KeeperRefusal };
  if (reason !== undefined) throw new KeeperError(reason.code, reason.message);
  return message["record"] as KeeperRecord | undefined;
}

function lost(): KeeperError {
  return new KeeperError("connection-lost", "the connection ended before the answer");
}

function toLine(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
