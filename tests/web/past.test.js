import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bandWords, calmerWords, exhaleWords, pooledWords, tensionWords } from "../../web/past_words.js";
import { wordsOf } from "../../web/words.js";

const LANGUAGES = ["nl", "en"].map((code) => wordsOf(JSON.parse(readFileSync(new URL(`../../biofeedback/lang/${code}.json`, import.meta.url)))));
const [, en] = LANGUAGES;
const EXHALE = { answer: "yes", reason: null, effect_bpm: 4.24, low_bpm: 2.1, high_bpm: 6.4 };
const CALMER = { answer: "unknown", reason: "inconclusive", delta_heart_rate_bpm: -1.2, low_bpm: -3.6, high_bpm: 1.2 };
const POOLED = { answer: "unknown", delta_heart_rate_bpm: -2.1, low_bpm: -3.4, high_bpm: -0.8, sessions: ["a", "b"], more_sessions: 11, expected_bpm: -3 };
const BAND = { measure: "heart_rate_bpm", sessions: 3, mean: 64.2, low: 61, high: 68.4, minimum_detectable_change: 6.3, minimum_detectable_ratio: null };

test("an answer has its word and its number with the interval, and a reason where the interval is none", () => {
  const { word, number, reason } = exhaleWords(EXHALE);
  assert.deepEqual([en(word), en(...number), reason], ["Yes", "4.2 bpm (95% interval 2.1 to 6.4)", null]);
  assert.equal(calmerWords(CALMER).reason, null);
  assert.equal(en(...calmerWords(CALMER).number), "\u22121.2 bpm (95% interval \u22123.6 to 1.2)");
  const slower = { ...CALMER, delta_heart_rate_bpm: -3.2, low_bpm: -5.6, high_bpm: -0.8 };
  assert.equal(en(calmerWords(slower).reason), "Sitting still may do as much.");
  assert.equal(calmerWords({ ...slower, answer: "yes", reason: null }).reason, null);
  const blind = exhaleWords({ ...EXHALE, answer: "unknown", reason: "no_contact", effect_bpm: null });
  assert.deepEqual([en(blind.word), blind.number, en(blind.reason)], ["Cannot tell", null, "The strap has no contact with the skin."]);
  assert.equal(en(...exhaleWords({ ...EXHALE, low_bpm: null }).number), "4.2 bpm");
  for (const nothing of [exhaleWords(null), calmerWords(null)]) assert.deepEqual(nothing, { word: "answer.unknown", number: null, reason: null });
});

test("tension is told as far as it was", () => {
  const told = (tension_before, tension_after) => en(...tensionWords({ tension_before, tension_after }));
  assert.deepEqual([told(6, 3), told(0, 0), told(6, null), told(null, 3), told(null, null)], ["6 before, 3 after", "0 before, 0 after", "6 before", "3 after", "No number"]);
});

test("sessions together are told in words of their own for each answer, in both languages", () => {
  const answers = [
    [{}, "history.pooled.unknown"],
    [{ more_sessions: 0 }, "history.pooled.enough"],
    [{ answer: "yes", more_sessions: null }, "history.pooled.yes"],
    [{ answer: "no", more_sessions: null }, "history.pooled.no"],
    [{ delta_heart_rate_bpm: null, low_bpm: null, high_bpm: null, sessions: ["a"] }, "history.pooled.one"],
  ];
  for (const [fields, key] of answers) {
    const said = pooledWords({ ...POOLED, ...fields });
    assert.equal(said[0], key);
    for (const t of LANGUAGES) assert.ok(t(...said).length > 20);
  }
  assert.match(en(...pooledWords(POOLED)), /Sitting still by itself gives \u22123\.0 bpm\./);
  assert.match(en(...pooledWords({ ...POOLED, answer: "yes" })), /2\.1 bpm slower .* interval 0\.8 to 3\.4/);
});

test("a band says where a measure lies, and which change cannot be told from the person's own variation", () => {
  const { where, detectable } = bandWords(BAND);
  assert.equal(en(...where), "64 bpm on average, from 61 to 68, in 3 sessions.");
  assert.equal(en(...detectable), "A change smaller than 6.3 bpm cannot be told from this person's own day-to-day variation.");
  const breathing = bandWords({ ...BAND, measure: "respiration_hz", mean: 0.25, low: 0.2, high: 0.3, minimum_detectable_change: 0.05 });
  assert.equal(en(...breathing.where), "15.0 breaths/min on average, from 12.0 to 18.0, in 3 sessions.");
  assert.match(en(...breathing.detectable), /smaller than 3\.0 breaths/);
  const ratio = bandWords({ ...BAND, measure: "rmssd_ms", minimum_detectable_change: null, minimum_detectable_ratio: 1.6 });
  assert.match(en(...ratio.detectable), /Less than 60% higher or 38% lower/);
  const few = bandWords({ ...BAND, minimum_detectable_change: null });
  assert.equal(few.detectable, null); // said once, under all of them
  const once = bandWords({ ...BAND, sessions: 1, minimum_detectable_change: null });
  assert.equal(en(...once.where), "64 bpm, in 1 session.");
  assert.equal(en(...bandWords({ ...BAND, mean: null, minimum_detectable_change: null }).where), "Not measured yet.");
});
