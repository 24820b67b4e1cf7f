import type {
  BatchJobObject,
  Condition,
  ObjectKind,
  WrittenObject,
  WrittenObjects,
} from "../../api/objects.ts";
import { unreachable } from "../../model/unreachable.ts";
import { nameOf } from "../kinds.ts";
import { ageOf } from "./age.ts";
import { sayBounds, sayMemory, sayMilli, sayPart, sayRunTime } from "./amounts.ts";
import type { Row, WholeColumns } from "./columns.ts";

/** A table's column: `wide` ones are shown when asked for. */
interface Column<Shown> {
  readonly title: string;
  readonly cell: (object: Shown, nowMs: number) => string;
  readonly isWide?: boolean;
  /** Whether it is never cut. */
  readonly isWhole?: boolean;
}

type Columns<Kind extends ObjectKind> = readonly Column<WrittenObjects[Kind]>[];

const NAME: Column<WrittenObject> = { title: "NAME", cell: ({ metadata }) => metadata.name };
const AGE: Column<WrittenObject> = {
  title: "AGE",
  cell: ({ metadata }, nowMs) => ageOf(metadata.createdAt, nowMs),
};

const JOB: Columns<"BatchJob"> = [
  NAME,
  { title: "PHASE", cell: ({ status }) => status.phase },
  { title: "QUEUE", cell: ({ spec }) => spec.queue },
  { title: "MEMBERS", cell: countMembers },
  {
    title: "RUNTIME",
    cell: ({ status }, nowMs) => sayRunTime(status.startedAt, status.endedAt, nowMs),
  },
  AGE,
  { title: "REASON", cell: ({ status }) => reasonOf(status) },
  { title: "PRIORITY", cell: ({ spec }) => `${spec.priority}`, isWide: true },
  { title: "ATTEMPT", cell: ({ status }) => `${status.attempt}`, isWide: true },
  { title: "FAILURES", cell: ({ status }) => `${status.failures}`, isWide: true },
  {
    title: "NODES",
    cell: ({ status }) => listed(status.members.map(({ node }) => node)),
    isWide: true,
  },
];

const SERVICE: Columns<"ModelService"> = [
  NAME,
  { title: "TASK", cell: ({ spec }) => spec.task },
  {
    title: "READY",
    cell: ({ spec, status }) =>
      sayPart(`${status.replicas.ready}`, sayBounds(spec.replicas.min, spec.replicas.max)),
  },
  { title: "ASLEEP", cell: ({ status }) => `${status.replicas.asleep}` },
  { title: "WAITING", cell: ({ status }) => `${status.requests.arrived - status.requests.begun}` },
  { title: "ENDPOINT", cell: ({ status }) => status.endpoint ?? "-", isWhole: true },
  AGE,
  { title: "STARTING", cell: ({ status }) => `${status.replicas.starting}`, isWide: true },
  { title: "SERVED", cell: ({ status }) => `${status.requests.ended}`, isWide: true },
  { title: "MODEL", cell: ({ spec }) => spec.model.name, isWide: true },
  { title: "REASON", cell: ({ status }) => whyNot(status.conditions), isWide: true },
];

const QUEUE: Columns<"Queue"> = [
  NAME,
  { title: "PARENT", cell: ({ spec }) => spec.parent ?? "-" },
  { title: "WEIGHT", cell: ({ spec }) => `${spec.weight}` },
  { title: "PENDING", cell: ({ status }) => `${status.pending}` },
  { title: "RUNNING", cell: ({ status }) => `${status.running}` },
  { title: "CPU", cell: ({ status }) => sayMilli(status.held.cpu) },
  { title: "MEMORY", cell: ({ status }) => sayMemory(status.held.memory) },
  { title: "GPUS", cell: ({ status }) => sayMilli(status.held.gpuMilli) },
  AGE,
  { title: "GUARANTEED", cell: ({ spec }) => sayShare(spec.guaranteed), isWide: true },
  { title: "LIMIT", cell: ({ spec }) => sayShare(spec.limit), isWide: true },
  { title: "BORROWS", cell: ({ spec }) => (spec.borrows ? "yes" : "no"), isWide: true },
];

const NODE: Columns<"Node"> = [
  NAME,
  { title: "STATUS", cell: ({ status }) => nodeState(status.conditions) },
  {
    title: "CPU",
    cell: ({ status }) => sayPart(sayMilli(status.held.cpu), sayMilli(status.cpu)),
  },
  {
    title: "MEMORY",
    cell: ({ status }) => sayPart(sayMemory(status.held.memory), sayMemory(status.memory)),
  },
  {
    title: "GPUS",
    cell: ({ status }) => sayPart(sayMilli(status.held.gpuMilli), `${status.devices.length}`),
  },
  AGE,
  {
    title: "KINDS",
    cell: ({ status }) => listed(status.devices.map(({ kind }) => kind)),
    isWide: true,
  },
];

const REPLICA: Columns<"Replica"> = [
  NAME,
  { title: "SERVICE", cell: ({ status }) => status.service },
  { title: "PHASE", cell: ({ status }) => status.phase },
  { title: "SINCE", cell: ({ status }, nowMs) => ageOf(status.since, nowMs) },
  { title: "NODE", cell: ({ status }) => status.node },
  AGE,
  { title: "DEVICES", cell: ({ status }) => listed(status.devices.map(String)), isWide: true },
];

/** How a line of a table is to be. */
export interface RowForm {
  readonly isWide: boolean;
  /** Whether names say their kind. */
  readonly saysKind: boolean;
  readonly nowMs: number;
}

/** The titles of a kind's table. */
export function titlesOf(kind: ObjectKind, isWide: boolean): Row {
  return columnsOf(kind, isWide).map(({ title }) => title);
}

/** An object's line in the table of its kind. */
export function rowOf(object: WrittenObject, form: RowForm): Row {
  const [name = "", ...cells] = cellsOf(object, form);
  return [form.saysKind ? nameOf(object.kind, name) : name, ...cells];
}

function cellsOf(object: WrittenObject, { isWide, nowMs }: RowForm): Row {
  const fill = <Shown>(columns: readonly Column<Shown>[], shown: Shown) =>
    columns
      .filter((column) => isWide || column.isWide !== true)
      .map(({ cell }) => cell(shown, nowMs));
  switch (object.kind) {
    case "BatchJob":
      return fill(JOB, object);
    case "ModelService":
      return fill(SERVICE, object);
    case "Queue":
      return fill(QUEUE, object);
    case "Node":
      return fill(NODE, object);
    case "Replica":
      return fill(REPLICA, object);
    default:
      return unreachable(object);
  }
}

/** Why a job is not where it would like to be, or what bears on it, as a code; "-" if nothing. */
export function reasonOf({
  phase,
  conditions,
}: Pick<BatchJobObject["status"], "phase" | "conditions">): string {
  if (phase === "Running") {
    const throttled = conditions.find(({ type }) => type === "Throttled");
    return throttled?.status === "True" ? throttled.reason : "-";
  }
  const reason = whyNot(conditions);
  if (reason !== "retries-exhausted") return reason;
  // That it was not tried again says less than how it failed.
  return conditions.find(({ type }) => type === "MemberFailed")?.reason ?? reason;
}

/** The columns of a kind's table that are never cut. */
export function wholeColumnsOf(kind: ObjectKind, isWide: boolean): WholeColumns {
  const columns = columnsOf(kind, isWide);
  return new Set(columns.flatMap(({ isWhole }, place) => (isWhole === true ? [place] : [])));
}

function columnsOf(
  kind: ObjectKind,
  isWide: boolean,
): readonly Pick<Column<never>, "title" | "isWhole">[] {
  const columns = {
    BatchJob: JOB,
    ModelService: SERVICE,
    Queue: QUEUE,
    Node: NODE,
    Replica: REPLICA,
  };
  return columns[kind].filter((column) => isWide || column.isWide !== true);
}

/** Of running and wanted members, such as `2/1-4`. */
function countMembers({ spec, status }: WrittenObjects["BatchJob"]): string {
  const total = (bound: "min" | "max") =>
    spec.roles.reduce((sum, { replicas }) => sum + replicas[bound], 0);
  return sayPart(`${status.members.length}`, sayBounds(total("min"), total("max")));
}

/** The reason of the youngest condition that is not so. */
function whyNot(conditions: readonly Condition[]): string {
  const failed = conditions.filter(
    ({ type, status }) => status === "False" && type !== "Throttled",
  );
  const [newest] = failed.toSorted(
    (left, right) => Date.parse(right.since) - Date.parse(left.since),
  );
  return newest?.reason ?? "-";
}

function nodeState(conditions: readonly Condition[]): string {
  const wrong = conditions.find(({ type, status }) => status === "False" && type !== "Throttled");
  return wrong === undefined ? "Ready" : wrong.reason;
}

interface Share {
  readonly cpu?: number | string;
  readonly memory?: string;
  readonly accelerators?: number | string;
}

/** Such as `cpu=8,memory=64Gi`; "-" for nothing. */
function sayShare(share: Share | undefined): string {
  const parts = Object.entries(share ?? {}).map(([name, amount]) => `${name}=${amount}`);
  return parts.length === 0 ? "-" : parts.join(",");
}

/** Each once, with commas between them. */
function listed(words: readonly string[]): string {
  return words.length === 0 ? "-" : Array.from(new Set(words)).join(",");
}
