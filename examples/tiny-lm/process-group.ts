import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { FrameChannel } from "./frame-channel.ts";

/** Where a process stands among those that train one model together. */
export interface GroupPlace {
  /** 0 to worldSize - 1; process 0 listens, the others connect to it. */
  readonly rank: number;
  readonly worldSize: number;
  readonly address: string;
  readonly port: number;
  /** What all must agree on; a process with another one is refused. */
  readonly purpose: string;
}

export interface GroupLimits {
  /** Until all processes have come. */
  readonly gatherMs: number;
  /** Until a peer that is at work says its next word. */
  readonly answerMs: number;
}

/** Processes that add up numbers. All call the same methods in the same order. */
export interface ProcessGroup {
  /** Replaces the values by their sums over all processes, added in the order of ranks: equal bytes everywhere. */
  sum(values: Float32Array): Promise<void>;
  /** Gives process 0's bytes to all; what the others pass is not looked at. */
  broadcast(bytes: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

/** A process of the group is gone or was never there, or the group refuses this one. */
export class GroupError extends Error {
  override readonly name = "GroupError";
}

class Refusal extends GroupError {}

const DEFAULT_LIMITS: GroupLimits = { gatherMs: 120_000, answerMs: 300_000 };
const HELLO_LIMIT_MS = 10_000;
const RETRY_MS = 100;

/** Waits until all processes of the group are there. Throws GroupError when they are not in time. */
export async function joinGroup(
  place: GroupPlace,
  limits: GroupLimits = DEFAULT_LIMITS,
): Promise<ProcessGroup> {
  if (place.worldSize === 1) return new Leader([], limits);
  if (place.rank > 0) return new Follower(await reachLeader(place, limits), limits);
  return new Leader(await gather(place, limits), limits);
}

/** Process 0: sums what the others send and sends the sum back. */
class Leader implements ProcessGroup {
  /** By rank, from 1. */
  readonly #peers: readonly FrameChannel[];
  readonly #limits: GroupLimits;

  constructor(peers: readonly FrameChannel[], limits: GroupLimits) {
    this.#peers = peers;
    this.#limits = limits;
  }

  async sum(values: Float32Array): Promise<void> {
    for (const [index, peer] of this.#peers.entries()) {
      const share = await receive(peer, `process ${index + 1}`, this.#limits.answerMs);
      add(values, toFloats(share, values.length));
    }
    // The values change again while the bytes go out: each peer's are a copy.
    const total = new Uint8Array(values.slice().buffer);
    for (const peer of this.#peers) peer.send("total", total);
  }

  broadcast(bytes: Uint8Array): Promise<Uint8Array> {
    for (const peer of this.#peers) peer.send("bytes", bytes);
    return Promise.resolve(bytes);
  }

  close(): void {
    for (const peer of this.#peers) peer.close();
  }
}

class Follower implements ProcessGroup {
  readonly #leader: FrameChannel;
  readonly #limits: GroupLimits;

  constructor(leader: FrameChannel, limits: GroupLimits) {
    this.#leader = leader;
    this.#limits = limits;
  }

  async sum(values: Float32Array): Promise<void> {
    this.#leader.send("share", new Uint8Array(values.slice().buffer));
    const total = await receive(this.#leader, "process 0", this.#limits.answerMs);
    values.set(toFloats(total, values.length));
  }

  broadcast(): Promise<Uint8Array> {
    return receive(this.#leader, "process 0", this.#limits.answerMs);
  }

  close(): void {
    this.#leader.close();
  }
}

async function receive(peer: FrameChannel, name: string, limitMs: number): Promise<Buffer> {
  try {
    return (await peer.receive(limitMs)).content;
  } catch (error) {
    throw new GroupError(`lost ${name}: ${messageOf(error)}`);
  }
}

/** Little-endian, as on every machine that Node runs on but IBM's. */
function toFloats(bytes: Buffer, count: number): Float32Array {
  if (bytes.length !== count * 4) {
    throw new GroupError(`a peer sent ${bytes.length} bytes instead of ${count * 4}`);
  }
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function add(values: Float32Array, more: Float32Array): void {
  for (let index = 0; index < values.length; index += 1) values[index] += more[index];
}

/** Connects to process 0, again and again until it is there or the time is over. */
async function reachLeader(place: GroupPlace, limits: GroupLimits): Promise<FrameChannel> {
  const endMs = performance.now() + limits.gatherMs;
  const hello = Buffer.from(JSON.stringify(helloOf(place)));
  let last: unknown;
  for (;;) {
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) {
      const where = `${place.address}:${place.port}`;
      throw new GroupError(`process 0 cannot be reached at ${where}: ${messageOf(last)}`);
    }
    try {
      return await greet(place, hello, leftMs);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      last = error;
      await delay(Math.min(RETRY_MS, leftMs));
    }
  }
}

async function greet(place: GroupPlace, hello: Buffer, limitMs: number): Promise<FrameChannel> {
  const socket = connect({ host: place.address, port: place.port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(Math.ceil(limitMs)) });
    const channel = new FrameChannel(socket);
    channel.send("hello", hello);
    const { kind, content } = await channel.receive(limitMs);
    if (kind === "refusal") throw new Refusal(content.toString());
    return channel;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function helloOf({ rank, worldSize, purpose }: GroupPlace) {
  return { group: "tiny-lm", rank, worldSize, purpose };
}

/** Listens until every other process has said hello, then welcomes them all. */
async function gather(place: GroupPlace, limits: GroupLimits): Promise<FrameChannel[]> {
  const peers = new Map<number, FrameChannel>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    admit(place, socket, peers)
      .then(() => peers.size === place.worldSize - 1 && resolve())
      .catch(reject);
  });
  const timer = setTimeout(() => reject(new GroupError(lateness(place, peers))), limits.gatherMs);
  try {
    await listen(server, place);
    await promise;
  } catch (error) {
    for (const peer of peers.values()) peer.close();
    throw error;
  } finally {
    clearTimeout(timer);
    server.close();
  }
  const inOrder = [...peers].toSorted(([a], [b]) => a - b).map(([, peer]) => peer);
  for (const peer of inOrder) peer.send("welcome", Buffer.alloc(0));
  return inOrder;
}

function lateness(place: GroupPlace, peers: ReadonlyMap<number, FrameChannel>): string {
  const ranks = Array.from({ length: place.worldSize }, (_, rank) => rank);
  const missing = ranks.filter((rank) => rank > 0 && !peers.has(rank));
  return `process ${missing.join(", ")} of ${place.worldSize} did not come`;
}

/** On the group's own address, or on all where that belongs to no interface of this machine. */
async function listen(server: Server, { address, port }: GroupPlace): Promise<void> {
  try {
    server.listen({ host: address, port });
    await once(server, "listening");
  } catch (error) {
    if (!/EADDRNOTAVAIL|ENOTFOUND/.test(messageOf(error))) {
      throw new GroupError(`cannot listen at ${address}:${port}: ${messageOf(error)}`);
    }
    server.listen({ port });
    await once(server, "listening");
  }
}

/** Takes a process in. Who is not of this kind is sent away; who should not be here is an error. */
async function admit(
  place: GroupPlace,
  socket: Socket,
  peers: Map<number, FrameChannel>,
): Promise<void> {
  const channel = new FrameChannel(socket);
  const hello = await channel.receive(HELLO_LIMIT_MS).then(parseHello, () => undefined);
  if (hello === undefined) {
    socket.destroy();
    return;
  }
  const expected = { ...helloOf(place), rank: hello.rank };
  const isRank = Number.isInteger(hello.rank) && hello.rank > 0 && hello.rank < place.worldSize;
  if (!isRank || JSON.stringify(hello) !== JSON.stringify(expected)) {
    const message = `process ${hello.rank} of ${hello.worldSize} has other options or another text`;
    channel.send("refusal", Buffer.from(message));
    channel.close();
    throw new Refusal(message);
  }
  // A process that was started again takes the place of its predecessor, which is gone.
  peers.get(hello.rank)?.close();
  peers.set(hello.rank, channel);
}

function parseHello({ content }: { readonly content: Buffer }) {
  try {
    const hello = JSON.parse(content.toString()) as ReturnType<typeof helloOf>;
    return hello.group === "tiny-lm" ? hello : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
