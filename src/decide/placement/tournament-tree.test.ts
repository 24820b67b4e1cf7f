import assert from "node:assert/strict";
import { test } from "node:test";
import { TournamentTree, UNFIT } from "./tournament-tree.ts";

test("P2: among equal scores the lowest row wins", () => {
  const tree = new TournamentTree(100);
  tree.set(99, 7);
  tree.set(40, 7);
  tree.set(41, 7);
  assert.equal(tree.best(), 40);
  tree.set(3, 8);
  assert.equal(tree.best(), 3);
  assert.equal(tree.top, 8);
});

test("P2: where nothing fits there is no winner", () => {
  const tree = new TournamentTree(33);
  assert.equal(tree.best(), -1);
  tree.set(32, -32_000);
  assert.equal(tree.best(), 32);
  tree.set(32, UNFIT);
  assert.equal(tree.best(), -1);
  assert.equal(tree.top, UNFIT);
});

test("P2: a tree of no rows asks for no score and has no winner", () => {
  const tree = new TournamentTree(0);
  const asked: number[] = [];
  tree.fill((row) => asked.push(row));
  assert.deepEqual(asked, []);
  assert.equal(tree.best(), -1);
});

test("a winner that falls is succeeded by the best of the others", () => {
  const tree = new TournamentTree(1025);
  tree.fill((row) => row);
  assert.equal(tree.best(), 1024);
  tree.set(1024, -5);
  assert.equal(tree.best(), 1023);
  tree.set(1023, 1022);
  assert.equal(tree.best(), 1022);
});
