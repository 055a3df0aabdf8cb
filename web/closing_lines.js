// What is said at the end of a session: keys of the language files and their values.

import { wasOutage } from "./outages.js";
import { fallWords } from "./view.js";

const SIGNAL = new Set(["no_beat_intervals", "no_contact", "poor_signal"]);

function exhaleLine(state) {
  const answer = state.exhale;
  const isPacedExercise = state.hello.steps.some((step) => step.step === "breathe");
  if (!isPacedExercise) return ["closing.exhale.not_asked", {}];
  if (!state.steps.some((step) => step.step === "breathe")) return ["closing.exhale.stopped", {}];
  if (answer?.answer === "yes" && !answer.revoked) return fallWords("closing.exhale.yes", answer.effect_bpm);
  if (answer?.reason === "irregular_beats") return ["card.irregular_beats.sentence", {}];
  if (answer?.reason === "no_beat_intervals") return ["card.no_beat_intervals.sentence", {}];
  if (!answer || SIGNAL.has(answer.reason)) return [wasOutage(state.gaps) ? "closing.exhale.away" : "closing.exhale.signal", {}];
  if (answer.reason === "not_following") return ["closing.exhale.not_following", {}];
  if (answer.reason === "too_few_breaths") return ["closing.exhale.few", {}];
  return ["closing.exhale.unclear", {}];
}

function calmerLine(state) {
  const calmer = state.calmer;
  const fall = calmer?.effect_bpm === null || calmer?.effect_bpm === undefined ? 0 : Math.round(-calmer.effect_bpm);
  if (calmer?.answer === "yes" && fall >= 1) return ["closing.calmer.yes", { n: fall }];
  return ["closing.calmer.unknown", {}];
}

function tensionLine(state) {
  const before = state.ratings["tension.before"];
  const after = state.ratings["tension.after"];
  if (before !== undefined && after !== undefined) return ["closing.tension.both", { before, after }];
  if (before !== undefined) return ["closing.tension.before", { before }];
  if (after !== undefined) return ["closing.tension.after", { after }];
  return ["closing.tension.none", {}];
}

// The end of a session: three lines, no total. After a plan, what its blocks allow to be said, and nothing else.
export function closingLines(state) {
  const said = state.trial?.sentences.map((one) => [one.key, one.values]);
  return [tensionLine(state), ...(said ?? [exhaleLine(state), calmerLine(state)])];
}
