import { readFileSync } from "node:fs";
import type { Random } from "../../model/random.ts";
import {
  drawAlong,
  drawExponential,
  drawLogNormal,
  type Knot,
} from "../../simulate/scenario/draw.ts";

/** The shape of a serving trace: examples/main-job/README.md tells how each figure was fitted. */
export interface Traffic {
  readonly source: string;
  readonly requestsPerSecond: number;
  /** The rate over the trace's hour, as parts of the mean. */
  readonly course: readonly number[];
  /** Of the logarithm of the rate, from second to second. */
  readonly burstDeviation: number;
  readonly promptTokens: Quantiles;
  readonly generatedTokens: Quantiles;
  /** How many tokens of the trace a character of ours stands for. */
  readonly promptTokensPerCharacter: number;
  readonly generatedTokensPerCharacter: number;
}

interface Quantiles {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** One request of a window. */
export interface PlannedRequest {
  /** From the window's start. */
  readonly atMs: number;
  /** Characters. */
  readonly prompt: number;
  readonly generated: number;
  /** Of the text that is asked for, and of the prompt's place. */
  readonly seed: number;
}

/** Normal deviates of the quantiles. */
const DEVIATES = { p10: -1.2816, p50: 0, p90: 1.2816, p99: 2.3263 };
const SEED_MAX = 2 ** 31;

export function readTraffic(file: string): Traffic {
  return JSON.parse(readFileSync(file, "utf8")) as Traffic;
}

/**
 * The requests of a window of time, in which the whole course of the trace's hour passes: Poisson
 * arrivals at a rate that follows the course and jumps from second to second.
 */
export function planWindow(traffic: Traffic, spanMs: number, random: Random): PlannedRequest[] {
  const { requestsPerSecond, course, burstDeviation } = traffic;
  const bursts = Array.from({ length: Math.ceil(spanMs / 1000) }, () =>
    drawLogNormal(random, burstDeviation),
  );
  const requests: PlannedRequest[] = [];
  for (let atMs = 0; ; ) {
    const part = course[Math.floor((atMs / spanMs) * course.length)]!;
    const burst = bursts[Math.floor(atMs / 1000)]!;
    atMs += drawExponential(random, 1000 / (requestsPerSecond * part * burst));
    if (atMs >= spanMs) return requests;
    requests.push({
      atMs,
      prompt: drawLength(random, traffic.promptTokens, traffic.promptTokensPerCharacter),
      generated: drawLength(random, traffic.generatedTokens, traffic.generatedTokensPerCharacter),
      seed: random.below(SEED_MAX),
    });
  }
}

function drawLength(random: Random, quantiles: Quantiles, tokensPerCharacter: number): number {
  const knots: Knot[] = (["p10", "p50", "p90", "p99"] as const).map((name) => [
    DEVIATES[name],
    quantiles[name] / tokensPerCharacter,
  ]);
  return Math.max(1, Math.round(drawAlong(random, knots)));
}
