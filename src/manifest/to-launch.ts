import { type ResourceRequest } from "../model/resources.ts";
import { DEVICE_MILLI, gpuMilli } from "../model/units.ts";
import type { Launch, Variable } from "../model/launch.ts";
import type { LaunchShape } from "./launch-shape.ts";
import type { ResourcesShape } from "./resources-shape.ts";

export function toLaunch({ command, image, args, env, workingDirectory }: LaunchShape): Launch {
  return {
    ...(command === undefined ? {} : { command }),
    ...(image === undefined ? {} : { image }),
    args,
    environment: env.map(toVariable),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
  };
}

function toVariable({ name, value = "", secret }: LaunchShape["env"][number]): Variable {
  return secret === undefined ? { name, value } : { name, secret };
}

/** What one member or one replica holds. */
export function toRequest({ cpu, memory, accelerators }: ResourcesShape): ResourceRequest {
  if (accelerators === undefined) return { cpu, memory };
  const { count = 1, milli = DEVICE_MILLI, kinds, memory: deviceMemory } = accelerators;
  return {
    cpu,
    memory,
    accelerators: {
      count,
      milli: gpuMilli(milli),
      ...(deviceMemory === undefined ? {} : { memory: deviceMemory }),
      kinds,
    },
  };
}
