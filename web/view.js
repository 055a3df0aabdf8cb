// From state to what a person is shown, still without words: keys of the language files and their values.

import { isOutage } from "./outages.js";
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

export function fallWords(prefix, bpm) {
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
  if (!/^(baseline|recovery|resting)$/.test(word)) return null;
  const left = secondsLeft(state, sessionS);
  return left === null ? [`card.${word}.sentence_open`, {}] : [`card.${word}.sentence`, { n: left }];
}

const MINUTE_S = 60; // that the signal is judged by
const UNLINKED = new Set(["out_of_range"]);

// Why the signal is poor, where that is not how the strap sits.
function elsewhere(state, sessionS) {
  const { gaps, card, quality } = state;
  const nowS = sessionS ?? quality?.at_s ?? 0;
  const sinceS = Math.min(nowS - MINUTE_S, currentStep(state)?.start_s ?? nowS);
  if (isOutage(gaps, sinceS, nowS)) return card.answer.answer === "yes" ? "card.poor_signal.away_yes" : "card.poor_signal.away";
  if (gaps.some((gap) => gap.end_s === null && UNLINKED.has(gap.reason))) return "strap.lost";
  return isOutage(gaps, sinceS, nowS, UNLINKED) ? "card.poor_signal.back" : null;
}

function sentenceOf(state, word, sessionS) {
  const answer = state.card.answer;
  const cause = word === "poor_signal" && elsewhere(state, sessionS);
  if (cause) return [cause, {}];
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

const TOLD_MS = 8000;

// What a patient gave and came to nothing, for some seconds. What makes no sense just now shows by itself.
export function lostKey({ trouble }, nowMs) {
  const isLost = trouble && nowMs - trouble.heardMs < TOLD_MS && /^not_(done|noted)$/.test(trouble.code);
  return isLost ? `error.${trouble.code}` : null;
}
