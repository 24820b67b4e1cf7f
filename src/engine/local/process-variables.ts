/** Where the members of a gang meet: all are on this machine. */
export const MASTER_ADDRESS = "127.0.0.1";

/** Where a member stands in its gang when it starts, as torchrun tells it. */
export interface GangPlace {
  readonly job: string;
  readonly attempt: number;
  readonly member: number;
  readonly role: string;
  /** From 0, by number of the member. It and the size are others after a growth or a shrinking. */
  readonly rank: number;
  readonly worldSize: number;
  readonly masterPort: number;
  /** File that says who is in the gang just now: see gang-files.ts. */
  readonly gangFile: string;
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
    MASTER_ADDR: MASTER_ADDRESS,
    MASTER_PORT: String(masterPort),
    NEURAXIS_JOB: place.job,
    NEURAXIS_ATTEMPT: String(place.attempt),
    NEURAXIS_MEMBER: String(place.member),
    NEURAXIS_ROLE: place.role,
    NEURAXIS_GANG_FILE: place.gangFile,
    ...(checkpointFolder === undefined ? {} : { NEURAXIS_CHECKPOINT_DIR: checkpointFolder }),
  };
}

/** Which devices a process sees: those that it was given, and none of the others. */
export function deviceVariables(devices: readonly number[]): Readonly<Record<string, string>> {
  const list = devices.join(",");
  return { CUDA_VISIBLE_DEVICES: list, HIP_VISIBLE_DEVICES: list };
}
