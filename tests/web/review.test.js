import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { beatAt, beatsOf, nearest, pairsOf, placeIn, runsOf } from "../../web/beat_list.js";
import { changesBetween } from "../../web/changes.js";
import { chosenBy, ends } from "../../web/choice.js";
import { fallOf, fallsOf, median } from "../../web/falls.js";
import { areaBetween, frameOf, lineThrough, rangeOf, SHAPE_OF, shapeAt, shapesAt, thinned } from "../../web/frame.js";
import { differenceOf, MEASURES, measureWords } from "../../web/measures.js";
import { Pointing } from "../../web/pointing.js";
import { Reviewed, TOO_MANY } from "../../web/reviewed.js";
import { clockText, niceTicks, timeTicks } from "../../web/ticks.js";
import { wordsOf } from "../../web/words.js";
import { showing, spanOf, within, zoomed } from "../../web/zoom.js";

const COLUMNS = {
  ids: [[4, 0], [4, 1], [5, 0], [6, 0], [7, 0]],
  t_s: [1, 2, 3, 4, 9],
  rr_ms: [1000, 1010, 400, 1020, 1030],
  nn_ms: [1000, 1010, null, 1020, 1030],
  artifact: ["normal", "normal", "extra", "normal", "normal"],
  edit: [null, null, "exclude", null, null],
  segment: [0, 0, 0, 0, 1],
};

test("columns become beats, whose intervals have a middle", () => {
  const beats = beatsOf(COLUMNS);
  assert.deepEqual(beats[2], { id: [5, 0], place: 2, t_s: 3, middle_s: 2.8, rr_ms: 400, nn_ms: null, artifact: "extra", edit: "exclude", segment: 0 });
});

test("a line is broken by what is left out and by another segment", () => {
  const beats = beatsOf(COLUMNS);
  assert.deepEqual(runsOf(beats, (beat) => beat.nn_ms), [[[1, 1000], [2, 1010]], [[4, 1020]], [[9, 1030]]]);
  assert.deepEqual(runsOf(beats, (beat) => beat.rr_ms).map((run) => run.length), [4, 1]);
});

test("an interval is paired with the next alone, never over a beat left out or a gap", () => {
  assert.deepEqual(pairsOf(beatsOf(COLUMNS)), [[1000, 1010, 1]]);
  assert.deepEqual(pairsOf([]), []);
});

test("the nearest beat to a time", () => {
  const beats = beatsOf(COLUMNS);
  assert.deepEqual([-5, 2.4, 6.4, 99].map((t_s) => nearest(beats, t_s)), [0, 1, 3, 4]);
  assert.equal(nearest([], 1), -1);
});

test("a pointer takes the beat that is drawn under it, and else the nearest in time", () => {
  const beats = beatsOf(COLUMNS);
  const frame = frameOf(100, 100, [0, 0, 0, 0], [0, 10], [0, 1000]); // beats 10 px from each other, one 60 px below
  const at = (x, y) => beatAt(beats, frame, (beat) => frame.y(beat.rr_ms), x, y);
  assert.deepEqual([at(22, 2), at(22, 58), at(2, 50), at(72, 90)], [1, 2, 0, 4]);
  assert.equal(beatAt([], frame, () => 0, 1, 1), -1);
});

function pointed(...events) {
  const told = [];
  const pointing = new Pointing((...one) => told.push(one));
  for (const [kind, x, y, rest] of events) pointing[kind]({ clientX: x, clientY: y, buttons: 1, shiftKey: false, pointerType: "touch", ...rest });
  return told;
}

test("a finger chooses where it is lifted, and a stretch where it moves sideways", () => {
  assert.deepEqual(pointed(["down", 50, 10], ["move", 54, 12], ["up", 54, 12]), [[50, 10, false]]);
  assert.deepEqual(pointed(["down", 50, 10], ["move", 60, 12], ["move", 62, 12], ["up", 62, 12]), [[50, 10, false], [60, 12, true], [62, 12, true]]);
});

test("a finger that scrolls the page chooses nothing", () => {
  assert.deepEqual(pointed(["down", 50, 10], ["move", 52, 40], ["cancel"], ["up"]), []);
});

test("a mouse chooses where it is pressed, extends with Shift, and does nothing by hovering", () => {
  const mouse = { pointerType: "mouse" };
  assert.deepEqual(pointed(["move", 9, 9, { ...mouse, buttons: 0 }], ["down", 50, 10, mouse], ["move", 51, 12, mouse], ["up"]), [[50, 10, false], [51, 12, true]]);
  assert.deepEqual(pointed(["down", 50, 10, { ...mouse, shiftKey: true }]), [[50, 10, true]]);
});

test("a time lies in a step and a breath, or in none", () => {
  const found = { steps: [{ start_s: 0, end_s: 10 }], breaths: [{ inhale_start_s: 2, end_s: 8 }] };
  assert.deepEqual(placeIn(found, 2), { step: found.steps[0], breath: found.breaths[0] });
  assert.deepEqual(placeIn(found, 10), { step: null, breath: null });
});

const breath = (exhale_fall_bpm, usable = true) => ({ exhale_fall_bpm, usable });

test("the median fall of twelve breaths lies between the third and the tenth of them", () => {
  const fall = fallOf([12, 3, 7, 1, 9, 5, 11, 2, 8, 4, 10, 6].map((bpm) => breath(bpm)).concat(breath(99, false), breath(null)));
  assert.deepEqual(fall, { bpm: 6.5, low: 3, high: 10, breaths: 12, all: 14 });
});

test("six breaths are the fewest with an interval, and none have no median", () => {
  assert.deepEqual(fallOf([1, 2, 3, 4, 5, 6].map((bpm) => breath(bpm))), { bpm: 3.5, low: 1, high: 6, breaths: 6, all: 6 });
  assert.deepEqual(fallOf([1, 2, 4, 3, 5].map((bpm) => breath(bpm))), { bpm: 3, low: null, high: null, breaths: 5, all: 5 });
  assert.deepEqual(fallOf([]), { bpm: null, low: null, high: null, breaths: 0, all: 0 });
  assert.equal(median([4]), 4);
});

test("patterns are never pooled into one median", () => {
  const steps = [{ pattern: "6-4" }, { pattern: "4-6" }, { pattern: "6-4" }];
  const breaths = [2, 8, 9, 4].map((bpm, at) => ({ ...breath(bpm), step_index: [0, 1, 1, 2][at] }));
  assert.deepEqual(fallsOf({ breaths, steps }).map(({ pattern, bpm, breaths: n }) => [pattern, bpm, n]), [["6-4", 3, 2], ["4-6", 8.5, 2]]);
  assert.deepEqual(fallsOf({ breaths: [breath(5)], steps: [] }).map(({ pattern, bpm }) => [pattern, bpm]), [[null, 5]]);
  assert.deepEqual(fallsOf({ breaths: [], steps }), [{ pattern: null, bpm: null, low: null, high: null, breaths: 0, all: 0 }]);
  const before = { ...DOCUMENT, steps: [...DOCUMENT.steps, ...steps.map((one) => ({ ...DOCUMENT.steps[0], ...one }))], breaths: breaths.map((one) => ({ ...one, step_index: one.step_index + 2 })) };
  const after = { ...before, breaths: before.breaths.map((one) => (one.exhale_fall_bpm === 9 ? { ...one, usable: false } : one)) };
  assert.deepEqual(changesBetween(before, after).map(({ key, pattern, from, to }) => [key, pattern, from, to]), [["fall", "4-6", 8.5, 8]]);
});

test("a median of a hundred breaths has the interval of the book", () => {
  const { low, high } = fallOf(Array.from({ length: 100 }, (_, index) => breath(index + 1)));
  assert.deepEqual([low, high], [40, 61]); // ranks 40 and 61: Conover 1999, table A3, n = 100, p = .5
});

const DOCUMENT = {
  breaths: [breath(6.1), breath(6.1)],
  exhale_responses: [{ step_index: 1, effect_bpm: 5.61, answer: "yes" }],
  calmer_than_before: { delta_heart_rate_bpm: -2, answer: "unknown" },
  quality: { grade: "good", beats: 404 },
  steps: [{ heart_rate_bpm: 65.24, rmssd_ms: 40, sdnn_ms: 50 }, { heart_rate_bpm: 66, rmssd_ms: null, sdnn_ms: 50 }],
};

test("what reads the same is not told as a change", () => {
  assert.deepEqual(changesBetween(DOCUMENT, DOCUMENT), []);
  const little = { ...DOCUMENT, steps: [{ ...DOCUMENT.steps[0], heart_rate_bpm: 65.21 }, DOCUMENT.steps[1]] };
  assert.deepEqual(changesBetween(DOCUMENT, little), []);
});

test("what changed is told with its step", () => {
  const after = {
    ...DOCUMENT,
    breaths: [breath(5.9), breath(5.9, false)],
    exhale_responses: [{ step_index: 1, effect_bpm: 5.2, answer: "unknown" }],
    calmer_than_before: null,
    steps: [DOCUMENT.steps[0], { ...DOCUMENT.steps[1], rmssd_ms: 31 }],
  };
  assert.deepEqual(changesBetween(DOCUMENT, after).map(({ key, step, from, to }) => [key, step, from, to]), [
    ["fall", null, 6.1, 5.9],
    ["effect", 1, 5.61, 5.2],
    ["exhale", 1, "yes", "unknown"],
    ["delta", null, -2, null],
    ["calmer", null, "unknown", null],
    ["rmssd_ms", 1, null, 31],
  ]);
});

test("round numbers stand along an axis", () => {
  assert.deepEqual(niceTicks([612, 1030], 5), [700, 800, 900, 1000]);
  assert.deepEqual(niceTicks([0, 0.4], 8), [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]);
  assert.deepEqual(niceTicks([5, 5], 4), []);
  assert.deepEqual(timeTicks([118, 249], 8), [120, 150, 180, 210, 240].filter((one) => one >= 118));
  assert.deepEqual(timeTicks([0, 86_400], 8).slice(0, 2), [0, 7200]);
  assert.deepEqual([clockText(125.44), clockText(125.44, 1), clockText(59.96, 1), clockText(-3.2, 1), clockText(3600)], ["2:05", "2:05.4", "1:00.0", "\u22120:03.2", "60:00"]);
});

test("a picture zooms about a time and stays within the session", () => {
  assert.deepEqual(zoomed([100, 200], 0.5, 150, [0, 400]), [125, 175]);
  assert.deepEqual(zoomed([100, 200], 0.5, 100, [0, 400]), [100, 150]);
  assert.deepEqual(zoomed([0, 100], 2, 0, [0, 400]), [0, 200]);
  assert.deepEqual(zoomed([300, 400], 2, 400, [0, 400]), [200, 400]);
  assert.deepEqual(zoomed([0, 400], 2, 10, [0, 400]), [0, 400]);
  assert.deepEqual(zoomed([10, 16], 0.5, 12, [0, 400]).map((one) => Math.round(one * 10) / 10), [10.3, 15.3]);
});

test("a picture follows the beat that is looked at", () => {
  assert.deepEqual(showing([100, 200], 150, [0, 400]), [100, 200]);
  assert.deepEqual(showing([100, 200], 195, [0, 400]), [105, 205]);
  assert.deepEqual(showing([100, 200], 100, [0, 400]), [90, 190]);
  assert.deepEqual(showing([100, 200], 399, [0, 400]), [300, 400]);
  assert.deepEqual(within([-10, 20], [0, 400]), [0, 30]);
});

test("a session reaches from its first beat or step to its last", () => {
  const found = { beats: { t_s: [3, 4, 9] }, document: { steps: [{ start_s: 1, end_s: 8 }] } };
  assert.deepEqual(spanOf(found), [1, 9]);
  assert.deepEqual(spanOf({ beats: { t_s: [] }, document: { steps: [] } }), [0, 1]);
  assert.deepEqual(spanOf(null), [0, 1]);
});

test("keys choose a beat or a stretch, and others are left alone", () => {
  const one = { at: 5, from: 5 };
  assert.deepEqual(chosenBy("ArrowRight", false, one, 20), { at: 6, from: 6 });
  assert.deepEqual(chosenBy("PageDown", true, one, 20), { at: 15, from: 5 });
  assert.deepEqual(chosenBy("ArrowLeft", false, { at: 15, from: 5 }, 20), { at: 14, from: 14 });
  assert.deepEqual(chosenBy("Home", true, one, 20), { at: 0, from: 5 });
  assert.deepEqual(chosenBy("End", false, one, 20), { at: 19, from: 19 });
  assert.equal(chosenBy("x", false, one, 20), null);
  assert.equal(chosenBy("ArrowRight", false, one, 0), null);
  assert.deepEqual([ends(one), ends({ at: 2, from: 9 })], [[5, 5], [2, 9]]);
});

test("a value lies where its place tells of it", () => {
  const frame = frameOf(200, 100, [10, 20, 30, 40], [0, 14], [500, 600]);
  assert.deepEqual([frame.x(0), frame.x(14), frame.y(500), frame.y(600)], [40, 180, 70, 10]);
  assert.equal(frame.valueAt(frame.x(7)), 7);
  assert.equal(lineThrough(frame, [[0, 500], [14, 600]]), "M40 70L180 10");
  assert.equal(areaBetween(frame, [[0, 500], [14, 500]], [[0, 600], [14, 600]]), "M40 10L180 10L180 70L40 70Z");
  assert.equal(areaBetween(frame, [], []), "");
});

test("of more points than there are pixels, those are drawn that can be seen", () => {
  const frame = frameOf(10, 100, [0, 0, 0, 0], [0, 1000], [0, 9]);
  const points = Array.from({ length: 1000 }, (_, at) => [at, (at * 7) % 10]);
  const shown = thinned(frame, points);
  assert.deepEqual(shown.slice(0, 4), [[0, 0], [7, 9], [99, 3], [100, 0]]);
  assert.deepEqual([shown.at(-1), shown.length < 45], [points.at(-1), true]);
  assert.equal(thinned(frame, points.slice(0, 39)).length, 39);
  assert.equal(shapesAt("square", [[1.2, 3], [1.4, 3.3], [9, 9]], 2), shapeAt("square", 1, 3, 2) + shapeAt("square", 9, 9, 2));
});

test("every kind of beat that is not normal has a shape of its own", () => {
  const paths = Object.values(SHAPE_OF).map((shape) => shapeAt(shape, 1.04, 2, 5));
  assert.equal(new Set(paths).size, 6);
  assert.ok(paths.every((path) => path.startsWith("M1 2m")));
});

test("noise is not blown up to look like something", () => {
  assert.deepEqual(rangeOf([800, 810], 200), [705, 905]);
  assert.deepEqual(rangeOf([500, 1500], 200), [450, 1550]);
  assert.deepEqual(rangeOf([], 200), [0, 200]);
});

test("a measure is read in its own digits, and what is missing is no zero", () => {
  const t = wordsOf(JSON.parse(readFileSync(new URL("../../biofeedback/lang/en.json", import.meta.url))));
  assert.deepEqual([measureWords(t, 0.14581, 3), measureWords(t, 0, 1), measureWords(t, null, 1), measureWords(t, undefined, 0)], ["0.146", "0.0", "–", "–"]);
  assert.deepEqual([differenceOf(3, 5), differenceOf(null, 5), differenceOf(3, undefined), differenceOf("rr", 1)], [2, null, null, null]);
  for (const { name, decimals } of MEASURES) assert.ok(t.has(`report.column.${name}`) && t.has(`report.number.${decimals}`), name);
});

test("more beats than one edit takes are said to be too many, and nothing is asked of the server", async () => {
  const reviewed = new Reviewed("01S1");
  const count = 20_001;
  const beats = (value) => Array.from({ length: count }, (_, place) => value(place));
  reviewed.found.value = { edits: [], beats: { ids: beats((place) => [place, 0]), t_s: beats((place) => place + 1), rr_ms: beats(() => 1000), nn_ms: beats(() => 1000), artifact: beats(() => "normal"), edit: beats(() => null), segment: beats(() => 0) } };
  reviewed.chosen.value = { from: 0, at: count - 1 };
  await reviewed.edit("exclude");
  assert.deepEqual([reviewed.trouble.value, reviewed.busy.value], [{ code: TOO_MANY, n: count }, false]);
});
