import type { RequestCounts } from "../../model/event.ts";
import type { ModelService } from "../../model/service.ts";
import { Forecast } from "./forecast.ts";
import { KeptRanks } from "./kept-ranks.ts";
import { Turnover } from "./turnover.ts";
import { WaitingLine } from "./waiting-line.ts";

/** The last times to come up of which the median is taken: a few slow ones change nothing. */
const LEADS_MAX = 15;
/** The spread of a forecast: while the credit is neither spent nor ample, and its bounds. */
const SPREAD = 3;
const SPREAD_MIN = 1;
const SPREAD_MAX = 4;
/** What a request of credit changes in the spread, below 0 and above AMPLE. */
const SPREAD_STEP = 0.005;
const AMPLE = 100;
const CREDIT_MAX = AMPLE + (SPREAD - SPREAD_MIN) / SPREAD_STEP;
const CREDIT_MIN = -1000;

const NONE: RequestCounts = { arrived: 0, begun: 0, ended: 0 };

/** Replicas that there are, asleep ones left out. */
export interface ReplicasUp {
  readonly up: number;
  /** Of these: those that are not awake yet. */
  readonly coming: number;
}

/** What has been seen of a service. */
export interface SavedDemand {
  readonly counts: RequestCounts;
  readonly credit: number;
  readonly leadsMs: readonly number[];
  /** As the content of each part tells it. */
  readonly line: readonly number[];
  readonly turnover: readonly number[];
  readonly forecast: readonly number[];
  readonly ranks: readonly number[];
}

/**
 * How many replicas of a service should be awake. It follows the requests (A1) and falls damped
 * (A2). With an objective it is patient if a replica comes up faster than a request may wait, and
 * forecasts if not (A6).
 */
export class Demand {
  readonly #service: ModelService;
  #counts = NONE;
  #line = new WaitingLine();
  #turnover = new Turnover();
  #forecast = new Forecast();
  #ranks = new KeptRanks();
  /** Requests that may be late still: each one begun adds what may be missed of it. */
  #credit = 0;
  /** The last times that a replica took to come up, in order, and their median. */
  #leadsMs: readonly number[];
  #leadMs: number;

  constructor(service: ModelService) {
    this.#service = service;
    this.#leadMs = service.sleep?.wakeMs ?? service.startMs;
    this.#leadsMs = [this.#leadMs];
  }

  /** Whether these counts can follow the last ones. */
  canBe({ arrived, begun, ended }: RequestCounts): boolean {
    const last = this.#counts;
    if (![arrived, begun, ended].every((count) => Number.isSafeInteger(count))) return false;
    return ended <= begun && begun <= arrived && arrived >= last.arrived && ended >= last.ended;
  }

  /** Takes in counts that can be. */
  observe(nowMs: number, counts: RequestCounts): void {
    const objective = this.#service.scaling.objective;
    this.#line.arrive(nowMs, counts.arrived - this.#counts.arrived);
    const begun = counts.begun - this.#counts.begun;
    if (begun < 0) {
      this.#line.giveBack(nowMs, -begun);
    } else {
      const late = this.#line.begin(nowMs, begun, objective?.waitMs ?? Number.POSITIVE_INFINITY);
      const credit = this.#credit + (objective?.missedMax ?? 0) * begun - late;
      this.#credit = Math.max(CREDIT_MIN, Math.min(CREDIT_MAX, credit));
    }
    this.#counts = counts;
    this.#turnover.observe(nowMs, counts);
    this.#forecast.observe(nowMs, this.#busy);
    this.#follow(nowMs);
  }

  /** A replica took this time to come up, from its order until it was awake. */
  cameUp(leadMs: number): void {
    this.#leadsMs = [...this.#leadsMs, leadMs].slice(-LEADS_MAX);
    this.#leadMs = medianOf(this.#leadsMs);
  }

  /** How many should be up at `nowMs`. */
  target(nowMs: number, { up, coming }: ReplicasUp): number {
    this.#follow(nowMs);
    const { replicas, concurrency } = this.#service;
    const followed = Math.max(this.#ranks.count(nowMs), replicas.min);
    if (!this.#isPatient || followed <= up) return followed;
    const overdue = this.#line.arrivedBy(nowMs - this.#patienceMs);
    const { arrived, begun } = this.#counts;
    const served = this.#turnover.endingWithin(this.#patienceMs);
    const urgent = Math.max(overdue, arrived - begun - served) - coming * concurrency;
    const needed = up + Math.max(0, Math.ceil(urgent / concurrency));
    return Math.max(Math.min(followed, needed), replicas.min);
  }

  /** When the target changes if nothing is observed until then. */
  nextChangeMs(nowMs: number, coming: number): number | undefined {
    const times = [this.#ranks.nextFallMs(nowMs)];
    if (this.#isForecasting) times.push(this.#forecast.nextChangeMs(nowMs, this.#spread));
    if (this.#isPatient) {
      const patienceMs = this.#patienceMs;
      const skipped = coming * this.#service.concurrency;
      const arrivalMs = this.#line.nextArrivalMs(nowMs - patienceMs, skipped);
      if (arrivalMs !== undefined) times.push(arrivalMs + patienceMs);
    }
    const next = times.reduce<number>((least, time) => Math.min(least, time ?? least), Infinity);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** The same past under another service of the same id. */
  under(service: ModelService): Demand {
    return Demand.restore(service, this.save());
  }

  save(): SavedDemand {
    return {
      counts: this.#counts,
      credit: this.#credit,
      leadsMs: this.#leadsMs,
      line: [...this.#line.content()],
      turnover: [...this.#turnover.content()],
      forecast: [...this.#forecast.content()],
      ranks: [...this.#ranks.content()],
    };
  }

  static restore(service: ModelService, saved: SavedDemand): Demand {
    const demand = new Demand(service);
    demand.#counts = saved.counts;
    demand.#credit = saved.credit;
    demand.#leadsMs = saved.leadsMs;
    demand.#leadMs = medianOf(saved.leadsMs);
    demand.#line = WaitingLine.restore(saved.line);
    demand.#turnover = Turnover.restore(saved.turnover);
    demand.#forecast = Forecast.restore(saved.forecast);
    demand.#ranks = KeptRanks.restore(saved.ranks, service.replicas.max);
    return demand;
  }

  /** The state in numbers. */
  *content(): Generator<number> {
    const { arrived, begun, ended } = this.#counts;
    yield* [arrived, begun, ended, this.#credit, ...this.#leadsMs];
    yield* this.#line.content();
    yield* this.#turnover.content();
    yield* this.#forecast.content();
    yield* this.#ranks.content();
  }

  /** Replicas that the requests in flight keep busy. */
  get #busy(): number {
    const { arrived, ended } = this.#counts;
    return Math.ceil((arrived - ended) / this.#service.concurrency);
  }

  /** How long a request may wait before a replica comes up for it; below 0 that is too late. */
  get #patienceMs(): number {
    const { objective } = this.#service.scaling;
    return objective === undefined ? 0 : objective.waitMs - this.#leadMs;
  }

  get #isPatient(): boolean {
    const { objective, headroom } = this.#service.scaling;
    const mayWait = objective !== undefined && headroom === 0 && this.#patienceMs > 0;
    return mayWait && this.#credit >= AMPLE;
  }

  get #isForecasting(): boolean {
    return this.#service.scaling.objective !== undefined && this.#patienceMs <= 0;
  }

  get #spread(): number {
    const beyond = Math.max(0, this.#credit - AMPLE) + Math.min(0, this.#credit);
    return Math.max(SPREAD_MIN, Math.min(SPREAD_MAX, SPREAD - SPREAD_STEP * beyond));
  }

  #follow(nowMs: number): void {
    const { scaling, replicas } = this.#service;
    const busy = this.#busy;
    let wanted = busy === 0 ? 0 : busy + scaling.headroom;
    if (this.#isForecasting) {
      wanted = Math.max(wanted, this.#forecast.replicas(nowMs, this.#spread));
    }
    this.#ranks.want(nowMs, Math.min(wanted, replicas.max), scaling.keepAliveMs);
  }
}

/** The middle one, or the lower of the two in the middle. */
function medianOf(values: readonly number[]): number {
  const inOrder = values.toSorted((left, right) => left - right);
  return inOrder[(inOrder.length - 1) >> 1];
}
