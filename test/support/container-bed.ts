import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { removeGroup } from "../../src/engine/local/kernel/control-file.ts";

/** Programs of Debian's packages podman, crun, runc and busybox-static. */
const NEEDED = ["podman", "crun", "runc", "busybox"];
const UNIFIED = "/sys/fs/cgroup/unified";
/** What a shell script in the image may call. */
const TOOLS = ["sh", "sleep", "cat", "httpd", "kill", "pwd", "id", "mkdir"];

/** The image that a bed has, made of this machine's busybox: there is no registry to pull from. */
export const IMAGE = "localhost/neuraxis-test";

/** What keeps real containers from running here; nothing if they do. */
export function lackForContainers(): string | undefined {
  if (process.getuid?.() !== 0) return "containers are tested as root alone";
  const missing = NEEDED.filter((name) => findProgram(name) === undefined);
  return missing.length === 0 ? undefined : `there is no ${missing.join(", ")} on this machine`;
}

/** Podman with images, containers and settings in a folder of its own. */
export class ContainerBed {
  /** For a control plane that is to find this Podman. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync("/tmp/nx-");

  /** @param runtime crun leaves processes in the cgroups of the work, runc does not. */
  constructor(runtime: "crun" | "runc") {
    const resolve = (name: string) => path.join(this.#folder, name);
    this.environment = {
      PATH: `${this.#folder}:${process.env["PATH"] ?? ""}`,
      CONTAINERS_CONF: resolve("containers.conf"),
      CONTAINERS_STORAGE_CONF: resolve("storage.conf"),
    };
    // Where more must not be set than this process has, Podman's own limits are refused.
    const limits = ["nofile=1024:1024", "nproc=4096:4096"].map((limit) => JSON.stringify(limit));
    writeFileSync(
      resolve("containers.conf"),
      `[containers]\ndefault_ulimits = [${limits.join()}]\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\nruntime = "${runtime}"\n`,
    );
    writeFileSync(
      resolve("storage.conf"),
      `[storage]\ndriver = "vfs"\ngraphroot = "${resolve("graph")}"\nrunroot = "${resolve("run")}"\n`,
    );
    this.#writeClient(runtime === "crun" && hasControllers(UNIFIED));
    this.#makeImage(resolve("root"));
  }

  /** What Podman prints. @throws Error with what it complains of. */
  podman(...words: readonly string[]): string {
    const options = { env: { ...process.env, ...this.environment }, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync(path.join(this.#folder, "podman"), words, options);
    if (status !== 0) throw new Error(`podman ${words.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  /** Names of all containers, running or not. */
  containers(): readonly string[] {
    return this.podman("ps", "--all", "--format", "{{.Names}}").split("\n").filter(Boolean);
  }

  remove(): void {
    this.podman("rm", "--all", "--force", "--time", "0");
    rmSync(this.#folder, { recursive: true, force: true });
    // runc leaves cgroups of what was killed; those of others' containers are not empty, and stay.
    for (const folder of globSync("/sys/fs/cgroup/{*/,}libpod_parent")) removeGroup(folder);
  }

  /** crun refuses both versions of cgroups at once: the client does not see the second one. */
  #writeClient(hidesUnified: boolean): void {
    const podman = findProgram("podman")!;
    const script = hidesUnified
      ? `exec unshare --mount sh -c 'umount ${UNIFIED}; exec ${podman} "$@"' podman "$@"`
      : `exec ${podman} "$@"`;
    const client = path.join(this.#folder, "podman");
    writeFileSync(client, `#!/bin/sh\n${script}\n`);
    chmodSync(client, 0o755);
  }

  #makeImage(root: string): void {
    mkdirSync(path.join(root, "bin"), { recursive: true });
    for (const folder of ["tmp", "proc", "sys", "dev", "etc", "www"])
      mkdirSync(path.join(root, folder));
    copyFileSync(findProgram("busybox")!, path.join(root, "bin/busybox"));
    for (const tool of TOOLS) symlinkSync("busybox", path.join(root, "bin", tool));
    writeFileSync(path.join(root, "www/healthz"), "well\n");
    const archive = `${root}.tar`;
    execFileSync("tar", ["--create", "--file", archive, "--directory", root, "."]);
    this.podman("import", archive, IMAGE);
  }
}

function findProgram(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}

function hasControllers(folder: string): boolean {
  const file = path.join(folder, "cgroup.controllers");
  return existsSync(file) && readFileSync(file, "utf8").trim() !== "";
}
