import {
  type ContainerRuntime,
  findContainerRuntime,
} from "../../engine/local/containers/container-runtime.ts";
import { findDevices } from "../../engine/local/machine.ts";

/** What work can use on this machine beside cores and memory. */
export interface Equipment {
  readonly devices: Awaited<ReturnType<typeof findDevices>>;
  /** What starts images; absent: nothing does. */
  readonly runtime?: ContainerRuntime | undefined;
}

/**
 * Asks the programs that know. That takes tenths of a second in which this process has nothing to
 * do: whoever starts should ask first.
 */
export async function findEquipment(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Equipment> {
  const [devices, { runtime }] = await Promise.all([
    findDevices(),
    findContainerRuntime(environment),
  ]);
  return { devices, runtime };
}
