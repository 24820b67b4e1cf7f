import assert from "node:assert/strict";
import { test } from "node:test";
import { checkKind, nameOf, parseKind, parseReference, parseWanted } from "./kinds.ts";

test("kinds have short names, whatever their case", () => {
  const cases = [
    ["j", "BatchJob"],
    ["Jobs", "BatchJob"],
    ["svc", "ModelService"],
    ["ModelService", "ModelService"],
    ["q", "Queue"],
    ["nodes", "Node"],
    ["replica", "Replica"],
  ] as const;
  for (const [word, kind] of cases) assert.equal(parseKind(word), kind);
  assert.throws(() => parseKind("jbos"), /unknown kind "jbos"\. Did you mean "jobs?"\?/);
});

test("an object is named by one word or by two; a replica's name has a slash itself", () => {
  const replica = { kind: "Replica", name: "chat/3" };
  assert.deepEqual(parseReference(["replica/chat/3"]), replica);
  assert.deepEqual(parseReference(["replica", "chat/3"]), replica);
  for (const words of [["job"], ["job/"], ["job/a", "b"], ["job", "a", "b"], []]) {
    assert.throws(() => parseReference(words), /names no object/);
  }
  assert.equal(nameOf("Replica", "chat/3"), "replica/chat/3");
});

test("get takes kinds, all, or names", () => {
  assert.deepEqual(parseWanted(["jobs,svc,j"]), { kinds: ["BatchJob", "ModelService"] });
  assert.equal(parseWanted(["all"]).kinds.length, 5);
  const names = [
    { kind: "BatchJob", name: "a" },
    { kind: "BatchJob", name: "b" },
  ];
  assert.deepEqual(parseWanted(["j", "a", "b"]), { names, kinds: ["BatchJob"] });
  assert.deepEqual(parseWanted(["job/a", "j/b"]), { names, kinds: ["BatchJob"] });
  assert.throws(() => parseWanted(["jobs,svc", "a"]), /several kinds/);
});

test("a command refuses kinds that are not its own", () => {
  assert.throws(
    () => checkKind({ kind: "Node", name: "a" }, ["BatchJob", "Queue"]),
    /node\/a is no job or queue/,
  );
});
