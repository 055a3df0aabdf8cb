// What a card says at a glance: does the heart answer, does the person breathe along, is the signal fit. Still without
// words: shapes, keys of the language files and their values.

import { isPaced } from "./pacer.js";
import { currentStep } from "./state.js";

const SEEN = { yes: "full", no: "open", unknown: "dotted" };
const CONTACT_LOST = new Set(["searching", "connecting", "waiting_for_beats", "lost"]);

// Whether a step with a circle runs, or is paused.
function isBreathing(state) {
  const step = state.phase === "paused" ? state.steps.at(-1) : currentStep(state);
  return isPaced(step);
}

// How the session is: the step that runs, or the state it is in.
export function stateKey(state, isOld) {
  if (isOld) return "state.lost";
  const step = currentStep(state);
  return state.phase === "running" && step ? `step.${step.step}` : `state.${state.phase}`;
}

// Why there is no number, in words that fit where the session is.
function whyNone(state) {
  const answer = state.exhale;
  const isAsked = state.hello.steps.some((step) => step.step === "breathe");
  if (state.phase === "ready") return [`exercise.${state.hello.exercise}.title`, {}];
  if (!isAsked) return ["cards.none.not_asked", {}];
  if (answer?.state === "comparing" || answer?.state === "resting") return ["cards.none.comparing", {}];
  if (!state.steps.some((step) => step.step === "breathe")) return [state.phase === "finished" ? "reason.no_breathing_step" : "cards.none.before", {}];
  if (answer?.state === "measuring" && answer.breaths_until_look) return ["cards.none.measuring", { n: answer.breaths_until_look }];
  return [`reason.${answer?.reason ?? "too_few_breaths"}`, {}];
}

// The answer to the exhale: { shape, fall, low, high, key } or { shape, why }.
export function heartOf(state, isOld) {
  const answer = state.exhale;
  if (isOld) return { shape: "none", why: ["cards.none.lost", {}] };
  if (answer === null || answer.effect_bpm === null || state.phase === "ready") return { shape: "dotted", why: whyNone(state) };
  const isHidden = answer.answer === "yes" && !answer.shown && isBreathing(state);
  const isOver = answer.answer === "yes" && !isBreathing(state);
  const key = isHidden ? `cards.heart.${state.phase === "paused" ? "paused" : "hidden"}` : isOver ? "cards.heart.over" : `cards.heart.${answer.answer}`;
  return { shape: isHidden ? "dotted" : SEEN[answer.answer], fall: answer.effect_bpm, low: answer.low_bpm, high: answer.high_bpm, key };
}

// Whether the person breathes along; after the exercise, what the comparison says instead.
export function alongOf(state, isOld) {
  if (isOld) return { shape: "none", line: ["cards.none.lost", {}] };
  if (isBreathing(state)) {
    const following = state.exhale?.following ?? "unknown";
    return { shape: SEEN[following], line: [`following.${following}`, {}], isNews: following === "no" };
  }
  const { calmer } = state;
  if (!calmer) return { shape: "none", line: ["cards.no_circle", {}] };
  const hasNumber = calmer.effect_bpm !== null && calmer.low_bpm !== null;
  const values = { delta: calmer.effect_bpm, low: calmer.low_bpm, high: calmer.high_bpm };
  return { shape: SEEN[calmer.answer], line: hasNumber ? [`cards.calmer.${calmer.answer}`, values] : ["cards.calmer.untold", {}] };
}

// The signal: how many of three bars, and in words.
export function signalOf(state, isOld) {
  const { quality } = state;
  if (isOld) return { bars: 0, line: ["cards.none.lost", {}], isNews: true };
  if (CONTACT_LOST.has(quality?.strap_state ?? "searching")) return { bars: 0, line: ["cards.signal.searching", {}], isNews: state.phase !== "ready" };
  if (quality.contact === false) return { bars: 0, line: ["cards.signal.no_contact", {}], isNews: true };
  const bars = { good: 3, limited: 2, bad: 1 }[quality.grade];
  return { bars, line: [`cards.signal.${quality.grade}`, {}], isNews: quality.grade === "bad" };
}

// Seconds since the newest beat, or null: also where none will follow.
export function beatAgeS(state, nowMs) {
  const age = state.phase === "finished" ? null : state.quality?.beat_age_s;
  return age == null ? null : age + Math.max(0, nowMs - (state.heardMs ?? nowMs)) / 1000;
}
