import assert from "node:assert/strict";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import type { Launch, Variable } from "../../model/launch.ts";
import { mib, milliCpu } from "../../model/units.ts";
import { Containers } from "./containers/containers.ts";
import { Folders } from "./folders.ts";
import { Launcher } from "./launcher.ts";
import type { Processes, ProcessSpec } from "./processes.ts";

const temp = new TempFolder();

const runtime = {
  kind: "podman",
  program: "/usr/bin/podman",
  version: "5.4.0 with crun",
  placement: "inside",
  user: "0:0",
  init: [],
  environment: { PATH: "/usr/bin" },
} as const;

/** The command of a process, or the code with which it is refused. */
function start(launch: Launch, checkpoints = "/home/ada/c"): ProcessSpec | string {
  let outcome: ProcessSpec | string = "nothing";
  const processes: Pick<Processes, "start" | "refuse"> = {
    start: (spec) => (outcome = spec),
    refuse: (_, code) => (outcome = code),
  };
  const launcher = new Launcher({
    processes: processes as Processes,
    folders: new Folders(temp.resolve("engine")),
    environment: {},
    readSecret: () => "hush",
    containers: new Containers(runtime, "k"),
    maker: undefined,
  });
  launcher.start({
    id: "job.a.1.1.0",
    launch,
    request: { cpu: milliCpu(1000), memory: mib(128) },
    class: "offline",
    devices: [],
    own: { NEURAXIS_CHECKPOINT_DIR: checkpoints },
    folder: "a",
  });
  return outcome;
}

const IMAGE = { image: "localhost/a", args: [], environment: [] };
const secret = (name: string): Variable => ({ name, secret: { name: "hub", key: "token" } });

test("a secret of a container steers no client: what that reads itself is refused", () => {
  for (const name of ["CONTAINER_HOST", "LD_PRELOAD", "HOME", "http_proxy"]) {
    assert.equal(start({ ...IMAGE, environment: [secret(name)] }), "variable-taken");
  }
  const spec = start({
    ...IMAGE,
    environment: [secret("TOKEN"), { name: "LD_PRELOAD", value: "a.so" }],
  });
  assert.ok(typeof spec !== "string");
  assert.deepEqual(spec.env, { TOKEN: "hush", PATH: "/usr/bin" });
  assert.ok(spec.argv.includes("--env=LD_PRELOAD=a.so"));
});

test("a process of no image gets its secrets as they are called", () => {
  const spec = start({ command: ["train"], args: [], environment: [secret("LD_PRELOAD")] });
  assert.ok(typeof spec !== "string");
  assert.equal(spec.env["LD_PRELOAD"], "hush");
});

test("a container whose folders a runtime cannot mount is refused", () => {
  assert.equal(start(IMAGE, "/home/ada/c,source=/etc/,target=/hostetc"), "cannot-mount");
});
