import { counted } from "../../model/counted.ts";
import type { Condition, EventRecord, WrittenObject } from "../../api/objects.ts";
import { unreachable } from "../../model/unreachable.ts";
import { ageOf } from "./age.ts";
import { sayAmounts, sayMemory, sayMilli } from "./amounts.ts";
import { formatColumns, PLAIN, type Row, type Screen } from "./columns.ts";
import { formatEvents } from "./event-lines.ts";

const INDENT = "  ";

/** What is told beside an object. */
export interface Described {
  readonly object: WrittenObject;
  /** The object's spec as YAML; "" where it has none. */
  readonly spec: string;
  readonly events: readonly EventRecord[];
  readonly nowMs: number;
}

/** All that is known of an object, for people. */
export function formatDescription(described: Described, screen: Screen): string {
  const { object, spec, events, nowMs } = described;
  const { columns, hasColours } = screen;
  // Messages are not cut here: whoever asks wants to read them.
  const whole: Screen = { ...PLAIN, hasColours, columns };
  const blocks = [
    section("Spec", spec),
    section("Conditions", formatConditions(conditionsOf(object), nowMs, whole)),
    section("Members", formatMembers(object, whole)),
    section("Events", formatEvents(events, nowMs, whole)),
  ];
  return [formatColumns(headOf(object, nowMs), whole), ...blocks].join("");
}

function headOf(object: WrittenObject, nowMs: number): readonly Row[] {
  const { kind, metadata } = object;
  return [
    ["Name:", metadata.name],
    ["Kind:", kind],
    ...("labels" in metadata ? sayMap("Labels:", metadata.labels) : []),
    ...("annotations" in metadata ? sayMap("Annotations:", metadata.annotations) : []),
    ["Created:", sayInstant(metadata.createdAt, nowMs)],
    ...(metadata.deletedAt === undefined
      ? []
      : [["Deleted:", `${sayInstant(metadata.deletedAt, nowMs)}; its processes end`]]),
    ["UID:", metadata.uid],
    ["Version:", `${metadata.resourceVersion} (generation ${metadata.generation})`],
    ...statusRows(object, nowMs),
  ];
}

function statusRows(object: WrittenObject, nowMs: number): readonly Row[] {
  const instant = (title: string, at: string | undefined): readonly Row[] =>
    at === undefined ? [] : [[title, sayInstant(at, nowMs)]];
  switch (object.kind) {
    case "BatchJob": {
      const { phase, attempt, failures, startedAt, endedAt, checkpointedAt, exitCode } =
        object.status;
      return [
        ["Phase:", phase],
        ["Attempt:", `${attempt} (${counted(failures, "failure")})`],
        ...instant("Started:", startedAt),
        ...instant("Checkpoint:", checkpointedAt),
        ...instant("Ended:", endedAt),
        ...(exitCode === undefined ? [] : [["Exit code:", `${exitCode}`]]),
      ];
    }
    case "ModelService": {
      const { replicas, endpoint = "-", requests } = object.status;
      const { ready, starting, asleep } = replicas;
      const { arrived, begun, ended } = requests;
      return [
        ["Endpoint:", endpoint],
        ["Replicas:", `${ready} ready, ${starting} starting, ${asleep} asleep`],
        ["Requests:", `${ended} served, ${begun - ended} in work, ${arrived - begun} waiting`],
      ];
    }
    case "Queue": {
      const { pending, running, held } = object.status;
      return [
        ["Jobs:", `${running} running, ${pending} pending`],
        ["Held:", sayAmounts(held)],
      ];
    }
    case "Node": {
      const { cpu, memory, devices, held } = object.status;
      const kinds = Map.groupBy(devices, ({ kind }) => kind);
      const all = Array.from(kinds, ([kind, { length }]) => `${length} × ${kind}`);
      return [
        ["Capacity:", `${counted(sayMilli(cpu), "core")}, ${sayMemory(memory)} memory`],
        ["Devices:", all.length === 0 ? "none" : all.join(", ")],
        ["Held:", sayAmounts(held)],
      ];
    }
    case "Replica": {
      const { service, node, devices, phase, since } = object.status;
      return [
        ["Service:", service],
        ["Phase:", `${phase} since ${sayInstant(since, nowMs)}`],
        ["Node:", node],
        ["Devices:", devices.length === 0 ? "none" : devices.join(", ")],
      ];
    }
    default:
      return unreachable(object);
  }
}

function conditionsOf({ status }: WrittenObject): readonly Condition[] {
  return "conditions" in status ? status.conditions : [];
}

function formatConditions(conditions: readonly Condition[], nowMs: number, screen: Screen): string {
  if (conditions.length === 0) return "";
  const rows = conditions.map(({ type, status, since, reason, message }) => [
    type,
    status,
    ageOf(since, nowMs),
    reason,
    message,
  ]);
  return formatColumns([["TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"], ...rows], screen);
}

function formatMembers(object: WrittenObject, screen: Screen): string {
  if (object.kind !== "BatchJob" || object.status.members.length === 0) return "";
  const rows = object.status.members.map(({ member, role, node, devices }) => [
    `${member}`,
    role,
    node,
    devices.length === 0 ? "-" : devices.join(","),
  ]);
  return formatColumns([["MEMBER", "ROLE", "NODE", "DEVICES"], ...rows], screen);
}

function sayMap(title: string, map: Readonly<Record<string, string>>): readonly Row[] {
  return Object.entries(map).map(([key, value], place) => [
    place === 0 ? title : "",
    `${key}=${value}`,
  ]);
}

function sayInstant(instant: string, nowMs: number): string {
  return `${instant} (${ageOf(instant, nowMs)} ago)`;
}

/** A block with its title; "" without lines. */
function section(title: string, text: string): string {
  return text === "" ? "" : `\n${title}:\n${text.replaceAll(/^(?=.)/gm, INDENT)}`;
}
