// What an edit changed: the numbers that a reader goes by, before and after it.

import { fallsOf } from "./falls.js";

const OF_A_STEP = ["heart_rate_bpm", "rmssd_ms", "sdnn_ms"];

// The numbers and words of a document that are compared: { id: { key, step, pattern, value } }.
function compared(found) {
  const falls = fallsOf(found);
  const rows = falls.map(({ pattern, bpm }) => ({ key: "fall", pattern: falls.length > 1 ? pattern : null, value: bpm }));
  found.exhale_responses.forEach((one) => {
    rows.push({ key: "effect", step: one.step_index, value: one.effect_bpm }, { key: "exhale", step: one.step_index, value: one.answer });
  });
  const calmer = found.calmer_than_before;
  rows.push({ key: "delta", value: calmer?.delta_heart_rate_bpm ?? null }, { key: "calmer", value: calmer?.answer ?? null });
  rows.push({ key: "grade", value: found.quality.grade }, { key: "beats", value: found.quality.beats });
  found.steps.forEach((step, place) => OF_A_STEP.forEach((key) => rows.push({ key, step: place, value: step[key] })));
  return new Map(rows.map((row) => [`${row.key} ${row.step ?? ""} ${row.pattern ?? ""}`, row]));
}

// As it is read: a number to one decimal.
const read = (value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value);

// Rows of { key, step, pattern, from, to }, those alone that read differently.
export function changesBetween(before, after) {
  const old = compared(before);
  const rows = [...compared(after)].map(([id, { key, step, pattern, value }]) => ({ key, step: step ?? null, pattern: pattern ?? null, from: old.get(id)?.value ?? null, to: value }));
  return rows.filter(({ from, to }) => read(from) !== read(to));
}
