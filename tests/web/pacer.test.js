import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { SessionClock } from "../../web/clock.js";
import { breath, exhalesBetween, isPaced, pacerAt } from "../../web/pacer.js";

const pacers = JSON.parse(readFileSync(new URL("./fixtures/pacing.json", import.meta.url)));
const fourSix = { ...pacers[0].step, duration_s: 120, ended_s: null };

test("the pacer gives the breaths that Python gives", () => {
  for (const { name, step, breaths } of pacers) {
    for (const expected of breaths) {
      const found = breath(step, expected.index);
      for (const key of Object.keys(expected)) assert.ok(Math.abs(found[key] - expected[key]) < 1e-9, `${name} ${expected.index} ${key}`);
    }
  }
});

test("a time falls in the breath and the phase that Python's breaths say", () => {
  for (const { name, step, breaths } of pacers) {
    for (const one of breaths) {
      const inhale = pacerAt(step, one.inhale_start_s + 0.01);
      assert.deepEqual([inhale.breath.index, inhale.phase], [one.index, "inhale"], name);
      assert.deepEqual([pacerAt(step, one.exhale_start_s + 0.01).breath.index, pacerAt(step, one.exhale_start_s + 0.01).phase], [one.index, "exhale"], name);
      const end = pacerAt(step, one.end_s - 0.01);
      assert.deepEqual([end.breath.index, end.phase], [one.index, one.end_s > one.exhale_end_s ? "hold_out" : "exhale"], name);
    }
  }
});

test("the disc is small at the start of the inhale, half way in its middle and full at its end", () => {
  assert.equal(pacerAt(fourSix, 120).size, 0);
  assert.ok(Math.abs(pacerAt(fourSix, 122).size - 0.5) < 1e-12);
  assert.equal(pacerAt(fourSix, 124).size, 1);
  assert.ok(Math.abs(pacerAt(fourSix, 127).size - 0.5) < 1e-12);
  assert.equal(pacerAt(pacers[1].step, 12.5 + 4.5).size, 1);
  assert.equal(pacerAt(pacers[1].step, 12.5 + 12).size, 0);
});

test("the countdown says 4 3 2 1 and 6 5 4 3 2 1", () => {
  const counts = Array.from({ length: 10 }, (_, second) => pacerAt(fourSix, 130 + second).countdown);
  assert.deepEqual(counts, [4, 3, 2, 1, 6, 5, 4, 3, 2, 1]);
});

test("before its start the pacer stands at the beginning", () => {
  assert.deepEqual([pacerAt(fourSix, 0).breath.index, pacerAt(fourSix, 0).size], [0, 0]);
});

test("only a step with an inhale is paced", () => {
  assert.ok(isPaced(fourSix));
  assert.ok(!isPaced({ ...fourSix, inhale_s: null }));
  assert.ok(!isPaced(null));
});

test("exhales are shaded within the step and within the picture", () => {
  assert.deepEqual(exhalesBetween(fourSix, 100, 140), [[124, 130], [134, 140]]);
  assert.deepEqual(exhalesBetween({ ...fourSix, ended_s: 136 }, 126, 200), [[124, 130], [134, 136]]);
  assert.deepEqual(exhalesBetween(fourSix, 0, 100), []);
  assert.deepEqual(exhalesBetween({ ...fourSix, inhale_s: null }, 0, 500), []);
});

test("the session's clock follows the least delayed reading", () => {
  const clock = new SessionClock();
  assert.equal(clock.nowS(0), null);
  clock.read(100, 1, 10_000);
  clock.read(104.8, 1, 15_000); // arrived .2 s late
  assert.equal(clock.nowS(20_000), 110);
  clock.read(110.1, 1, 20_000); // less delayed than the first
  assert.ok(Math.abs(clock.nowS(21_000) - 111.1) < 1e-9);
});

test("what had waited for a page that slept does not put its clock back", () => {
  const clock = new SessionClock();
  for (const sessionS of [0, 5, 10]) clock.read(sessionS, 1, 50_000 + sessionS * 1000);
  for (const sessionS of [15, 20, 25, 30]) {
    clock.read(sessionS, 1, 84_000);
    assert.equal(clock.nowS(84_000), 34);
  }
  clock.read(35, 1, 85_000);
  assert.equal(clock.nowS(86_000), 36);
});

test("a clock that jumped is believed once two readings agree, and a session can run faster", () => {
  const clock = new SessionClock();
  clock.read(100, 1, 10_000);
  clock.read(60, 1, 20_000); // a hello
  clock.read(60, 1, 20_001); // and its snapshot
  assert.ok(Math.abs(clock.nowS(20_000) - 60) < 0.01);
  clock.read(200, 1, 30_000); // nothing can be early
  assert.equal(clock.nowS(30_000), 200);
  clock.read(60, 20, 20_000);
  assert.equal(clock.nowS(21_000), 80);
});
