import { Agent } from "node:http";
import type { Replica } from "./line.ts";

/** Connections to replicas, kept open between requests while a replica is open. */
export class ReplicaConnections {
  readonly #idleMax: number;
  readonly #agents = new Map<Replica, Agent>();

  /** @param idleMax connections to one replica that are kept. */
  constructor(idleMax: number) {
    this.#idleMax = idleMax;
  }

  agentOf(replica: Replica): Agent {
    let agent = this.#agents.get(replica);
    if (agent === undefined) {
      agent = new Agent({ keepAlive: true, maxFreeSockets: this.#idleMax });
      this.#agents.set(replica, agent);
    }
    return agent;
  }

  /** After one connection was lost the idle ones are not to be relied on. */
  dropIdle(replica: Replica): void {
    const agent = this.#agents.get(replica);
    if (agent !== undefined) closeIdle(agent);
  }

  /** Keeps none to replicas that are closed: they may be about to sleep, or to end. O(replicas). */
  prune(): void {
    for (const [replica, agent] of this.#agents) {
      if (replica.isOpen) continue;
      agent.maxFreeSockets = 0;
      closeIdle(agent);
      this.#agents.delete(replica);
    }
  }
}

function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
