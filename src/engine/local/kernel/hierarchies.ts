import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { readControl, writeControl } from "./control-file.ts";

/**
 * What a hierarchy can be used for. `core` is what version 2 gives without any controller: freezing,
 * pressure and use of CPU.
 */
export type Controller = "core" | "cpu" | "cpuacct" | "memory" | "io" | "pids" | "freezer";

/** A mounted hierarchy of cgroups, at a place where this process may make groups. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** The folder to make groups in. */
  readonly base: string;
  /** Nothing that this user can see is outside of it. */
  readonly isTop: boolean;
  readonly controllers: readonly Controller[];
}

/** A hierarchy as the kernel lists it. */
interface Mount {
  readonly version: 1 | 2;
  readonly folder: string;
  /** From the mounted folder down to the cgroup of this process; "" if it is the same. */
  readonly own: string;
  readonly controllers: readonly string[];
}

const CONTROLLERS_V1: Readonly<Record<string, Controller>> = {
  cpu: "cpu",
  cpuacct: "cpuacct",
  memory: "memory",
  blkio: "io",
  pids: "pids",
  freezer: "freezer",
};
const CONTROLLERS_V2 = ["cpu", "memory", "pids", "io"] as const;

/**
 * The hierarchies that can be used, each controller in one of them. In each the highest cgroup from
 * the root down to this process's own is taken that this user may write: the idle class yields to
 * all that is beside it there or below.
 * @param root prefix of all paths, "/" but in tests.
 * @param rest name of the cgroup that takes the processes of one that has to give its controllers
 *   on: version 2 has no processes beside groups with controllers (cgroups(7), "no internal
 *   processes"), but in the root of all.
 */
export function findHierarchies(root: string, rest: string): readonly Hierarchy[] {
  const second = findMounts(root)
    .filter(({ version }) => version === 2)
    .map((mount) => openSecond(mount, rest))
    .find((hierarchy) => hierarchy !== undefined);
  const taken = new Set(second?.controllers);
  const first = findMounts(root)
    .filter(({ version }) => version === 1)
    .map((mount) => openFirst(mount, taken))
    .filter((hierarchy) => hierarchy !== undefined);
  return second === undefined ? first : [...first, second];
}

function openFirst(mount: Mount, taken: Set<Controller>): Hierarchy | undefined {
  const base = findWritable(mount);
  if (base === undefined) return undefined;
  const controllers = mount.controllers
    .map((name) => CONTROLLERS_V1[name])
    .filter((controller) => controller !== undefined && !isTaken(controller, taken));
  for (const controller of controllers) taken.add(controller);
  return controllers.length === 0
    ? undefined
    : { version: 1, base, isTop: base === mount.folder, controllers };
}

/** Version 2 freezes and counts without controllers, so nothing else is needed for that. */
function isTaken(controller: Controller, taken: ReadonlySet<Controller>): boolean {
  const isCore = controller === "freezer" || controller === "cpuacct";
  return taken.has(controller) || (isCore && taken.has("core"));
}

function openSecond(mount: Mount, rest: string): Hierarchy | undefined {
  const base = findWritable(mount);
  if (base === undefined) return undefined;
  const available = (readControl(base, "cgroup.controllers") ?? "").split(" ");
  const enabled = CONTROLLERS_V2.filter(
    (name) => available.includes(name) && enable(base, name, rest),
  );
  return {
    version: 2,
    base,
    isTop: base === mount.folder,
    controllers: ["core", ...enabled],
  };
}

/** Lets the groups below have a controller, once the processes beside them are moved if need be. */
function enable(base: string, controller: string, rest: string): boolean {
  const write = () => writeControl(base, "cgroup.subtree_control", `+${controller}`);
  const isEnabled = () =>
    (readControl(base, "cgroup.subtree_control") ?? "").split(" ").includes(controller);
  if (isEnabled()) return true;
  if (write() === "EBUSY") {
    moveProcesses(base, path.join(base, rest));
    write();
  }
  return isEnabled();
}

function moveProcesses(from: string, to: string): void {
  try {
    mkdirSync(to, { recursive: true });
  } catch {
    return;
  }
  const own = (readControl(from, "cgroup.procs") ?? "").split("\n").filter(Boolean);
  for (const pid of own) writeControl(to, "cgroup.procs", pid);
}

/** The highest folder from the mounted one down to the own one in which groups can be made. */
function findWritable({ folder, own }: Mount): string | undefined {
  const names = own.split("/").filter(Boolean);
  const folders = [...names.keys(), names.length].map((depth) =>
    path.join(folder, ...names.slice(0, depth)),
  );
  return folders.find((candidate) =>
    [candidate, path.join(candidate, "cgroup.procs")].every(isWritable),
  );
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Mounted hierarchies, by proc_pid_mountinfo(5) and cgroups(7). */
function findMounts(root: string): readonly Mount[] {
  const own = readLines(path.join(root, "proc/self/cgroup")).map((line) => {
    const [, names = "", ...folder] = line.split(":");
    return { names: names.split(",").filter(Boolean), folder: folder.join(":") };
  });
  return readLines(path.join(root, "proc/self/mountinfo")).flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , mountRoot = "/", mountPoint = "/"] = before.split(" ").map(unescapePath);
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") return [];
    const version = type === "cgroup" ? 1 : 2;
    const controllers = version === 1 ? options.split(",") : [];
    const place = own.find(({ names }) =>
      version === 1 ? names.some((name) => controllers.includes(name)) : names.length === 0,
    );
    const below = path.posix.relative(mountRoot, place?.folder ?? mountRoot);
    const isBelow = !below.startsWith("..");
    const folder = path.join(root, mountPoint);
    return [{ version, folder, own: isBelow ? below : "", controllers }] satisfies Mount[];
  });
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

/** Spaces and the like stand as octal numbers in mountinfo. */
function unescapePath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
