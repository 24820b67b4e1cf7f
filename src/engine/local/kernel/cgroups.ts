import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { sendSignal } from "../keeper/process-table.ts";
import {
  listGroups,
  listProcesses,
  readControl,
  removeGroup,
  writeControl,
} from "./control-file.ts";
import { dialectV1 } from "./dialect-v1.ts";
import { dialectV2 } from "./dialect-v2.ts";
import { OFFLINE_PERIOD_MS, SHARE_PERIOD_MS, type Dialect, type Setting } from "./dialect.ts";
import { toFolderName, toId } from "./folder-name.ts";
import type { Controller, Hierarchy } from "./hierarchies.ts";
import {
  UNLIMITED,
  type IsolatedWorkload,
  type Isolation,
  type IsolationReport,
  type OfflineLimit,
  type Share,
  type Usage,
  type WorkClass,
} from "./isolation.ts";
import { demote, makeIdle } from "./process-priority.ts";
import { promisesOf } from "./promises.ts";

const CLASSES: readonly WorkClass[] = ["online", "offline"];

/** What the machine is, beside its cgroups. */
export interface Machine {
  /** Tells folders of one home from another's: letters and digits. */
  readonly key: string;
  readonly cores: number;
  readonly hasBfq: boolean;
  readonly hasSwap: boolean;
}

/** Isolation by the hierarchies of cgroups that this user may use, of either version or of both. */
export class Cgroups implements Isolation {
  readonly #hierarchies: readonly Hierarchy[];
  readonly #machine: Machine;
  /** Control files of a class' folder that are there, and that took what was written to them. */
  readonly #files = new Set<string>();
  readonly #shares = new Map<string, Share>();
  readonly #frozen = new Set<string>();
  readonly #released = new Set<string>();
  #limit: OfflineLimit = UNLIMITED;

  /** Makes the folders of both classes; a hierarchy that refuses them is not used. */
  constructor(hierarchies: readonly Hierarchy[], machine: Machine) {
    this.#machine = machine;
    this.#hierarchies = hierarchies.filter((hierarchy) =>
      CLASSES.every((workClass) => isMade(this.#classFolder(hierarchy, workClass))),
    );
    for (const hierarchy of this.#hierarchies) this.#openClasses(hierarchy);
    this.#applyQuota([]);
  }

  describe(): IsolationReport {
    const { hasBfq, hasSwap } = this.#machine;
    const version = this.#find("cpu", "memory", "core", "freezer")?.version;
    return {
      kind: version === undefined ? "none" : version === 1 ? "cgroup-v1" : "cgroup-v2",
      promises: promisesOf({
        hierarchies: this.#hierarchies,
        files: this.#files,
        hasBfq,
        hasSwap,
      }),
      folders: CLASSES.flatMap((workClass) =>
        this.#hierarchies.map((hierarchy) => this.#classFolder(hierarchy, workClass)),
      ),
    };
  }

  make(id: string, share: Share): readonly string[] {
    this.#shares.set(id, share);
    this.#released.delete(id);
    const folders = this.#hierarchies.map((hierarchy) => {
      const folder = this.#folder(hierarchy, share.class, id);
      mkdirSync(folder, { recursive: true });
      const settings = dialectOf(hierarchy).shareSettings(this.#limitShare(share));
      this.#apply(hierarchy, folder, settings);
      return folder;
    });
    if (this.#shouldFreeze(id)) this.#applyFreeze(id);
    return folders;
  }

  afterSpawn(id: string, pid: number): void {
    if (this.#classOf(id) !== "offline") return;
    const pids = [...new Set([pid, ...this.#processesOf(id)])];
    demote(pids);
    if (!this.#files.has("cpu.idle")) makeIdle(pids);
  }

  freeze(ids: readonly string[]): void {
    for (const id of ids) {
      this.#frozen.add(id);
      this.#released.delete(id);
      this.#applyFreeze(id);
    }
  }

  thaw(ids: readonly string[]): void {
    for (const id of ids) {
      this.#frozen.delete(id);
      this.#applyFreeze(id);
    }
  }

  isFrozen(id: string): boolean {
    const workClass = this.#classOf(id);
    const freezer = this.#find("core", "freezer");
    if (workClass === undefined || !this.#shouldFreeze(id)) return false;
    return (
      freezer === undefined || dialectOf(freezer).isFrozen(this.#folder(freezer, workClass, id))
    );
  }

  release(id: string): void {
    this.#frozen.delete(id);
    this.#released.add(id);
    this.#applyFreeze(id);
  }

  limitOffline(limit: OfflineLimit): void {
    const changesQuota = limit.cpuMilli !== this.#limit.cpuMilli;
    this.#limit = limit;
    const ids = this.#idsOf("offline");
    if (changesQuota) this.#applyQuota(ids);
    for (const id of ids) this.#applyFreeze(id);
  }

  usage(id: string): Usage {
    const workClass = this.#classOf(id);
    if (workClass === undefined) return { cpuMs: 0, memoryBytes: 0 };
    return this.#measure((hierarchy) => this.#folder(hierarchy, workClass, id));
  }

  classUsage(workClass: WorkClass): Usage {
    return this.#measure((hierarchy) => this.#classFolder(hierarchy, workClass));
  }

  classCpuMs(workClass: WorkClass): number {
    const cpu = this.#find("core", "cpuacct");
    return cpu === undefined ? 0 : dialectOf(cpu).cpuMs(this.#classFolder(cpu, workClass));
  }

  processes(workClass: WorkClass): readonly number[] {
    const [hierarchy] = this.#hierarchies;
    return hierarchy === undefined ? [] : listProcesses(this.#classFolder(hierarchy, workClass));
  }

  pressureFolder(workClass: WorkClass): string | undefined {
    const core = this.#find("core");
    const isTold = core !== undefined && this.#files.has("cpu.pressure");
    return isTold ? this.#classFolder(core, workClass) : undefined;
  }

  isEmpty(id: string): boolean {
    return this.#processesOf(id).length === 0;
  }

  remove(id: string): boolean {
    const workClass = this.#classOf(id);
    if (workClass === undefined) return true;
    const folders = this.#hierarchies.map((hierarchy) => this.#folder(hierarchy, workClass, id));
    for (const folder of folders) removeGroup(folder);
    if (folders.some((folder) => existsSync(folder))) return false;
    this.#shares.delete(id);
    this.#frozen.delete(id);
    this.#released.delete(id);
    return true;
  }

  list(): readonly IsolatedWorkload[] {
    return CLASSES.flatMap((workClass) =>
      this.#idsOf(workClass).map((id) => ({ id, class: workClass })),
    ).toSorted((left, right) => (left.id < right.id ? -1 : Number(left.id > right.id)));
  }

  removeAll(): void {
    for (const { id } of this.list()) this.release(id);
    try {
      this.limitOffline(UNLIMITED);
    } catch {
      // Whoever took the folders away has taken the limits, too.
    }
    for (const folder of this.describe().folders) removeGroup(folder);
  }

  #openClasses(hierarchy: Hierarchy): void {
    for (const file of readdirSync(this.#classFolder(hierarchy, "offline"))) this.#files.add(file);
    const dialect = dialectOf(hierarchy);
    for (const workClass of CLASSES) {
      const folder = this.#classFolder(hierarchy, workClass);
      const settings = dialect.classSettings(workClass, this.#machine.cores);
      for (const { controller, file, value } of settings) {
        if (!hierarchy.controllers.includes(controller) || !this.#files.has(file)) continue;
        const isRefused = writeControl(folder, file, value) !== undefined;
        if (isRefused && file === "cpu.idle") this.#files.delete(file);
      }
      const isTold = readControl(folder, "cpu.pressure") !== undefined;
      if (hierarchy.version === 2 && !isTold) this.#files.delete("cpu.pressure");
    }
  }

  /** @throws Error if the last value for a file that is there is refused. */
  #apply(hierarchy: Hierarchy, folder: string, settings: readonly Setting[]): void {
    const refused = new Map<string, { readonly value: string; readonly code: string }>();
    for (const { controller, file, value } of settings) {
      if (!hierarchy.controllers.includes(controller) || !this.#files.has(file)) continue;
      const code = writeControl(folder, file, value);
      refused.delete(file);
      if (code !== undefined) refused.set(file, { value, code });
    }
    for (const [file, { value, code }] of refused) {
      const message = `the kernel refuses ${path.join(folder, file)} = ${value} (${code})`;
      throw Object.assign(new Error(message), { code, syscall: "write" });
    }
  }

  /**
   * On version 1 no group may have a larger quota than the one above it, so those below are lowered
   * before and raised after.
   */
  #applyQuota(ids: readonly string[]): void {
    const cpu = this.#find("cpu");
    if (cpu === undefined) return;
    const dialect = dialectOf(cpu);
    const applyShares = (isLast: boolean) => {
      for (const id of ids) {
        const share = this.#shares.get(id);
        if (share?.cpuMaxMilli === undefined) continue;
        const { cpuMaxMilli } = this.#limitShare(share);
        const folder = this.#folder(cpu, "offline", id);
        const settings = dialect.quota(cpuMaxMilli, SHARE_PERIOD_MS);
        if (isLast) this.#apply(cpu, folder, settings);
        else for (const { file, value } of settings) writeControl(folder, file, value);
      }
    };
    applyShares(false);
    const folder = this.#classFolder(cpu, "offline");
    this.#apply(cpu, folder, dialect.quota(this.#limit.cpuMilli, OFFLINE_PERIOD_MS));
    applyShares(true);
  }

  #limitShare(share: Share): Share {
    const { cpuMaxMilli } = share;
    const { cpuMilli: most } = this.#limit;
    if (share.class === "online" || cpuMaxMilli === undefined || most === undefined) return share;
    return { ...share, cpuMaxMilli: Math.min(cpuMaxMilli, most) };
  }

  #shouldFreeze(id: string): boolean {
    if (this.#released.has(id)) return false;
    return this.#frozen.has(id) || (this.#limit.isFrozen && this.#classOf(id) === "offline");
  }

  #applyFreeze(id: string): void {
    const workClass = this.#classOf(id);
    if (workClass === undefined) return;
    const shouldFreeze = this.#shouldFreeze(id);
    const freezer = this.#find("core", "freezer");
    if (freezer === undefined) {
      for (const pid of this.#processesOf(id))
        sendSignal(pid, shouldFreeze ? "SIGSTOP" : "SIGCONT");
      return;
    }
    const { file, value } = dialectOf(freezer).freeze(shouldFreeze);
    writeControl(this.#folder(freezer, workClass, id), file, value);
  }

  #measure(folderIn: (hierarchy: Hierarchy) => string): Usage {
    const cpu = this.#find("core", "cpuacct");
    const memory = this.#find("memory");
    return {
      cpuMs: cpu === undefined ? 0 : dialectOf(cpu).cpuMs(folderIn(cpu)),
      memoryBytes: memory === undefined ? 0 : dialectOf(memory).memoryBytes(folderIn(memory)),
    };
  }

  #classOf(id: string): WorkClass | undefined {
    const known = this.#shares.get(id)?.class;
    if (known !== undefined) return known;
    return CLASSES.find((workClass) =>
      this.#hierarchies.some((hierarchy) => existsSync(this.#folder(hierarchy, workClass, id))),
    );
  }

  #idsOf(workClass: WorkClass): readonly string[] {
    const names = this.#hierarchies.flatMap((hierarchy) =>
      listGroups(this.#classFolder(hierarchy, workClass)),
    );
    return [...new Set(names)].map(toId).filter((id) => id !== undefined);
  }

  /** In any of its hierarchies: the system may have refused it one. */
  #processesOf(id: string): readonly number[] {
    const workClass = this.#classOf(id);
    if (workClass === undefined) return [];
    const pids = this.#hierarchies.flatMap((hierarchy) =>
      listProcesses(this.#folder(hierarchy, workClass, id)),
    );
    return [...new Set(pids)];
  }

  /** The hierarchy of the first of these controllers that there is. */
  #find(...controllers: readonly Controller[]): Hierarchy | undefined {
    return controllers
      .map((controller) =>
        this.#hierarchies.find((hierarchy) => hierarchy.controllers.includes(controller)),
      )
      .find((hierarchy) => hierarchy !== undefined);
  }

  #classFolder(hierarchy: Hierarchy, workClass: WorkClass): string {
    return path.join(hierarchy.base, `neuraxis-${this.#machine.key}.${workClass}`);
  }

  #folder(hierarchy: Hierarchy, workClass: WorkClass, id: string): string {
    return path.join(this.#classFolder(hierarchy, workClass), toFolderName(id));
  }
}

function dialectOf({ version }: Hierarchy): Dialect {
  return version === 1 ? dialectV1 : dialectV2;
}

function isMade(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    return true;
  } catch {
    return false;
  }
}
