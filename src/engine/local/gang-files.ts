import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type GangData, rosterOf } from "./gang-data.ts";
import { gangId } from "./process-ids.ts";
import { MASTER_ADDRESS } from "./process-variables.ts";

/**
 * A file for each gang by which its members learn who is in it just now, because others join and
 * leave while they run: `{attempt, members: [{member, role, rank}], masterAddr, masterPort}`. It is
 * replaced as a whole, so that a reader never sees half of it.
 */
export class GangFiles {
  readonly #folder: string;
  /** What stands in each, by gang. */
  readonly #texts = new Map<string, string>();

  /** @param folder where the files are. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Alone in its folder, which a container can be given whole. */
  fileOf(gang: GangData): string {
    return path.join(this.#folder, encodeURIComponent(gangId(gang)), "gang.json");
  }

  /** Writes it if somebody has come or gone. O(members). @throws Error of the system. */
  write(gang: GangData, masterPort: number): void {
    const members = rosterOf(gang).map(({ number, role }, rank) => ({
      member: number,
      role,
      rank,
    }));
    const { attempt } = gang;
    const text = JSON.stringify({ attempt, members, masterAddr: MASTER_ADDRESS, masterPort });
    const id = gangId(gang);
    if (this.#texts.get(id) === text) return;
    const file = this.fileOf(gang);
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.tmp`, `${text}\n`, { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
    this.#texts.set(id, text);
  }

  remove(gang: GangData): void {
    this.#texts.delete(gangId(gang));
    rmSync(path.dirname(this.fileOf(gang)), { recursive: true, force: true });
  }
}
