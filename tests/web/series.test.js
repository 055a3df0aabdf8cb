import assert from "node:assert/strict";
import { test } from "node:test";

import { barsOf } from "../../web/bars.js";
import { columnsOf } from "../../web/columns.js";
import { rangeOf, runsOf } from "../../web/series.js";
import { drawnUntilS } from "../../web/spark.js";
import { partsOf, reachOf } from "../../web/wave.js";

const beat = (t_s, heart_rate_bpm = 70, segment = 0) => ({ seq: Math.round(t_s * 10), index: 0, t_s, heart_rate_bpm, rr_ms: 60_000 / heart_rate_bpm, segment });
const breath = (index, exhale_fall_bpm, usable = true) => ({ step_seq: 13, index, exhale_fall_bpm, exhale_rise_ms: null, usable });

test("the picture of the heart rate spans at least 16 beats per minute", () => {
  assert.deepEqual(rangeOf([69, 71]), [62, 78]);
  const [low, high] = rangeOf([50, 90]);
  assert.deepEqual([low, high].map(Math.round), [48, 92]);
});

test("a line is drawn a little late, and stands still where nothing more comes", () => {
  const state = { beats: [beat(1), beat(9)], phase: "running" };
  assert.equal(drawnUntilS(state, 90), 88);
  assert.equal(drawnUntilS(state, null), -2);
  assert.equal(drawnUntilS({ ...state, phase: "finished" }, 90), 9);
  assert.equal(drawnUntilS({ beats: [], phase: "finished" }, 90), 88);
});

test("the line is broken at gaps, new segments and beats that were set apart", () => {
  const beats = [beat(1), beat(2), beat(6), beat(7, 70, 1), beat(8, 70, 1), beat(9, 140, 1), beat(10, 70, 1)];
  assert.deepEqual(runsOf(beats, {}).map((run) => run.length), [2, 1, 4]);
  assert.deepEqual(runsOf(beats, { "90.0": "extra", "80.0": "normal" }).map((run) => run.length), [2, 1, 2, 1]);
});

test("the chart has a hole at each break and keeps beats that were set apart as points", () => {
  const [times, line, apart] = columnsOf([beat(1), beat(2), beat(6), beat(7, 140)], { "70.0": "extra" });
  assert.deepEqual(times.map((time) => Math.round(time)), [1, 2, 6, 6, 7]);
  assert.deepEqual(line, [70, 70, null, 70, null]);
  assert.deepEqual(apart, [null, null, null, null, 140]);
});

test("bars go up for a fall of heart rate and down for a rise; a breath without a number has none", () => {
  const [fall, rise, none] = barsOf([breath(0, 6), breath(1, -3), breath(2, null, false)], 84);
  assert.ok(fall.top < fall.zero && fall.top >= 0);
  assert.equal(rise.top, rise.zero);
  assert.ok(rise.size < fall.size);
  assert.equal(none.size, null);
  assert.equal(barsOf([breath(0, 1)], 84)[0].zero, 80);
  assert.equal(barsOf(Array.from({ length: 20 }, (_, index) => breath(index, 2)), 84).length, 12);
});

test("the chest's wave is broken where nothing was read, and keeps to its window", () => {
  const points = [[1, 5], [1.4, 6], [3.2, 7], [3.6, 8], [9, 1]];
  assert.deepEqual(partsOf(points, 1.2, 5).map((part) => part.map(([time]) => time)), [[1.4], [3.2, 3.6]]);
  assert.deepEqual(partsOf([], 0, 60), []);
});

test("the chest's wave fills its picture, but noise is not blown up", () => {
  assert.equal(reachOf([[1, -12], [2, 7]]), 12);
  assert.equal(reachOf([[1, 0.4]]), 3);
  assert.equal(reachOf([]), 3);
});
