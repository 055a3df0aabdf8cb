import assert from "node:assert/strict";
import { test } from "node:test";

import { followedOf } from "../../web/followed.js";
import { alongOf, beatAgeS, heartOf, signalOf, stateKey } from "../../web/glance.js";
import { SEATS, seated } from "../../web/seats.js";
import { sparkPaths } from "../../web/spark.js";

const PACED = { step_seq: 3, step: "breathe", start_s: 120, duration_s: 120, inhale_s: 4, hold_in_s: 0, exhale_s: 6, hold_out_s: 0, breaths: [], ended_s: null };
const HELLO = { exercise: "measured_4_6", steps: [{ step: "baseline" }, { step: "breathe" }] };
const YES = { state: "yes", answer: "yes", shown: true, effect_bpm: 5.6, low_bpm: 3.4, high_bpm: 7.8, following: "yes", reason: null };
const GOOD = { strap_state: "beats", contact: true, grade: "good", usable_percent: 99, beat_age_s: 1 };
const STATE = { hello: HELLO, phase: "running", steps: [PACED], exhale: YES, calmer: null, quality: GOOD, heardMs: 1000 };
const none = (fields) => heartOf({ ...STATE, exhale: { ...YES, effect_bpm: null, answer: "unknown", ...fields } }, false).why;

test("rooms keep their places and new ones take what is free, in order", () => {
  const first = seated([], ["a", "b", "c"]);
  assert.deepEqual(first.seats.slice(0, 4), ["a", "b", "c", null]);
  assert.deepEqual(seated(first.seats, ["d", "a", "c", "e"]).seats.slice(0, 5), ["a", "d", "c", "e", null]);
  const many = seated([], Array.from({ length: 11 }, (_, at) => `r${at}`));
  assert.deepEqual([many.seats.length, many.more], [SEATS, 3]);
});

test("a number stands with the shape of its answer, and what cannot be measured now is not shown as true", () => {
  assert.deepEqual(heartOf(STATE, false), { shape: "full", fall: 5.6, low: 3.4, high: 7.8, key: "cards.heart.yes" });
  assert.equal(heartOf({ ...STATE, exhale: { ...YES, answer: "no" } }, false).shape, "open");
  assert.equal(heartOf({ ...STATE, exhale: { ...YES, shown: false } }, false).key, "cards.heart.hidden");
  assert.equal(heartOf({ ...STATE, phase: "paused", exhale: { ...YES, shown: false } }, false).key, "cards.heart.paused");
  const after = { ...STATE, steps: [{ ...PACED, ended_s: 240 }], exhale: { ...YES, shown: false } };
  assert.deepEqual([heartOf(after, false).shape, heartOf(after, false).key], ["full", "cards.heart.over"]);
  assert.equal(heartOf(STATE, true).fall, undefined);
});

test("where there is no number it is said why", () => {
  assert.deepEqual(none({ reason: "no_contact" }), ["reason.no_contact", {}]);
  assert.deepEqual(none({ state: "measuring", breaths_until_look: 2 }), ["cards.none.measuring", { n: 2 }]);
  assert.deepEqual(none({ state: "comparing" }), ["cards.none.comparing", {}]);
  const baseline = { ...STATE, steps: [{ ...PACED, step: "baseline", inhale_s: null }], exhale: null };
  assert.deepEqual(heartOf(baseline, false).why, ["cards.none.before", {}]);
  assert.deepEqual(heartOf({ ...baseline, phase: "finished" }, false).why, ["reason.no_breathing_step", {}]);
  assert.deepEqual(heartOf({ ...STATE, phase: "ready" }, false).why, ["exercise.measured_4_6.title", {}]);
  assert.deepEqual(heartOf({ ...STATE, exhale: null, hello: { ...HELLO, steps: [{ step: "walk" }] } }, false).why, ["cards.none.not_asked", {}]);
});

test("breathing along is told while there is a circle, and the comparison afterwards", () => {
  assert.equal(alongOf(STATE, false).shape, "full");
  assert.deepEqual(alongOf({ ...STATE, exhale: { ...YES, following: "no" } }, false), { shape: "open", line: ["following.no", {}], isNews: true });
  const after = { ...STATE, steps: [{ ...PACED, ended_s: 240 }] };
  assert.deepEqual(alongOf(after, false).line, ["cards.no_circle", {}]);
  const calmer = { answer: "yes", effect_bpm: -6, low_bpm: -8, high_bpm: -4 };
  assert.deepEqual(alongOf({ ...after, calmer }, false).line, ["cards.calmer.yes", { delta: -6, low: -8, high: -4 }]);
  assert.deepEqual(alongOf({ ...after, calmer: { answer: "unknown", effect_bpm: null, low_bpm: null } }, false).line, ["cards.calmer.untold", {}]);
});

test("the signal is so many bars, and what needs somebody is news", () => {
  const bars = (fields, isOld = false) => signalOf({ ...STATE, quality: { ...GOOD, ...fields } }, isOld);
  assert.deepEqual([bars({}).bars, bars({ grade: "limited" }).bars, bars({ grade: "bad" }).bars, bars({ contact: false }).bars], [3, 2, 1, 0]);
  assert.deepEqual([bars({}).isNews, bars({ grade: "bad" }).isNews, bars({ contact: false }).isNews, bars({}, true).isNews], [false, true, true, true]);
  assert.equal(bars({ strap_state: "searching" }).line[0], "cards.signal.searching");
  assert.equal(signalOf({ ...STATE, phase: "ready", quality: { ...GOOD, strap_state: "searching" } }, false).isNews, false);
  assert.equal(signalOf({ ...STATE, phase: "ready", quality: null }, false).line[0], "cards.signal.searching"); // nobody is measured yet
});

test("small numbers: the state, the age of the newest beat", () => {
  assert.deepEqual([stateKey(STATE, false), stateKey(STATE, true), stateKey({ ...STATE, phase: "paused" }, false)], ["step.breathe", "state.lost", "state.paused"]);
  assert.equal(beatAgeS(STATE, 3500), 3.5);
  assert.equal(beatAgeS({ ...STATE, quality: null }, 3500), null);
});

test("the minute has a band for each exhale, and a gap is no line", () => {
  const beat = (t_s) => ({ seq: t_s, index: 0, t_s, heart_rate_bpm: 70, segment: 0 });
  const beats = [...Array(20).keys()].map((at) => beat(130 + at)).concat([...Array(20).keys()].map((at) => beat(160 + at)));
  const paths = sparkPaths({ beats, labels: {}, steps: [PACED] }, 180);
  assert.equal(paths.exhales.match(/M/g).length, 6);
  assert.equal(paths.line.match(/M/g).length, 2);
  assert.equal(paths.gaps.match(/M/g).length, 2);
  assert.equal(sparkPaths({ beats: [], labels: {}, steps: [] }, 180).gaps, "M0.0 28H300.0");
});

test("breathing along is counted over the breaths that the chest tells of", () => {
  const breaths = ["yes", "no", "unknown", "yes"].map((following) => ({ following }));
  assert.deepEqual(followedOf(breaths), { n: 2, all: 3, unread: 1 });
  assert.equal(followedOf([{ following: "unknown" }]).all, 0);
});
