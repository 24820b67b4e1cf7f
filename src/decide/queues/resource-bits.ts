import { type Amounts, RESOURCES } from "../../model/amounts.ts";

/** Bit `r` for each resource `r` of RESOURCES of which there is some. */
export function resourcesOf(amounts: Amounts): number {
  let bits = 0;
  for (let resource = 0; resource < RESOURCES.length; resource += 1) {
    if (amounts[RESOURCES[resource]] > 0) bits |= 1 << resource;
  }
  return bits;
}
