import { z } from "zod";
import { label } from "./name-shapes.ts";
import { cpu, deviceTotal, memory, settings, wholeNumber } from "./shape-parts.ts";

const WEIGHT_MAX = 1_000_000;

const amounts = settings({
  cpu: cpu.optional().describe("Cores."),
  memory: memory.optional().describe("Memory, not that of devices."),
  accelerators: deviceTotal.optional().describe("Devices, shares of them included."),
});

export const queueSpec = settings({
  parent: label.optional().describe("The queue above it. Absent: it stands at the top."),
  weight: wholeNumber(1, WEIGHT_MAX)
    .default(1)
    .describe("Its part of what its siblings do not need, relative to theirs."),
  guaranteed: amounts
    .default({})
    .describe("Its own before anything is shared out; what is not named is 0."),
  limit: amounts.default({}).describe("What it holds at most; what is not named is unlimited."),
  borrows: z
    .boolean()
    .default(true)
    .describe("Whether it may hold more than is guaranteed while others leave theirs idle."),
}).superRefine(({ guaranteed, limit }, context) => {
  for (const name of ["cpu", "memory", "accelerators"] as const) {
    if ((guaranteed[name] ?? 0) <= (limit[name] ?? Number.POSITIVE_INFINITY)) continue;
    const message = `is more than the queue's limit of ${name}`;
    context.addIssue({ code: "custom", path: ["guaranteed", name], message });
  }
});

export type QueueSpec = z.output<typeof queueSpec>;
