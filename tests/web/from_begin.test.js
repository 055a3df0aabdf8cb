// What the review shows is on the clock of the exercise, whose room may have been open for hours before.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBegin } from "../../web/from_begin.js";

const found = () => ({
  beats: { ids: [[1, 0], [2, 0], [3, 0], [4, 0]], t_s: [100, 4795, 4801, 4900], rr_ms: [900, 901, 902, 903] },
  marks: [{ kind: "note", t_s: 4850 }],
  ratings: [{ scale: "tension", t_s: 4000 }],
  document: {
    recording: { sha256: "ab" },
    steps: [{ step: "baseline", start_s: 4800, end_s: 4860 }, { step: "breathe", start_s: 4860, end_s: 4980 }],
    breaths: [{ inhale_start_s: 4860, exhale_start_s: 4864, end_s: 4870 }],
    quality: { grade: "good", gaps: [[50, 60], [4000, 4795], [4880, 4890], [4970, null]] },
  },
});

test("times count from the first step, and little of the waiting before it is shown", () => {
  const { beats, begin_s, document, marks, ratings } = fromBegin(found());
  assert.equal(begin_s, 4800);
  assert.deepEqual(beats, { ids: [[2, 0], [3, 0], [4, 0]], t_s: [-5, 1, 100], rr_ms: [901, 902, 903] });
  assert.deepEqual(document.steps.map((one) => [one.start_s, one.end_s]), [[0, 60], [60, 180]]);
  assert.deepEqual(document.breaths, [{ inhale_start_s: 60, exhale_start_s: 64, end_s: 70 }]);
  assert.deepEqual(document.quality, { grade: "good", gaps: [[-10, -5], [80, 90], [170, null]] });
  assert.deepEqual([marks[0].t_s, ratings[0].t_s], [50, -800]);
  assert.equal(document.recording.sha256, "ab");
});

test("a session without steps stands on its own clock", () => {
  const plain = found();
  plain.document.steps = [];
  assert.deepEqual(fromBegin(plain).beats, plain.beats);
});

test("a session whose beats all came before it has none to show", () => {
  const late = found();
  late.beats = { ids: [[1, 0]], t_s: [100], rr_ms: [900] };
  assert.deepEqual(fromBegin(late).beats, { ids: [], t_s: [], rr_ms: [] });
});
