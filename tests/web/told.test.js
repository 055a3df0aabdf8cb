import assert from "node:assert/strict";
import { test } from "node:test";
import { changedWith, textsFor, toldIn } from "../../web/told.js";

const marks = (...texts) => texts.map((text) => ({ kind: "context", text }));

test("the newest of what contradicts stands, and other marks say nothing of the day", () => {
  const told = toldIn([...marks("posture sitting", "changed coffee", "posture lying", "unchanged coffee", "changed medicine", "following", "first_time"), { kind: "note", text: "changed nothing" }]);
  assert.deepEqual(told, { posture: "lying", changed: ["medicine"], isFirst: true });
  assert.equal(toldIn(marks("first_time", "not_first_time")).isFirst, false);
});

test("nothing and anything else exclude each other", () => {
  assert.deepEqual(changedWith(["coffee"], "nothing"), ["nothing"]);
  assert.deepEqual(changedWith(["nothing"], "coffee"), ["coffee"]);
  assert.deepEqual(changedWith(["coffee", "medicine"], "coffee"), ["medicine"]);
});

test("what is said makes the one into the other", () => {
  const before = { posture: "sitting", changed: ["coffee"], isFirst: true };
  const now = { posture: "lying", changed: ["medicine"], isFirst: false };
  assert.deepEqual(textsFor(before, now), ["posture lying", "unchanged coffee", "changed medicine", "not_first_time"]);
  assert.deepEqual(toldIn(marks("posture sitting", "changed coffee", "first_time", ...textsFor(before, now))), now);
  assert.deepEqual(textsFor(now, now), []);
});
