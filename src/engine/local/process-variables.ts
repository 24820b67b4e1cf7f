/** Where a member stands in its gang, as torchrun tells it. */
export interface GangPlace {
  readonly job: string;
  readonly attempt: number;
  readonly member: number;
  readonly role: string;
  /** From 0, by number of the member. */
  readonly rank: number;
  readonly worldSize: number;
  readonly masterPort: number;
  /** Absent: the job takes no checkpoints. */
  readonly checkpointFolder?: string;
}

/** All members are on this machine, so the local rank is the rank. */
export function gangVariables(place: GangPlace): Readonly<Record<string, string>> {
  const { rank, worldSize, masterPort, checkpointFolder } = place;
  return {
    RANK: String(rank),
    LOCAL_RANK: String(rank),
    WORLD_SIZE: String(worldSize),
    LOCAL_WORLD_SIZE: String(worldSize),
    MASTER_ADDR: "127.0.0.1",
    MASTER_PORT: String(masterPort),
    NEURAXIS_JOB: place.job,
    NEURAXIS_ATTEMPT: String(place.attempt),
    NEURAXIS_MEMBER: String(place.member),
    NEURAXIS_ROLE: place.role,
    ...(checkpointFolder === undefined ? {} : { NEURAXIS_CHECKPOINT_DIR: checkpointFolder }),
  };
}

/** Which devices a process sees: those that it was given, and none of the others. */
export function deviceVariables(devices: readonly number[]): Readonly<Record<string, string>> {
  const list = devices.join(",");
  return { CUDA_VISIBLE_DEVICES: list, HIP_VISIBLE_DEVICES: list };
}
