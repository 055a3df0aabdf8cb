// From state to what a person is shown, still without words: keys of the language files and their values.

import { isOutage, wasOutage } from "./outages.js";
import { isStale } from "./stale.js";
import { currentStep } from "./state.js";

export function screenOf(state) {
  if (!state.hello) return "connecting";
  if (state.phase !== "running") return state.phase;
  const kind = currentStep(state)?.step;
  if (kind === "breathe" || kind === "practice") return "breathe";
  if (kind === "walk" || kind === "move") return "moving";
  return "still";
}

// Whole seconds left of the current step, or null where it has no planned end.
export function secondsLeft(state, sessionS) {
  const step = currentStep(state);
  if (!step || step.duration_s === null || sessionS === null) return null;
  return Math.max(0, Math.ceil(step.start_s + step.duration_s - sessionS));
}

function fallWords(prefix, bpm) {
  if (bpm === null || bpm < 0.5) return [`${prefix}_small`, {}];
  return [prefix, { n: Math.round(bpm) }];
}

const BAR = {
  yes: "full",
  no: "open",
  unknown: "open",
  not_following: "open",
  measuring: "filling",
  comparing: "filling",
  baseline: "filling",
};

function stillWords(state, word, sessionS) {
  if (word !== "baseline" && word !== "recovery" && word !== "resting") return null;
  const left = secondsLeft(state, sessionS);
  return left === null ? [`card.${word}.sentence_open`, {}] : [`card.${word}.sentence`, { n: left }];
}

function sentenceOf(state, word, sessionS) {
  const answer = state.card.answer;
  if (word === "poor_signal" && isOutage(state.gaps, sessionS ?? state.quality?.at_s ?? 0)) return [answer.answer === "yes" ? "card.poor_signal.away_yes" : "card.poor_signal.away", {}];
  if (answer.answer === "yes" && (word === "no_contact" || word === "poor_signal")) return [`card.${word}.sentence_yes`, {}];
  if (word === "yes") return fallWords("card.yes.sentence", answer.effect_bpm);
  if (word === "measuring") {
    const n = answer.breaths_until_look;
    return n === null || n < 1 ? ["card.measuring.sentence_open", {}] : ["card.measuring.sentence", { n }];
  }
  return stillWords(state, word, sessionS) ?? [`card.${word}.sentence`, {}];
}

// The looks are after 3, 6 and 12 breaths: how far the way to the next one is done, 0 to 1.
function measured(answer) {
  const left = answer.breaths_until_look;
  if (left === null) return 0;
  const next = [3, 6, 12].find((look) => look >= answer.breaths_used + left) ?? answer.breaths_used + left;
  return next > 0 ? Math.max(0, 1 - left / next) : 0;
}

// What the answer card says: a word, a sentence and the shape of its bar.
export function cardView(state, nowMs, sessionS) {
  if (isStale(state, nowMs)) return { name: "lost", word: "card.lost.word", sentence: ["card.lost.sentence", {}], bar: "dotted", filled: 0 };
  if (state.phase === "paused" || state.phase === "finished") return named(state.phase);
  if (!state.card) return named("waiting");
  const name = state.card.word;
  const bar = BAR[name] ?? "dotted";
  const filled = name === "yes" ? 1 : name === "measuring" ? measured(state.card.answer) : 0;
  return { name, word: `card.${name}.word`, sentence: sentenceOf(state, name, sessionS), bar, filled };
}

function named(name) {
  return { name, word: `card.${name}.word`, sentence: [`card.${name}.sentence`, {}], bar: "dotted", filled: 0 };
}

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
