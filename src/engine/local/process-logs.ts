import { existsSync, readdirSync } from "node:fs";
import type { JobId, ServiceId } from "../../model/ids.ts";
import type { Catalog } from "../../model/launch.ts";
import { decodeName, type Folders } from "./folders.ts";
import { markOf } from "./process-ids.ts";

/**
 * The newest replica of a service, and the newest attempt of a job's member, whose output is there.
 * What an earlier object of the name has left is not told.
 */
export class ProcessLogs {
  readonly #folders: Folders;
  readonly #catalog: Catalog;

  constructor(folders: Folders, catalog: Catalog) {
    this.#folders = folders;
    this.#catalog = catalog;
  }

  /** Id of the process; undefined if nothing of it is there. O(files of all logs). */
  ofReplica(service: string, replica: number | undefined): string | undefined {
    const known = this.#catalog.service(service as ServiceId);
    if (known === undefined) return undefined;
    const prefix = `replica.${service}.${markOf(known.uid)}.`;
    const newest = replica ?? this.#newest(prefix, /^(\d+)\.out$/);
    return newest === undefined ? undefined : this.#ifThere(`${prefix}${newest}`);
  }

  /** @param member absent: the first. */
  ofMember(job: string, member: number | undefined): string | undefined {
    const known = this.#catalog.job(job as JobId);
    if (known === undefined) return undefined;
    const prefix = `job.${job}.${markOf(known.uid)}.`;
    const attempt = this.#newest(prefix, /^(\d+)\.\d+\.out$/);
    if (attempt === undefined) return undefined;
    const first = member ?? this.#first(`${prefix}${attempt}.`);
    return first === undefined ? undefined : this.#ifThere(`${prefix}${attempt}.${first}`);
  }

  #newest(prefix: string, rest: RegExp): number | undefined {
    const numbers = this.#numbers(prefix, rest);
    return numbers.length === 0 ? undefined : Math.max(...numbers);
  }

  #first(prefix: string): number | undefined {
    const numbers = this.#numbers(prefix, /^(\d+)\.out$/);
    return numbers.length === 0 ? undefined : Math.min(...numbers);
  }

  #numbers(prefix: string, rest: RegExp): number[] {
    return readdirSync(this.#folders.logs).flatMap((file) => {
      const name = decodeName(file);
      if (name?.startsWith(prefix) !== true) return [];
      const number = rest.exec(name.slice(prefix.length))?.[1];
      return number === undefined ? [] : [Number(number)];
    });
  }

  #ifThere(process: string): string | undefined {
    return existsSync(this.#folders.outputOf(process).stdout) ? process : undefined;
  }
}
