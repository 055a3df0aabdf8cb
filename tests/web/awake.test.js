import assert from "node:assert/strict";
import { test } from "node:test";
import { AwakeClock } from "../../web/awake.js";

function clock() {
  const at = { nowMs: 5000, wallMs: 1_800_000_000_000 };
  return { at, awake: new AwakeClock({ nowMs: () => at.nowMs, wallMs: () => at.wallMs }) };
}

test("it counts on through a sleep that the other clock did not see", () => {
  const { at, awake } = clock();
  at.nowMs += 250;
  at.wallMs += 60_250;
  assert.equal(awake.hasSlept(), true);
  assert.equal(awake.nowMs(), 65_250);
  assert.equal(awake.hasSlept(), false);
});

test("time that passes as usual, a slow drift and a wall clock put back are no sleep", () => {
  const { at, awake } = clock();
  for (const wallMs of [250, 260, -7_200_000, 250]) {
    at.nowMs += 250;
    at.wallMs += wallMs;
    assert.equal(awake.hasSlept(), false);
  }
  assert.equal(awake.nowMs(), 6000);
});
