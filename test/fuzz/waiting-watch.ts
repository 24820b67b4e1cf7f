import { amountsOf } from "../../src/model/amounts.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import type { Books } from "./books.ts";
import { countOf, heldBy, type JobLife, parkedBy } from "./job-life.ts";
import { fitsOn, isExact, roomFor, type RoomNode } from "./room.ts";
import { expectRule } from "./rule-broken.ts";
import { countOf as countReplicas, wantedBy } from "./service-watch.ts";

/**
 * After a decision that freed no room, nothing waits that fits in free room. Whoever leaves may free
 * more than the one for whom it leaves takes, and whoever goes back to devices gives back host memory;
 * those that were tried before are tried again in the next decision.
 *
 * - Jobs (J2): gangs go member by member to where the policy likes. A gang of one role surely fits if
 *   the nodes have room for so many members; another one if each of its members fits on more nodes than
 *   there are members before it. Only such gangs are held against the scheduler.
 * - Suspended jobs (J5), where each node has one member of it, or members that are alike.
 * - Elastic jobs (J7), one member more, on nodes on which no suspended job waits.
 * Nodes that are pressed have no room for jobs (A8).
 * Where room is kept for gangs that were overtaken (J10), jobs may wait for it: they are not looked at.
 * - Services (A4): a replica that is wanted for requests of now, or for the minimum.
 */
export function checkNobodyWaits(books: Books, isRoomKept: boolean): void {
  const counts = new Map<ResourceRequest, number>();
  for (const life of books.jobs.alive) {
    if (life.mustStop !== undefined) continue;
    if (life.place === "pending") checkPending(books, life, isRoomKept ? undefined : counts);
    if (life.place === "suspended") checkSuspended(books, life);
    if (life.place === "running" && !isRoomKept) checkElastic(books, life, counts);
  }
  const nodes = [...books.logical.nodes.values()];
  for (const life of books.services.lives.values()) {
    const up = countReplicas(life, "coming", "awake");
    const wanted = wantedBy(life);
    if (up >= wanted) continue;
    const { request, id } = life.service;
    const hasRoom = nodes.some((on) => fitsOn(on, request));
    expectRule(!hasRoom, "A4", `service ${id} has ${up} of ${wanted} replicas, and one more fits`);
  }
}

function checkPending(
  books: Books,
  life: JobLife,
  counts: Map<ResourceRequest, number> | undefined,
): void {
  const { job, needed, waitCode } = life;
  expectRule(waitCode !== undefined, "J2", `${job.id} waits and was not told why`);
  if (counts === undefined || books.queues.refusal(job.queue, needed) !== undefined) return;
  expectRule(!surelyFits(books, life, counts), "J2", `${job.id} waits, and its whole gang fits`);
}

function surelyFits(books: Books, { job }: JobLife, counts: Map<ResourceRequest, number>): boolean {
  const [first] = job.roles;
  if (job.roles.length === 1 && (isExact(first.request) || first.replicas.min === 1)) {
    return roomInAll(books, first.request, counts) >= first.replicas.min;
  }
  let before = 0;
  for (const { request, replicas } of job.roles) {
    before += replicas.min;
    let nodes = 0;
    for (const on of nodesForJobs(books)) if (fitsOn(on, request)) nodes += 1;
    if (nodes < before) return false;
  }
  return true;
}

/** Those that are not pressed. */
function nodesForJobs({ logical }: Books): RoomNode[] {
  return [...logical.nodes.values()].filter(({ pressed }) => pressed === "no");
}

/** Members of the request that fit on all nodes for jobs, more than any gang has not counted. */
function roomInAll(
  books: Books,
  request: ResourceRequest,
  counts: Map<ResourceRequest, number>,
): number {
  let room = counts.get(request);
  if (room !== undefined) return room;
  room = 0;
  for (const on of nodesForJobs(books)) room += roomFor(on, request, 64);
  counts.set(request, room);
  return room;
}

function checkSuspended(books: Books, life: JobLife): void {
  const { job, departure, members } = life;
  if (books.physical.isOpen(departure!)) return;
  if (books.queues.refusal(job.queue, heldBy(life)) !== undefined) return;
  const onNode = new Map<RoomNode, ResourceRequest[]>();
  for (const { hold, role } of members.values()) {
    const there = onNode.get(hold.on);
    if (there === undefined) onNode.set(hold.on, [role.request]);
    else there.push(role.request);
  }
  for (const [on, requests] of onNode) {
    if (on.pressed !== "no") return;
    const [request] = requests;
    const isAlike = requests.every((other) => other === request) && isExact(request);
    if (requests.length > 1 && !isAlike) return;
    const parked = requests.length * (request.memory + parkedBy(request, job.suspension!));
    const free = { ...on, memory: on.memory + parked };
    if (roomFor(free, request, requests.length) < requests.length) return;
  }
  expectRule(false, "J5", `${job.id} stays suspended, and it fits where it is`);
}

function checkElastic(books: Books, life: JobLife, counts: Map<ResourceRequest, number>): void {
  const { job } = life;
  for (const role of job.roles) {
    if (role.replicas.max === role.replicas.min) continue;
    if (countOf(life, role) >= role.replicas.max) continue;
    if (books.queues.refusal(job.queue, amountsOf(role.request)) !== undefined) continue;
    if (roomInAll(books, role.request, counts) === 0) continue;
    const awaited = awaitedNodes(books);
    const nodes = nodesForJobs(books).filter((on) => !awaited.has(on));
    const hasRoom = nodes.some((on) => roomFor(on, role.request, 1) > 0);
    expectRule(!hasRoom, "J7", `${job.id} does not grow, and a member of ${role.name} fits`);
  }
}

/** Nodes on which a suspended job waits to go on: nobody grows there. */
function awaitedNodes({ jobs }: Books): ReadonlySet<RoomNode> {
  const awaited = new Set<RoomNode>();
  for (const { place, members } of jobs.alive) {
    if (place !== "suspended") continue;
    for (const { hold } of members.values()) awaited.add(hold.on);
  }
  return awaited;
}
