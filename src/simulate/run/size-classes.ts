import { DEVICE_MILLI } from "../../model/units.ts";

/** Sizes of jobs by the devices that all their members need, in ascending order. */
export const SIZE_CLASSES = ["0", "<1", "1", "2-7", "8", "9-63", "64+"] as const;
export type SizeClass = (typeof SIZE_CLASSES)[number];

/** The class of a job that needs so many milli of devices; one and a half devices count as 2. */
export function sizeClassOf(gpuMilli: number): SizeClass {
  const devices = Math.ceil(gpuMilli / DEVICE_MILLI);
  if (devices === 0) return "0";
  if (gpuMilli < DEVICE_MILLI) return "<1";
  if (devices === 1) return "1";
  if (devices < 8) return "2-7";
  if (devices === 8) return "8";
  return devices < 64 ? "9-63" : "64+";
}
