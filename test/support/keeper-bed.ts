import { execFileSync } from "node:child_process";
import { createReadStream, readFileSync } from "node:fs";
import { after } from "node:test";
import { KeeperClient } from "../../src/engine/local/keeper/keeper-client.ts";
import type { KeeperRecord, SpawnRequest } from "../../src/engine/local/keeper/protocol.ts";
import { TempFolder } from "./temp-folder.ts";

/** A keeper in a folder of its own, ended with all its workloads when the file's tests are over. */
export class KeeperBed {
  readonly #folder: TempFolder;
  /** Of the keeper; made by it. */
  readonly folder: string;
  readonly client: KeeperClient;
  #count = 0;

  constructor() {
    after(async () => {
      await this.client.shutdown({ kill: true });
      this.client.close();
    });
    this.#folder = new TempFolder(); // Removed after that.
    this.folder = this.resolve("state");
    this.client = new KeeperClient(this.folder);
  }

  resolve(name: string): string {
    return this.#folder.resolve(name);
  }

  read(name: string): string {
    return readFileSync(this.resolve(name), "utf8");
  }

  /** A start under a new id; its output goes to the file "ID.out". */
  request(argv: readonly string[], changes: Partial<SpawnRequest> = {}): SpawnRequest {
    this.#count += 1;
    const id = `work-${this.#count}`;
    const output = this.resolve(`${changes.id ?? id}.out`);
    return {
      id,
      argv,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      cwd: "/",
      stdout: output,
      stderr: output,
      rotateBytes: 2 ** 20,
      rotateCount: 1,
      ...changes,
    };
  }

  /** @throws Error if the keeper refuses. */
  async spawn(argv: readonly string[], changes: Partial<SpawnRequest> = {}) {
    const request = this.request(argv, changes);
    const result = await this.client.spawn(request);
    if (!result.ok) throw new Error(`${result.reason.code}: ${result.reason.message}`);
    return { id: request.id, ...result.value };
  }

  /** Waits for the record that tells how a workload ended. */
  async endOf(id: string): Promise<KeeperRecord> {
    return this.firstRecord((record) => record.id === id && /^(exited|lost)$/.test(record.kind));
  }

  /** Waits for a record for which this holds. */
  async firstRecord(test: (record: KeeperRecord) => boolean): Promise<KeeperRecord> {
    for await (const record of this.client.records(0)) if (test(record)) return record;
    throw new Error("the client was closed");
  }

  /** Ends the keeper as a crash would; the next command starts another. */
  async crash(): Promise<void> {
    const answer = await this.client.ping();
    if (!answer.ok) throw new Error(answer.reason.message);
    process.kill(answer.value.pid, "SIGKILL");
    // It fails where the client notices only now that the connection is lost: that is its purpose.
    await this.client.ping().catch(() => {});
  }

  /** A named pipe. */
  pipe(name: string): string {
    const file = this.resolve(name);
    execFileSync("sh", ["-c", 'mkfifo "$0"', file]);
    return file;
  }

  /** A named pipe that is read: its end comes when the last process that holds it open has ended. */
  readPipe(name: string): { readonly file: string; readonly chunks: AsyncIterator<string> } {
    const file = this.pipe(name);
    const stream = createReadStream(file, "utf8");
    return { file, chunks: stream[Symbol.asyncIterator]() as AsyncIterator<string> };
  }
}
