import { mkdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ClientError } from "../../src/client/client-error.ts";
import { replayFile } from "../../src/main/journal-commands.ts";
import { seededRandom } from "../../src/simulate/seeded-random.ts";
import { UpBed } from "../../test/support/up-bed.ts";
import { Churn, STEADY } from "./survival-churn.ts";
import { readRecords } from "./survival-records.ts";
import { findDisagreements, findTwins, judgeJob, lifeIn } from "./survival-survey.ts";

/** What is killed in a round. */
export type Victim = "control plane" | "everything" | "keeper" | "door";

/** A round's churn before something is killed, in milliseconds. */
const CHURN_MS_MIN = 30;
const CHURN_MS_MAX = 1200;
/** Wait between two things that users do. */
const ACT_MS_MAX = 60;
/** Of so many starts one is killed before it is over. */
const STARTS_CUT = 5;
const START_MS_MAX = 500;
/** What the API says is compared with what runs so often, until both agree. */
const AGREE_LOOK_MS = 30;
const AGREE_LIMIT_MS = 30_000;
const REQUEST_EVERY_MS = 25;

/** What came of rounds. */
export interface Tally {
  rounds: number;
  /** Starts of the control plane, and how long each took to answer, in milliseconds. */
  readonly answerMs: number[];
  /** What must not be. */
  readonly faults: string[];
  /** Attempts that ended by themselves just as they were told to leave: well, and failed. */
  repeated: number;
  forgiven: number;
  /** Journals that were replayed, twice each. */
  replays: number;
  /** To the steady service through all of it. */
  requests: number;
  requestsFailed: number;
  /** Of events that people are told, by reason. */
  readonly events: Map<string, number>;
}

/** A control plane under churn, of which something is killed again and again. */
export class Survival {
  readonly bed: UpBed;
  readonly tally: Tally = {
    rounds: 0,
    answerMs: [],
    faults: [],
    repeated: 0,
    forgiven: 0,
    replays: 0,
    requests: 0,
    requestsFailed: 0,
    events: new Map(),
  };
  readonly #churn: Churn;
  readonly #random: () => number;
  /** Instants at which whoever sees ends was killed. */
  readonly #cutsMs: number[] = [];
  readonly #requests = new AbortController();
  /** Orders to leave. */
  readonly #stops: { readonly job: string; readonly atMs: number }[] = [];
  #eventsSeen = 0;

  private constructor(bed: UpBed, seed: number) {
    this.bed = bed;
    const source = seededRandom(seed);
    this.#random = () => source.below(2 ** 30) / 2 ** 30;
    const doorUrl = `http://127.0.0.1:${bed.ports.door}`;
    mkdirSync(this.#records);
    this.#churn = new Churn({ records: this.#records, random: this.#random }, doorUrl);
  }

  static async begin(seed: number): Promise<Survival> {
    const survival = new Survival(await UpBed.start(), seed);
    const { bed } = survival;
    await survival.#churn.makeSteady(bed.client);
    await bed.until("the steady service answers", () => survival.#ask());
    void survival.#askOn();
    return survival;
  }

  /** Churn, a kill at a random moment, a start if need be, and a comparison of all that there is. */
  async round(victim: Victim): Promise<void> {
    const ms = Math.floor(CHURN_MS_MIN + this.#random() * (CHURN_MS_MAX - CHURN_MS_MIN));
    const stop = AbortSignal.timeout(ms);
    const churned = this.#act(stop);
    await pause(ms);
    await this.#kill(victim);
    await churned;
    this.tally.rounds += 1;
    if (victim === "control plane" || victim === "everything") await this.#comeBack();
    if (victim === "keeper") await this.bed.keeperAnswers();
    await this.bed.until("the steady service answers", () => this.#ask());
    await this.#churn.settle(this.bed.client);
    await this.#agree();
    await this.#judge();
  }

  /** Lets all that ends come to its end, then ends everything in good order and looks for remains. */
  async finish(): Promise<void> {
    const { bed } = this;
    this.#requests.abort();
    const left = () => this.#churn.present.map(({ name }) => name).join(", ");
    await bed.until(
      () => `all has ended; there are ${left()}`,
      async () => {
        await this.#judge();
        for (const life of this.#churn.present) {
          if (life.goal === "stays" && !life.isDeleted) await this.#churn.delete(bed.client, life);
        }
        return this.#churn.present.length === 0;
      },
    );
    const exitCode = await bed.end("SIGINT");
    if (exitCode !== 0) this.#say(`the control plane ended with ${exitCode}: ${bed.output}`);
    for (const pid of bed.processes()) this.#say(`process ${pid} is left`);
    for (const folder of bed.cgroups()) this.#say(`${folder} is left`);
    this.#replay();
    this.#checkRecords();
  }

  async remove(): Promise<void> {
    this.#requests.abort();
    await this.bed.remove();
  }

  /** Starts of workloads so far, and how they ended. */
  get runs(): ReadonlyMap<string, number> {
    const { runs } = readRecords(this.#records);
    const outcomes = Map.groupBy(runs, ({ end }) => end?.outcome ?? "killed");
    return new Map([...outcomes].map(([outcome, { length }]) => [outcome, length]));
  }

  get #records(): string {
    return this.bed.resolve("records");
  }

  async #act(stop: AbortSignal): Promise<void> {
    const { client } = this.bed;
    while (!stop.aborted && (await this.#churn.act(client))) {
      await pause(this.#random() * ACT_MS_MAX);
    }
  }

  async #kill(victim: Victim): Promise<void> {
    const { bed } = this;
    const victims = { keeper: () => bed.keeper, door: () => bed.door };
    if (victim === "control plane") return bed.kill();
    if (victim === "everything" || victim === "keeper") this.#cutsMs.push(Date.now());
    if (victim === "everything") return bed.killAll();
    // It may be about to come back from the round before.
    await bed.until(`there is a ${victim}`, () => victims[victim]() > 0);
    process.kill(victims[victim](), "SIGKILL");
  }

  async #comeBack(): Promise<void> {
    const { bed } = this;
    this.#replay();
    if (this.#random() * STARTS_CUT < 1) {
      bed.launch();
      await pause(this.#random() * START_MS_MAX);
      await bed.kill();
      this.#replay();
    }
    this.tally.answerMs.push(await bed.up());
  }

  /** Decides everything anew, twice: the same each time, and the same as then. */
  #replay(): void {
    const [first, second] = [replayFile(this.bed.journal), replayFile(this.bed.journal)];
    this.tally.replays += 1;
    if (!first.isSame) this.#say(`replay differs: ${first.lines.join("; ")}`);
    if (first.lines.join() !== second.lines.join()) this.#say("two replays differ");
  }

  async #agree(): Promise<void> {
    const endMs = performance.now() + AGREE_LIMIT_MS;
    let lasting = await findDisagreements(this.bed, this.#churn);
    while (lasting.size > 0 && performance.now() < endMs) {
      await pause(AGREE_LOOK_MS);
      const now = await findDisagreements(this.bed, this.#churn);
      lasting = new Set([...lasting].filter((what) => now.has(what)));
    }
    for (const what of lasting) this.#say(what);
    this.#checkRecords();
  }

  #checkRecords(): void {
    for (const twin of findTwins(this.bed)) this.#say(`twice at once: ${twin}`);
    for (const violation of readRecords(this.#records).violations) this.#say(`twice: ${violation}`);
  }

  /** Jobs that have ended are compared with their records, and go. */
  async #judge(): Promise<void> {
    const { client } = this.bed;
    await this.#readEvents();
    const { objects: jobs } = await client.list("BatchJob");
    const { objects: services } = await client.list("ModelService");
    const { runs } = readRecords(this.#records);
    const known = new Set(
      [...jobs, ...services].map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    );
    for (const life of this.#churn.present) {
      if (!known.has(`${life.kind}/${life.name}`)) {
        // One that nobody deleted is missed elsewhere.
        if (life.isDeleted) this.#churn.forget(life);
        continue;
      }
      const job = jobs.find((one) => lifeIn(one) === life.id);
      if (job?.status.endedAt === undefined || life.isDeleted) continue;
      const madeMs = Date.parse(job.metadata.createdAt);
      const own = this.#stops.filter(({ job: name, atMs }) => name === life.name && atMs >= madeMs);
      const { faults, repeated, forgiven } = judgeJob(job, {
        goal: life.goal,
        runs: runs.filter((run) => run.life === life.id),
        cutsMs: this.#cutsMs,
        stopsMs: own.map(({ atMs }) => atMs),
      });
      for (const fault of faults) this.#say(fault);
      this.tally.repeated += repeated;
      this.tally.forgiven += forgiven;
      await this.#churn.delete(client, life);
    }
  }

  async #readEvents(): Promise<void> {
    const events = await this.bed.client.events({ after: this.#eventsSeen, limit: 1000 });
    for (const { sequence, about, reason, at } of events) {
      this.#eventsSeen = Math.max(this.#eventsSeen, sequence);
      const key = `${about.kind} ${reason}`;
      this.tally.events.set(key, (this.tally.events.get(key) ?? 0) + 1);
      if (key === "BatchJob stopped") this.#stops.push({ job: about.name, atMs: Date.parse(at) });
    }
  }

  async #askOn(): Promise<void> {
    while (!this.#requests.signal.aborted) {
      this.tally.requests += 1;
      if (!(await this.#ask())) this.tally.requestsFailed += 1;
      await pause(REQUEST_EVERY_MS);
    }
  }

  async #ask(): Promise<boolean> {
    const url = `http://127.0.0.1:${this.bed.ports.door}/services/${STEADY}/`;
    try {
      const answer = await fetch(url, { signal: this.#requests.signal });
      return (await answer.text()) === "well";
    } catch (error) {
      return this.#requests.signal.aborted || error instanceof ClientError;
    }
  }

  #say(fault: string): void {
    if (!this.tally.faults.includes(fault)) this.tally.faults.push(fault);
  }
}
