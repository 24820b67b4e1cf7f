import { generateNodes, generatePods } from "../../src/simulate/generated-fill.ts";
import { seededRandom } from "../../src/simulate/seeded-random.ts";
import { ClusterLife, type LifeCounts } from "./cluster-life.ts";
import { mixedJob, mixedQueues, mixedRequests, mixedServices } from "./mixed-jobs.ts";

/** Events between two changes of a service's load, and between two losses of a node. */
const LOAD_EVERY = 100;
const LOSS_EVERY = 2000;
/** Requests in flight of a service at most, and by how many they change at once. */
const IN_FLIGHT_MAX = 120;
const IN_FLIGHT_STEP = 16;

export interface ChurnOptions {
  readonly nodes: number;
  /** Jobs that come, and as many that leave, while it is measured. */
  readonly jobs: number;
  readonly services: number;
  /** Jobs come while fewer than this wait, and less than this part of the devices is in use. */
  readonly pendingMax: number;
  readonly useMax: number;
}

export interface Churn {
  readonly gpus: number;
  /** What happened while it was measured. */
  readonly counts: LifeCounts;
  /** Seconds of one core for all of it, the driving of the cluster included. */
  readonly coreSeconds: number;
  /** Of wall time for the decisions with their events. */
  readonly decisionUs: readonly number[];
  readonly pending: number;
  readonly running: number;
  /** Part of the devices in use by jobs. */
  readonly use: number;
  readonly digest: string;
  readonly life: ClusterLife;
}

/** Fills a generated cluster with jobs of all kinds, then measures while they come and leave. */
export function churn(options: ChurnOptions): Churn {
  const nodes = generateNodes(options.nodes, 1);
  const gpus = nodes.reduce((sum, { devices }) => sum + devices.length, 0);
  const life = new ClusterLife(nodes, generatePods(20_000, 1).classes);
  for (const queue of mixedQueues(nodes)) life.apply({ kind: "queue-set", queue });
  const services = mixedServices(options.services);
  for (const service of services) life.apply({ kind: "service-set", service });
  const requests = mixedRequests(2);
  const random = seededRandom(3);
  let made = 0;
  const use = () => life.runningMilli / (gpus * 1000);
  const mayCome = () => life.pending < options.pendingMax && use() < options.useMax;
  const submit = () => {
    life.submit(mixedJob(made, requests, random));
    made += 1;
  };
  while (mayCome()) submit();
  const before = { ...life.counts };
  const madeBefore = made;
  life.decisionUs.length = 0;
  const cpuBefore = process.cpuUsage();
  const inFlight = services.map(() => IN_FLIGHT_MAX / 2);
  let lost = 0;
  for (let event = 0; made < madeBefore + options.jobs; event += 1) {
    if (event % LOAD_EVERY === 0 && services.length > 0) {
      const which = random.below(services.length);
      const changed = inFlight[which] + random.below(2 * IN_FLIGHT_STEP + 1) - IN_FLIGHT_STEP;
      inFlight[which] = Math.min(Math.max(changed, 0), IN_FLIGHT_MAX);
      life.load(services[which].id, inFlight[which]);
    }
    if (event % LOSS_EVERY === LOSS_EVERY - 1) {
      const node = nodes[lost % nodes.length];
      lost += 7;
      life.tell({ kind: "node-lost", node: node.id });
      life.tell({ kind: "node-added", node });
    }
    if (mayCome()) submit();
    else if (!life.step()) break;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    gpus,
    counts: countsSince(before, life.counts),
    coreSeconds: (user + system) / 1e6,
    decisionUs: life.decisionUs.toSorted((left, right) => left - right),
    pending: life.pending,
    running: life.running,
    use: use(),
    digest: life.scheduler.hash(),
    life,
  };
}

function countsSince(before: LifeCounts, after: LifeCounts): LifeCounts {
  const counts = { ...after };
  for (const key of Object.keys(counts) as (keyof LifeCounts)[]) counts[key] -= before[key];
  return counts;
}
