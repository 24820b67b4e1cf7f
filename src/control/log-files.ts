/** Whose output is asked for. */
export interface LogOwner {
  readonly kind: "BatchJob" | "ModelService";
  readonly name: string;
  /** Of a job: number of the member; absent: the first one. */
  readonly member?: number;
  /** Of a service: number of the replica; absent: the youngest one. */
  readonly replica?: number;
}

/** Where the output of one process goes. */
export interface ProcessLog {
  /**
   * Absolute paths of the files that the process appends to. Beside a file stand FILE.1, the
   * youngest text that was moved out of it, FILE.2 and so on; none of them needs to exist.
   */
  readonly files: { readonly stdout: string; readonly stderr: string };
  /** Whether more can come. What is written before it says no is read still. */
  isLive(): boolean;
}

/** Finds the output of processes that run, or whose files are still there. */
export interface LogFiles {
  /** `undefined` for an owner that has had no process. */
  find(owner: LogOwner): ProcessLog | undefined;
}
