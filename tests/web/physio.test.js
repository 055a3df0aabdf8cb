import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING_SINCE, isMeasured, since, warningsOf } from "../../web/warnings.js";

const GOOD = { contact: true, connected: true, usable_percent: 98, battery_percent: 80, heart_rate_bpm: 70, saved: true };
const NO_LIMITS = { low: null, high: null };
const keys = (quality, held, limits = NO_LIMITS, nowMs = 0) => warningsOf(quality, held, limits, nowMs).map(([key]) => key);

test("a good signal warns of nothing", () => {
  assert.deepEqual(keys(GOOD, since(NOTHING_SINCE, GOOD, 0)), []);
  assert.deepEqual(keys(null, NOTHING_SINCE), []);
});

test("no contact warns after five seconds and stops when it is back", () => {
  const off = { ...GOOD, contact: false };
  let held = since(NOTHING_SINCE, off, 1000);
  held = since(held, off, 5900);
  assert.deepEqual(keys(off, held, NO_LIMITS, 5900), []);
  assert.deepEqual(warningsOf(off, held, NO_LIMITS, 6100), [["warning.no_contact", { n: 5 }]]);
  assert.deepEqual(keys(GOOD, since(held, GOOD, 6200), NO_LIMITS, 6200), []);
});

test("who has not begun or is done is not warned of for a strap that is off", () => {
  assert.deepEqual(["connecting", "ready", "running", "paused", "finished"].filter(isMeasured), ["running", "paused"]);
});

test("a contact that the strap does not tell of is no lack of contact", () => {
  const silent = { ...GOOD, contact: null };
  assert.deepEqual(keys(silent, since(NOTHING_SINCE, silent, 0), NO_LIMITS, 60_000), []);
});

test("a low usable part warns after thirty seconds", () => {
  const poor = { ...GOOD, usable_percent: 62.4 };
  const held = since(NOTHING_SINCE, poor, 0);
  assert.deepEqual(keys(poor, held, NO_LIMITS, 29_000), []);
  assert.deepEqual(warningsOf(poor, held, NO_LIMITS, 30_000), [["warning.usable", { n: 62 }]]);
});

test("a sensor that says it is not on the chest is no chest strap", () => {
  const found = [undefined, null, "chest", "wrist", "other"].map((place) => keys({ ...GOOD, strap_place: place }, NOTHING_SINCE, NO_LIMITS));
  assert.deepEqual(found, [[], [], [], ["warning.not_chest"], ["warning.not_chest"]]);
});

test("battery, the clinic's limits and a session that is not saved warn at once", () => {
  const all = { ...GOOD, battery_percent: 9, heart_rate_bpm: 131.2, saved: false };
  assert.deepEqual(keys(all, NOTHING_SINCE, { low: 45, high: 120 }), ["warning.battery", "warning.above", "warning.not_saved"]);
  assert.deepEqual(keys({ ...GOOD, heart_rate_bpm: 41 }, NOTHING_SINCE, { low: 45, high: 120 }), ["warning.below"]);
  assert.deepEqual(keys({ ...GOOD, heart_rate_bpm: null, battery_percent: null }, NOTHING_SINCE, { low: 45, high: 120 }), []);
});
