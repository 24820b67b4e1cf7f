import type { Action, LeaveReason } from "../../src/model/action.ts";
import type { Amounts } from "../../src/model/amounts.ts";
import type { Books } from "./books.ts";
import type { JobLife } from "./job-life.ts";
import type { RoomNode } from "./room.ts";
import { expectRule } from "./rule-broken.ts";

type Leaving = Extract<Action, { kind: "stop-job" | "suspend-job" | "shrink-job" }>;

/**
 * Who makes whom leave, and whether they may (rules V1, V6, Q5). Those who leave one after the other
 * for the same one were chosen together: what queues held before the first of them counts.
 */
export class ClaimWatch {
  readonly #books: Books;
  /** For whom the last ones left. */
  #taker = "";
  readonly #verdicts = new Map<JobLife, boolean>();
  /** For whom somebody left in this decision and who has not come yet. */
  readonly #awaited = new Set<string>();

  constructor(books: Books) {
    this.#books = books;
  }

  /** Looks at an action before it is carried out. */
  look(action: Action): void {
    if (action.kind === "start-job") this.#come(action.job);
    if (action.kind === "start-replica" || action.kind === "wake-replica")
      this.#come(action.service);
    if (action.kind !== "stop-job" && action.kind !== "suspend-job" && action.kind !== "shrink-job")
      return;
    const { code, for: taker } = action.reason;
    if (code === "pressed") return this.#leavePressed(action, taker);
    if (code !== "online" && code !== "priority" && code !== "reclaim") return;
    this.#awaited.add(taker);
    if (taker === this.#taker) return;
    this.#taker = taker;
    this.#verdicts.clear();
    if (code !== "online") this.#judgeAll(taker);
  }

  /** Whether the victim may leave for this reason. */
  check(victim: JobLife, { code, for: taker }: LeaveReason): void {
    const { id, priority, queue, minimumRuntimeMs } = victim.job;
    if (code === "online" || code === "pressed") return;
    if (code === "overload") {
      const isThere = [...victim.members.values()].some(
        ({ hold }) => hold.on.node.overcommit !== undefined,
      );
      expectRule(isThere, "A7", `${id} leaves for an overload, and no node of it may have one`);
      return;
    }
    const { nowMs, jobs } = this.#books;
    const life = [...jobs.alive].find(({ job }) => job.id === taker);
    expectRule(life?.place === "pending", "V6", `${id} leaves for ${taker}, which is not pending`);
    const ranMs = nowMs - victim.startedMs;
    const isLongEnough = nowMs >= victim.startedMs + minimumRuntimeMs;
    expectRule(
      isLongEnough,
      "V6",
      `${id} leaves after ${ranMs} of at least ${minimumRuntimeMs} ms`,
    );
    if (code === "priority") {
      const isLower = queue === life.job.queue && priority < life.job.priority;
      expectRule(isLower, "V6", `${id} leaves for ${taker}, which does not go before it`);
      return;
    }
    expectRule(code === "reclaim", "V6", `${id} leaves because of ${code}`);
    expectRule(
      this.#verdicts.get(victim) === true,
      "Q5",
      `${id} is reclaimed for ${taker}, whose queue may not`,
    );
  }

  /**
   * After all actions of a decision: whoever made others leave has come (rule V1), and from each node
   * that was told as pressed somebody has left, or nobody is there (rule A8).
   */
  checkAllCame(): void {
    const [absent] = this.#awaited;
    expectRule(absent === undefined, "V1", `others left for ${absent}, which did not come`);
    this.#taker = "";
    for (const on of this.#books.logical.nodes.values()) {
      if (on.pressed !== "anew") continue;
      on.pressed = "still";
      const left = this.#jobsOn(on)[0]?.job.id;
      expectRule(left === undefined, "A8", `nobody leaves ${on.node.id}, where ${left} is`);
    }
  }

  /** One leaves a node for each time that it is told as pressed, those that run before the others. */
  #leavePressed({ kind, job, ...action }: Leaving, node: string): void {
    const { logical, jobs } = this.#books;
    const on = logical.nodes.get(node);
    const life = jobs.lives.get(job)!;
    expectRule(on?.pressed === "anew", "A8", `${job} leaves ${node}, not told as pressed`);
    on.pressed = "still";
    const there = this.#jobsOn(on);
    expectRule(there.includes(life), "A8", `${job} leaves ${node}, and is not there`);
    const isAnyRunning = there.some(({ place }) => place === "running");
    const isOne = life.place === "running" || !isAnyRunning;
    expectRule(isOne, "A8", `${job} leaves ${node}, suspended, and others run there`);
    if (kind !== "shrink-job" || !("members" in action)) return;
    const isThere = action.members.every((number) => life.members.get(number)?.hold.on === on);
    expectRule(isThere, "A8", `${job} gives members for ${node} that are elsewhere`);
  }

  /** Jobs that hold something there. */
  #jobsOn(on: RoomNode): readonly JobLife[] {
    return [...this.#books.jobs.alive].filter(({ members }) =>
      [...members.values()].some(({ hold }) => hold.on === on),
    );
  }

  #come(taker: string): void {
    this.#awaited.delete(taker);
    this.#taker = "";
  }

  /** Which running jobs a reclaim for `taker` may take, by what queues hold now. */
  #judgeAll(taker: string): void {
    const { jobs, queues } = this.#books;
    const lives = [...jobs.alive];
    const life = lives.find(({ job }) => job.id === taker);
    if (life === undefined) return;
    const shared = this.#shared();
    const running = lives.filter(({ place }) => place === "running");
    const held = queues.heldAtMinimum(
      running.map(({ job: { queue }, needed }) => ({ queue, needed })),
    );
    for (const victim of running) {
      if (victim.job.queue === life.job.queue) continue;
      const amounts = { needed: life.needed, shared, held, given: victim.needed };
      this.#verdicts.set(victim, queues.mayReclaim(life.job.queue, victim.job.queue, amounts));
    }
  }

  /** What jobs share: open nodes without what services hold. */
  #shared(): Amounts {
    const { logical, services } = this.#books;
    let cpu = 0;
    let memory = 0;
    let gpuMilli = 0;
    for (const { node, failed, isClosed } of logical.nodes.values()) {
      if (isClosed) continue;
      cpu += node.cpu;
      memory += node.memory;
      for (const [device, { milliFree }] of node.devices.entries()) {
        if (milliFree === 1000 && !failed.has(device)) gpuMilli += 1000;
      }
    }
    const held = services.held();
    return {
      cpu: Math.max(0, cpu - held.cpu),
      memory: Math.max(0, memory - held.memory),
      gpuMilli: Math.max(0, gpuMilli - held.gpuMilli),
    };
  }
}
