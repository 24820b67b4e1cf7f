import { homedir } from "node:os";
import path from "node:path";
import type { MachineHost } from "../cli/machine-host.ts";
import { UsageError } from "../cli/usage-error.ts";

/** Its parts are loaded when they are asked for: most commands need none of them. */
export function machineHost(version: string, note: (line: string) => void): MachineHost {
  return {
    homeFolder: (flag) => {
      if (flag === "") throw new UsageError("--home is empty: name a folder");
      // A variable that is set to nothing is as one that is not set.
      const folder = flag ?? (process.env["NEURAXIS_HOME"] || undefined);
      return path.resolve(folder ?? path.join(homedir(), ".neuraxis"));
    },
    up: async (order) => {
      const { runUp } = await import("./up/run-up.ts");
      await runUp(order, { version, note });
    },
    down: async ({ home, workloads }) => {
      const { runDown } = await import("./up/run-down.ts");
      await runDown(home, { workloads, note });
    },
    start: async (order, host) => {
      const { runStart } = await import("./start/run-start.ts");
      const { user } = host;
      return runStart(order, { version, user, print: (text) => host.print(text), note });
    },
    doctor: async (home) => {
      const { examine } = await import("./doctor.ts");
      return examine(home);
    },
    replay: async (file) => {
      const { replayFile } = await import("./journal-commands.ts");
      return replayFile(file);
    },
    setSecret: async (home, entry) => {
      const { setSecret } = await import("./secrets.ts");
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      setSecret(home, { ...entry, value: Buffer.concat(chunks) });
    },
    deleteSecret: async (home, name, key) => {
      const { deleteSecret } = await import("./secrets.ts");
      return deleteSecret(home, name, key);
    },
    listSecrets: async (home) => {
      const { listSecrets } = await import("./secrets.ts");
      return listSecrets(home);
    },
    restore: async (file) => {
      const { restoreFile } = await import("./journal-commands.ts");
      return restoreFile(file);
    },
  };
}
