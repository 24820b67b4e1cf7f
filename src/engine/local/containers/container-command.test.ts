import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { containerCommand, type ContainerOrder, mountFault } from "./container-command.ts";
import type { ContainerRuntime } from "./container-runtime.ts";

const podman: ContainerRuntime = {
  kind: "podman",
  program: "/usr/bin/podman",
  version: "5.4.0 with crun",
  placement: "inside",
  user: "0:0",
  init: ["--init"],
  environment: { PATH: "/usr/bin", HOME: "/home/ada" },
};
const docker: ContainerRuntime = {
  ...podman,
  kind: "docker",
  program: "/usr/bin/docker",
  placement: "apart",
  user: "1000:1000",
};

const order: ContainerOrder = {
  name: "neuraxis-k-job.train.1.0",
  image: "registry.example/trainer:2",
  launch: { args: [] },
  variables: { RANK: "0" },
  secrets: {},
  devices: [],
  maker: undefined,
  share: { class: "offline", cpuMilli: 1500, memoryMiB: 512 },
};

/** The words between the image's options and its end that begin so. */
function wordsWith(argv: readonly string[], ...beginnings: readonly string[]): readonly string[] {
  return argv.filter((word) => beginnings.some((beginning) => word.startsWith(beginning)));
}

test("an image alone runs its own program, with the words of args", () => {
  const { argv } = containerCommand(podman, { ...order, launch: { args: ["--epochs", "3"] } });
  assert.deepEqual(argv.slice(0, 3), ["/usr/bin/podman", "run", "--rm"]);
  assert.deepEqual(argv.slice(-4), ["--", "registry.example/trainer:2", "--epochs", "3"]);
  assert.deepEqual(wordsWith(argv, "--entrypoint", "--workdir"), []);
});

test("a command replaces the image's own program, whole", () => {
  const launch = { command: ["python", "-u", "a b.py"], args: ["x"], workingDirectory: "/app" };
  const { argv } = containerCommand(podman, { ...order, launch });
  assert.deepEqual(wordsWith(argv, "--entrypoint", "--workdir"), [
    "--workdir=/app",
    '--entrypoint=["python"]',
  ]);
  assert.deepEqual(argv.slice(-5), ["--", "registry.example/trainer:2", "-u", "a b.py", "x"]);
  const byDocker = containerCommand(docker, { ...order, launch }).argv;
  assert.deepEqual(wordsWith(byDocker, "--entrypoint"), ["--entrypoint=python"]);
});

test("what people say is no option of the runtime and no list for it, however it begins", () => {
  const launch = { command: ['["sh","-c"]', "--privileged"], args: ["--", "--volume=/:/host"] };
  const { argv } = containerCommand(podman, { ...order, image: "--privileged", launch });
  const end = argv.indexOf("--");
  assert.deepEqual(argv.slice(end), ["--", "--privileged", "--privileged", ...launch.args]);
  assert.deepEqual(wordsWith(argv.slice(0, end), "--privileged", "--volume"), []);
  assert.deepEqual(wordsWith(argv, "--entrypoint"), ['--entrypoint=["[\\"sh\\",\\"-c\\"]"]']);
});

test("a secret is in the client's environment and in no argument", () => {
  const { argv, env } = containerCommand(podman, { ...order, secrets: { TOKEN: "hush" } });
  assert.ok(argv.every((word) => !word.includes("hush")));
  assert.deepEqual(wordsWith(argv, "--env"), [
    "--env=RANK=0",
    "--env=TOKEN",
    "--env=NEURAXIS_KEEPER_ID",
  ]);
  assert.deepEqual(env, { TOKEN: "hush", PATH: "/usr/bin", HOME: "/home/ada" });
});

test("inside the work's cgroups no limit needs a word; apart the runtime keeps them", () => {
  const limits = ["--cgroups", "--memory", "--cpu-shares", "--oom-score-adj"];
  const inside = containerCommand(podman, order).argv;
  assert.deepEqual(wordsWith(inside, ...limits), ["--cgroups=disabled", "--oom-score-adj=900"]);
  const apart = containerCommand(docker, order).argv;
  assert.deepEqual(wordsWith(apart, ...limits), [
    "--memory=512m",
    "--memory-swap=512m",
    "--cpu-shares=2",
    "--oom-score-adj=900",
  ]);
  const online = { ...order, share: { ...order.share, class: "online" as const } };
  assert.deepEqual(wordsWith(containerCommand(docker, online).argv, ...limits.slice(2)), [
    "--cpu-shares=1536",
  ]);
});

test("NVIDIA's devices are counted from 0 in the container, AMD's as they are outside", () => {
  const given = { ...order, devices: [2, 5], variables: { CUDA_VISIBLE_DEVICES: "2,5" } };
  const words = ["--device", "--gpus", "--env=CUDA"];
  const nvidia = containerCommand(podman, { ...given, maker: "nvidia" }).argv;
  assert.deepEqual(wordsWith(nvidia, ...words), [
    "--device=nvidia.com/gpu=2",
    "--device=nvidia.com/gpu=5",
    "--env=CUDA_VISIBLE_DEVICES=0,1",
  ]);
  const byDocker = containerCommand(docker, { ...given, maker: "nvidia" }).argv;
  assert.deepEqual(wordsWith(byDocker, "--gpus"), ['--gpus="device=2,5"']);
  const amd = containerCommand(podman, {
    ...given,
    maker: "amd",
    variables: { HIP_VISIBLE_DEVICES: "2,5" },
  }).argv;
  assert.deepEqual(wordsWith(amd, "--device", "--env=HIP"), [
    "--device=/dev/kfd",
    "--device=/dev/dri",
    "--env=HIP_VISIBLE_DEVICES=2,5",
  ]);
});

test("checkpoints and who is in the gang are shared, weights only if they are on this machine, and not to be changed", () => {
  const folder = tmpdir();
  const mounts = (variables: Record<string, string>) =>
    wordsWith(containerCommand(podman, { ...order, variables }).argv, "--mount");
  assert.deepEqual(mounts({ NEURAXIS_CHECKPOINT_DIR: "/home/ada/c" }), [
    "--mount=type=bind,source=/home/ada/c,target=/home/ada/c",
  ]);
  assert.deepEqual(mounts({ NEURAXIS_GANG_FILE: "/home/ada/g/gang.json" }), [
    "--mount=type=bind,source=/home/ada/g,target=/home/ada/g,readonly",
  ]);
  assert.deepEqual(mounts({ NEURAXIS_MODEL_PATH: folder }), [
    `--mount=type=bind,source=${folder},target=${folder},readonly`,
  ]);
  assert.deepEqual(mounts({ NEURAXIS_MODEL_PATH: "/models/in-the-image" }), []);
});

test("a path that a runtime would take apart is not mounted", () => {
  for (const bad of ["c3,source=/etc/", 'a"b', "a\nb"]) {
    assert.match(
      mountFault({ NEURAXIS_CHECKPOINT_DIR: `/home/ada/${bad}` })!,
      /no container can have/,
    );
    assert.match(
      mountFault({ NEURAXIS_GANG_FILE: `/home/${bad}/gang.json` })!,
      /no container can have/,
    );
  }
  const fine = { NEURAXIS_CHECKPOINT_DIR: "/home/ada/a b:c='d'", RANK: "0,1" };
  assert.equal(mountFault(fine), undefined);
});
