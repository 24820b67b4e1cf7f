import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { ClientError } from "../src/client/client-error.ts";
import { findContainerRuntime } from "../src/engine/local/containers/container-runtime.ts";
import { findProcesses, sendSignal } from "../src/engine/local/keeper/process-table.ts";
import { setSecret } from "../src/main/secrets.ts";
import { ContainerBed, IMAGE, lackForContainers } from "./support/container-bed.ts";
import { UpBed } from "./support/up-bed.ts";

const lack = lackForContainers();
const skip = lack ?? false;

/** A control plane that finds Podman. */
class Plane {
  readonly containers: ContainerBed;
  readonly up: UpBed;

  private constructor(containers: ContainerBed, up: UpBed) {
    this.containers = containers;
    this.up = up;
  }

  static async start(runtime: "crun" | "runc"): Promise<Plane> {
    const containers = new ContainerBed(runtime);
    return new Plane(containers, await UpBed.start({ environment: containers.environment }));
  }

  async apply(kind: string, name: string, spec: object): Promise<void> {
    const manifest = { apiVersion: "neuraxis.dev/v1alpha1", kind, metadata: { name }, spec };
    await this.up.client.apply(JSON.stringify(manifest), { file: name });
  }

  /** A job that runs a shell's script in the image. */
  async run(name: string, script: string, spec: object = {}): Promise<void> {
    await this.apply("BatchJob", name, {
      image: IMAGE,
      command: ["/bin/sh", "-c", script],
      resources: { cpu: "100m", memory: "128Mi" },
      retries: { max: 0 },
      ...spec,
    });
  }

  async until(name: string, wanted: string): Promise<void> {
    await this.up.until(`${name} is ${wanted}`, async () => {
      return (await this.up.client.get("BatchJob", name)).status.phase === wanted;
    });
  }

  async outputOf(name: string): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.up.client.log({ kind: "BatchJob", name })) pieces.push(piece);
    return Buffer.concat(pieces).toString("utf8");
  }

  /** Comes back when the job has written this. */
  async hasWritten(name: string, words: string): Promise<void> {
    await this.up.until(`${name} writes ${words}`, async () =>
      // Before it has a process it has no output, and that is no answer.
      (await this.outputOf(name).catch(() => "")).includes(words),
    );
  }

  /** Numbers of the clients of the containers of a job or a service. */
  clientsOf(name: string): readonly number[] {
    return findProcesses((pid) => wordsOf(pid).some((word) => this.#isNameOf(word, name)));
  }

  #isNameOf(word: string, name: string): boolean {
    const [, owner] = /^--name=neuraxis-[0-9a-f]+-(?:job|replica)\.(.+?)\./.exec(word) ?? [];
    return owner === name;
  }

  async isClean(): Promise<void> {
    await this.up.until("no container is left", () => this.containers.containers().length === 0);
  }

  async remove(): Promise<void> {
    await this.up.remove();
    this.containers.remove();
  }
}

function wordsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** What holds wherever the runtime has the processes. */
function testAnyRuntime(started: () => Plane): void {
  test("a job finds its variables, secrets and checkpoints, and its output is kept", async () => {
    const plane = started();
    const { home } = plane.up;
    setSecret(home, { name: "hub", key: "token", value: Buffer.from("hush\n") });
    const script = [
      'echo "$GREETING $TOKEN, rank $RANK in $(pwd)"',
      'cat "$NEURAXIS_GANG_FILE"',
      'echo 1 > "$NEURAXIS_CHECKPOINT_DIR/saved"',
    ];
    await plane.run("greet", script.join("; "), {
      env: [
        { name: "GREETING", value: "good day" },
        { name: "TOKEN", secret: { name: "hub", key: "token" } },
      ],
      workingDirectory: "/www",
      checkpoint: { every: "1min" },
    });
    await plane.until("greet", "Succeeded");
    const output = await plane.outputOf("greet");
    assert.match(output, /^good day hush, rank 0 in \/www$/m);
    assert.match(output, /^\{"attempt":1,/m);
    assert.equal(readFileSync(path.join(home, "engine/checkpoints/greet/saved"), "utf8"), "1\n");
    await plane.isClean();
  });

  test("its exit code is that of what the image runs", async () => {
    const plane = started();
    await plane.run("fail", "exit 7");
    await plane.until("fail", "Failed");
    const events = await plane.up.client.events();
    assert.ok(events.some(({ message }) => message.includes("ended with exit code 7")));
  });

  test("asked to leave, it gets the signal; killed, it leaves nothing", async () => {
    const plane = started();
    const trap = 'trap "echo asked; exit 0" TERM; echo up; while true; do sleep 0.1; done';
    await plane.run("polite", trap);
    await plane.hasWritten("polite", "up");
    await plane.run("deaf", 'trap "" TERM; echo up; while true; do sleep 0.1; done');
    await plane.hasWritten("deaf", "up");
    await plane.up.client.delete("BatchJob", "deaf");
    await plane.up.until("deaf is gone", () => plane.clientsOf("deaf").length === 0);
    const polite = plane.clientsOf("polite");
    assert.equal(polite.length, 1);
    sendSignal(polite[0], "SIGTERM");
    await plane.hasWritten("polite", "asked");
    await plane.isClean();
  });

  test("its client is killed: so is the container, before the job counts as failed", async () => {
    const plane = started();
    await plane.run("bereft", "echo up; sleep 600");
    await plane.hasWritten("bereft", "up");
    for (const pid of plane.clientsOf("bereft")) sendSignal(pid, "SIGKILL");
    await plane.until("bereft", "Failed");
    assert.deepEqual(plane.containers.containers(), []);
    const left = findProcesses((pid) => wordsOf(pid).join(" ").startsWith("sleep 600"));
    assert.deepEqual(left, []);
  });
}

describe("images inside the cgroups of the work (Podman with crun)", { skip }, () => {
  let plane: Plane;
  before(async () => {
    plane = await Plane.start("crun");
  });
  after(() => plane.remove());

  testAnyRuntime(() => plane);

  test("all of a container is in the cgroups of its job, and stands still with it", async () => {
    const resources = { cpu: availableParallelism(), memory: "64Mi" };
    // What runs for longer than this would cost is not stopped instead.
    const suspension = { hostMemory: "64Mi", suspend: "1ms", resume: "1ms" };
    await plane.run("inside", "cat /proc/self/cgroup; echo up; sleep 600", {
      suspension,
      resources,
    });
    await plane.hasWritten("inside", "up");
    assert.match(await plane.outputOf("inside"), /w-job\.inside\.[0-9a-f]{8}\.1\.0$/m);
    await plane.run("urgent", "echo up; sleep 600", { priority: 1, resources });
    await plane.until("inside", "Suspended");
    await plane.hasWritten("urgent", "up");
    await plane.up.client.delete("BatchJob", "urgent");
    await plane.until("inside", "Running");
    await plane.up.client.delete("BatchJob", "inside");
    await plane.isClean();
  });

  test("a container outlives the control plane, and what nobody wants is removed", async () => {
    await plane.run("lasting", "echo up; sleep 600");
    await plane.hasWritten("lasting", "up");
    await plane.up.kill();
    const [name = ""] = plane.containers.containers();
    assert.match(name, /-job\.lasting\./);
    const stray = name.replace("lasting", "stray");
    plane.containers.podman("create", "--name", stray, "--network=host", IMAGE, "/bin/sh");
    await plane.up.up();
    await plane.until("lasting", "Running");
    await plane.up.until("the stray is gone", () => plane.containers.containers().length === 1);
    assert.deepEqual(plane.containers.containers(), [name]);
    await plane.up.client.delete("BatchJob", "lasting");
    await plane.isClean();
  });

  test("a service of an image answers at the door, on the machine's network", async () => {
    await plane.apply("ModelService", "web", {
      task: "chat",
      model: { name: "web" },
      replicas: { min: 1, max: 1 },
      runtime: {
        image: IMAGE,
        command: ["/bin/sh", "-c", 'exec httpd -f -p "127.0.0.1:$PORT" -h /www'],
      },
      resources: { cpu: "100m", memory: "64Mi" },
      sleep: { hostMemory: "64Mi" },
    });
    const url = `http://127.0.0.1:${plane.up.ports.door}/services/web/healthz`;
    let text = "";
    await plane.up.until("the service answers", async () => {
      const answer = await fetch(url);
      text = await answer.text();
      return answer.ok;
    });
    assert.equal(text, "well\n");
    await plane.up.client.delete("ModelService", "web");
    await plane.isClean();
  });
});

describe("images in cgroups of the runtime's own (Podman with runc)", { skip }, () => {
  let plane: Plane;
  before(async () => {
    plane = await Plane.start("runc");
  });
  after(() => plane.remove());

  testAnyRuntime(() => plane);

  test("what cannot be frozen is not to be suspended, nor to sleep", async () => {
    const suspension = { hostMemory: "64Mi" };
    await assert.rejects(
      plane.run("frozen", "sleep 1", { suspension }),
      isRefusal("cannot-suspend"),
    );
  });
});

test("without a runtime an image is refused, with what to do", async () => {
  const up = await UpBed.start({ environment: { PATH: "/nowhere" } });
  try {
    const { runtime, remarks } = await findContainerRuntime({ PATH: "/nowhere" });
    assert.deepEqual([runtime, remarks], [undefined, []]);
    const spec = { image: IMAGE, resources: { cpu: 1, memory: "64Mi" } };
    const manifest = {
      apiVersion: "neuraxis.dev/v1alpha1",
      kind: "BatchJob",
      metadata: { name: "a" },
      spec,
    };
    await assert.rejects(
      up.client.apply(JSON.stringify(manifest), { file: "a" }),
      isRefusal("no-container-runtime"),
    );
  } finally {
    await up.remove();
  }
});

function isRefusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ClientError && error.refusal === code;
}
