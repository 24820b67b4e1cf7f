import { execFileSync, fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, setPriority } from "node:os";
import { createInterface } from "node:readline";
import { joinCgroup } from "../../src/engine/local/keeper/cgroup.ts";
import { detectIsolation } from "../../src/engine/local/kernel/detect-isolation.ts";
import type { Isolation, Share } from "../../src/engine/local/kernel/isolation.ts";
import type { Load, Measured, PlannedRequest } from "./colocation-words.ts";

export const CORES = availableParallelism();

/** Real-time priority of the load: it preempts all that is measured, so it is hardly late itself. */
const LOAD_PRIORITY = "50";

/** The first goes to the compiler, and some are disturbed. */
const SPEED_ATTEMPTS = 10;

/** Processes and cgroups of bench/colocation.ts and bench/yield.ts, from start to end. */
export class ColocationBed {
  readonly isolation: Isolation = detectIsolation({ key: `bench${process.pid}` });
  readonly #burners: ChildProcess[] = [];
  readonly #others: ChildProcess[] = [];
  #load: ChildProcess | undefined;
  #died: Promise<undefined> | undefined;
  #port = 0;

  /**
   * Starts a service, a burner for each core, which stands still, and the load.
   * @throws Error where there are no cgroups, or no right to a real-time priority.
   */
  async open(): Promise<void> {
    if (this.isolation.describe().kind === "none") {
      throw new Error("no cgroups: run this as root, or in a cgroup given to this user");
    }
    for (let core = 0; core < CORES; core += 1) this.#burners.push(start("colocation-burner.ts"));
    this.setBurning(false);
    const service = start("colocation-service.ts");
    this.#others.push(service);
    if (service.stdout === null) throw new Error("the service has no output");
    const [port] = (await once(createInterface(service.stdout), "line")) as [string];
    this.#port = Number(port);
    const share: Share = { class: "online", cpuMilli: 1000, memoryMiB: 1024 };
    this.#join([service], "service", share);
    this.#load = fork(`${import.meta.dirname}/colocation-load.ts`);
    this.#others.push(this.#load);
    this.#died = once(this.#load, "exit").then(() => undefined);
    const words = ["--all-tasks", "--fifo", "--pid", LOAD_PRIORITY, String(this.#load.pid)];
    execFileSync("chrt", words);
  }

  /** Puts all burners into one workload's cgroups. */
  placeBurners(id: string, share: Share): void {
    for (const { pid = 0 } of this.#burners) setPriority(pid, 0);
    this.#join(this.#burners, id, share);
    for (const { pid = 0 } of this.#burners) this.isolation.afterSpawn(id, pid);
  }

  setBurning(isBurning: boolean): void {
    for (const burner of this.#burners) burner.kill(isBurning ? "SIGCONT" : "SIGSTOP");
  }

  /** Steps that the service computes in a millisecond, when nothing disturbs it. */
  async measureSpeed(): Promise<number> {
    const speeds: number[] = [];
    for (let attempt = 0; attempt < SPEED_ATTEMPTS; attempt += 1) {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/speed`);
      speeds.push(Number(await answer.text()));
    }
    return Math.max(...speeds);
  }

  async drive(requests: readonly PlannedRequest[]): Promise<Measured> {
    const load = this.#load;
    if (load === undefined) throw new Error("the bed is not open");
    const order: Load = { port: this.#port, requests };
    load.send(order);
    const answer = await Promise.race([once(load, "message"), this.#died]);
    if (answer === undefined) throw new Error("the load has ended");
    return (answer as [Measured])[0];
  }

  async close(): Promise<void> {
    for (const child of [...this.#burners, ...this.#others]) {
      const exit = once(child, "exit");
      if (child.kill("SIGKILL")) await exit;
    }
    this.isolation.removeAll();
  }

  #join(children: readonly ChildProcess[], id: string, share: Share): void {
    const pids = children.map(({ pid = 0 }) => pid);
    for (const cgroup of this.isolation.make(id, share)) joinCgroup(cgroup, pids);
  }
}

function start(file: string): ChildProcess {
  return spawn(process.execPath, [`${import.meta.dirname}/${file}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
