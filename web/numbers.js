// The physiotherapist's numbers for one session, each with its interval or the reason why there is none.

import { beatAgeS, heartOf } from "./glance.js";
import { isPaced } from "./pacer.js";
import { words } from "./page.js";
import { isStale } from "./stale.js";
import { html } from "./ui.js";

// Words for a reason, or none where the page does not know it.
export function reasonWords(t, reason) {
  return reason && t.has(`reason.${reason}`) ? t(`reason.${reason}`) : null;
}

// Where a number or an answer is from, or nothing where it is from nowhere.
export function sourceWords(t, kind, source) {
  return source && source !== "none" ? t(`${kind}.${source}`) : "";
}

export function Fall({ session }) {
  const t = words.value;
  const state = session.state.value;
  const answer = state.exhale;
  const isOld = isStale(state, session.nowMs.value) && state.phase !== "finished";
  const hasBreathed = state.steps.some((step) => step.step === "breathe");
  const hasNumber = answer !== null && answer.effect_bpm !== null && !isOld;
  return html`<div class="fall">
    <h3>${t("physio.fall")}</h3>
    ${hasNumber
      ? html`<p class="fall-number"><strong>${t("format.one", { x: answer.effect_bpm })}</strong> <span>${t("physio.fall.unit")}</span></p>
          ${answer.low_bpm !== null && html`<p class="soft">${t("physio.fall.interval", { low: answer.low_bpm, high: answer.high_bpm })}</p>`}`
      : html`<p class="fall-none">${isOld ? t("card.lost.word") : t("physio.fall.none")}</p>`}
    ${!isOld && !hasNumber && html`<${StillToCome} state=${state} />`}
    ${!isOld && hasBreathed && html`<${AnswerLine} answer=${answer} />`}
  </div>`;
}

// When a number is to be expected; a reason why there is none stands with the answer.
function StillToCome({ state }) {
  const { why } = heartOf(state, false);
  return why?.[0].startsWith("cards.none.") ? html`<p>${words.value(...why)}</p>` : null;
}

// Whether the person breathes along, as soon as there is a circle.
function Following({ state }) {
  const t = words.value;
  if (!state.steps.some(isPaced)) return html`<span class="soft">${t("cards.no_circle")}</span>`;
  return html`<span class="big">${t(`following.${state.exhale?.following ?? "unknown"}`)}</span> <span class="soft">${sourceWords(t, "following_source", state.exhale?.following_source)}</span>`;
}

function AnswerLine({ answer }) {
  const t = words.value;
  if (!answer) return null;
  const why = answer.answer === "yes" ? null : reasonWords(t, answer.reason);
  return html`<p class="fall-answer"><span class="soft">${t("physio.answer")}</span> <strong>${t(`answer.${answer.answer}`)}</strong></p>
    ${why && html`<p>${why}</p>`}
    ${answer.revoked && html`<p>${t("physio.revoked")}</p>`}
    <p class="soft">${t("physio.fall.breaths", { n: answer.breaths_used })}${answer.time_to_answer_s !== null && html` · ${t("physio.fall.time", { n: Math.round(answer.time_to_answer_s) })}`}</p>`;
}

function Fact({ name, children }) {
  return html`<div class="number"><dt>${name}</dt><dd>${children}</dd></div>`;
}

function Rsa({ trends }) {
  const t = words.value;
  const last = trends.at(-1);
  if (!last) return t("physio.missing");
  const own = trends.filter((trend) => trend.step_seq === last.step_seq);
  const rounded = { low: Math.round(last.low_ms), high: Math.round(last.high_ms) };
  return html`<span class="big">${t("physio.unit.ms", { n: Math.round(last.rsa_ms) })}</span> <span class="soft">${t("physio.rsa.interval", rounded)}</span>
    ${own.length > 1 && html`<span class="soft">${t(`physio.rsa.trend.${last.change}`, { n: own.length, first: Math.round(own[0].rsa_ms), last: Math.round(last.rsa_ms) })}</span>`}`;
}

function Calmer({ calmer }) {
  const t = words.value;
  if (!calmer) return html`<span class="soft">${t("physio.calmer.pending")}</span>`;
  const why = calmer.answer === "yes" ? null : reasonWords(t, calmer.reason);
  const hasNumber = calmer.effect_bpm !== null && calmer.low_bpm !== null;
  return html`<span class="big">${t(`answer.${calmer.answer}`)}</span>
    ${hasNumber && html` <span class="soft">${t("physio.calmer.value", { delta: calmer.effect_bpm, low: calmer.low_bpm, high: calmer.high_bpm })}</span>`}
    ${calmer.expected_low_bpm != null && html` <span class="soft">${t("physio.calmer.sitting", { low: calmer.expected_low_bpm, high: calmer.expected_high_bpm })}</span>`}
    ${why && html` <span class="soft">${why}</span>`}`;
}

export function Numbers({ session }) {
  const t = words.value;
  const state = session.state.value;
  const { quality } = state;
  const missing = t("physio.missing");
  const whole = (value, key) => (value === null || value === undefined ? missing : t(key, { n: Math.round(value) }));
  const age = beatAgeS(state, session.nowMs.value);
  return html`<dl class="numbers">
    <${Fact} name=${t("physio.rsa")}><${Rsa} trends=${state.trends} /><//>
    <${Fact} name=${t("physio.calmer")}><${Calmer} calmer=${state.calmer} /><//>
    <${Fact} name=${t("physio.following")}><${Following} state=${state} /><//>
    ${state.breathing && html`<${Fact} name=${t("physio.breathing")}><span class="big">${state.breathing.per_min === null ? missing : t("physio.breathing.rate", { x: state.breathing.per_min })}</span> <span class="soft">${t("respiration_source.measured")}</span><//>`}
    <${Fact} name=${t("physio.heart_rate")}><span class="big">${whole(quality?.heart_rate_bpm, "physio.unit.bpm")}</span><//>
    <${Fact} name=${t("physio.usable")}><span class="big">${whole(quality?.usable_percent, "patient.percent")}</span> <span class="soft">${quality ? t(`grade.${quality.grade}`) : ""}</span><//>
    <${Fact} name=${t("physio.newest")}><span class="big">${age === null ? missing : t("physio.newest.ago", { n: age })}</span><//>
    <${Fact} name=${t("physio.battery")}><span class="big">${whole(quality?.battery_percent, "patient.percent")}</span><//>
    <${Fact} name=${t("physio.strap")}>${quality?.strap_model ?? missing}${quality?.strap_place && html` <span class="soft">${t("physio.strap.place", { place: t(`sensor.${quality.strap_place}`) })}</span>`}${quality?.beat_source && html` <span class="soft">${t(`beat_source.${quality.beat_source}`)}</span>`}<//>
  </dl>`;
}
