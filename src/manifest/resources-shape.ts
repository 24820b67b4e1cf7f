import { z } from "zod";
import { DEVICE_MILLI } from "../model/units.ts";
import { cpu, duration, memory, period, settings, wholeNumber } from "./shape-parts.ts";

/** Devices of one node. */
const DEVICES_MAX = 1024;
const KINDS_MAX = 64;
const KIND_LENGTH_MAX = 200;

/** A device's model name, as nodes report it. */
export const deviceKind = z
  .string()
  .regex(new RegExp(`^[^\\p{Cc}\\p{Zl}\\p{Zp}]{1,${KIND_LENGTH_MAX}}$`, "u"), {
    error: `must be 1 to ${KIND_LENGTH_MAX} characters, without line breaks`,
  });

const accelerators = settings({
  count: wholeNumber(1, DEVICES_MAX).optional().describe("Number of devices; 1 beside `milli`."),
  milli: wholeNumber(1, DEVICE_MILLI)
    .optional()
    .describe("Thousandths of each device: 500 is half of one. 1000 beside `count`."),
  kinds: z
    .array(deviceKind)
    .max(KINDS_MAX)
    .default([])
    .describe("Models that will do; empty: any."),
  memory: memory.optional().describe("Memory that each whole device must have at least."),
}).superRefine(({ count, milli }, context) => {
  if (count !== undefined || milli !== undefined) return;
  const message = "must have a count of devices, or milli of one";
  context.addIssue({ code: "custom", message });
});

/** What each member or replica holds, all of it on one node. */
export const resources = settings({
  cpu: cpu.describe("Cores: `8`, `0.5` or `500m`."),
  memory: memory.describe("Memory, not that of devices."),
  accelerators: accelerators.optional().describe("Devices. Absent: none."),
});

/** Whole milliseconds: what is less cannot be told by anybody's clock, nor written back. */
export const wholeDuration = duration.refine(Number.isInteger, "must be whole milliseconds");
export const wholePeriod = period.refine(Number.isInteger, "must be whole milliseconds");

export type ResourcesShape = z.output<typeof resources>;
