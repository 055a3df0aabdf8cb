// What a reader wants to know first: which session, how good it is, and what the heart did in the exhale.

import { fallsOf } from "./falls.js";
import { words } from "./page.js";
import { part } from "./part.js";
import { clockText } from "./ticks.js";
import { html } from "./ui.js";

const noFall = part(() => import("./review_missing.js").then(({ noFallWords }) => noFallWords)); // where there is none
const reasonsOf = (t, reasons) => reasons.map((one) => (t.has(`reason.${one}`) ? t(`reason.${one}`) : one)).join(" ");
const percent = (t, fraction) => (fraction === null ? t("report.absent") : t("report.percent", { x: fraction * 100 }));

// When the exercise began, or the recording of which nothing is known but that.
export function dayOf(t, { document: { recording } }) {
  return t("review.when", { at: recording.begun_utc ?? recording.started_utc });
}

function Fact({ name, children }) {
  return html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;
}

export function Facts({ found }) {
  const t = words.value;
  const { quality, recording, steps, methods } = found.document;
  const lost = quality.gaps.reduce((sum, [from, to]) => sum + ((to ?? from) - from), 0);
  const last = Math.max(0, ...steps.map((step) => step.end_s), ...found.beats.t_s.slice(-1));
  const edits = found.edits.filter((one) => !one.undone && one.kind !== "undo").length;
  return html`<dl class="facts">
    <${Fact} name=${t("report.grade")}><strong>${t(`grade.${quality.grade}`)}</strong> <span class="soft">${reasonsOf(t, quality.reasons)}</span><//>
    <${Fact} name=${t("review.coverage")}><strong>${percent(t, quality.coverage_fraction)}</strong><//>
    <${Fact} name=${t("report.corrected")}><strong>${percent(t, quality.corrected_fraction)}</strong> <span class="soft">${t("review.of_beats", { n: found.beats.t_s.length })}</span><//>
    <${Fact} name=${t("report.gaps")}><strong>${quality.gaps.length}</strong> ${quality.gaps.length > 0 && html`<span class="soft">${t("report.seconds", { x: lost })}</span>`}<//>
    <${Fact} name=${t("review.edits")}><strong>${edits}</strong><//>
    <${Fact} name=${t("report.length")}><strong>${t("review.minutes", { time: clockText(last) })}</strong><//>
    <${Fact} name=${t("report.fact.software")}>${recording.software ?? t("report.absent")}<//>
    <${Fact} name=${t("report.fact.analysed")}>${t("review.version", { software: String(methods.software), pipeline: String(methods.pipeline) })}<//>
    <${Fact} name=${t("report.fact.sha256")}><code class="hash">${recording.sha256}</code><//>
  </dl>
  ${quality.sensor_places.filter((one) => one !== "chest").map((one) => html`<p class="panel">${t("sensor.not_chest", { place: t(`sensor.${one}`) })}</p>`)}
  ${recording.warnings.length > 0 && html`<section class="panel warnings"><h2>${t("report.warnings")}</h2>${recording.warnings.map((one) => html`<p lang="en">${one}</p>`)}</section>`}`;
}

// One pattern: its name only where there are others.
function OneFall({ found, fall, isAlone }) {
  const t = words.value;
  return html`<div class="one-fall">
    ${!isAlone && fall.pattern && html`<h3>${t("review.pattern", { pattern: fall.pattern })}</h3>`}
    ${fall.bpm === null
      ? html`<p class="fall-none">${noFall()?.(t, found, fall.pattern)}</p>`
      : html`<p class="fall-number"><strong>${t("format.one", { x: fall.bpm })}</strong> <span>${t("physio.fall.unit")}</span></p>
          <p>${fall.low === null ? t("review.fall.no_interval") : t("physio.fall.interval", { low: fall.low, high: fall.high })}</p>`}
    <p class="soft">${t("review.fall.breaths", { n: fall.breaths, all: fall.all })}</p>
  </div>`;
}

function Fall({ found }) {
  const t = words.value;
  const falls = fallsOf(found.document);
  return html`<section class="panel fall">
    <h2>${t("review.fall")}</h2>
    <div class=${falls.length > 1 ? "falls" : ""}>${falls.map((fall) => html`<${OneFall} key=${fall.pattern} found=${found} fall=${fall} isAlone=${falls.length === 1} />`)}</div>
    <p class="soft small-print">${t("review.fall.about")}</p>
  </section>`;
}

function Interval({ name, value, low, high }) {
  const t = words.value;
  if (value === null || value === undefined) return null;
  return html`<p>${name && html`<span class="soft">${name}</span> `}<span class="big">${t("review.bpm", { x: value })}</span> <span class="soft">${low === null ? "" : t("physio.fall.interval", { low, high })}</span></p>`;
}

function Exhale({ found }) {
  const t = words.value;
  const answers = found.exhale_responses;
  return html`<section class="panel"><h2>${t("physio.answer")}</h2>
    ${answers.length === 0 && html`<p>${t("reason.no_breathing_step")}</p>`}
    <div class="answer-list" tabindex=${answers.length > 1 ? 0 : null} role=${answers.length > 1 ? "group" : null} aria-label=${answers.length > 1 ? t("physio.answer") : null}>${answers.map((one) => html`<div class="one-answer">
      <p class="said"><strong>${t(`answer.${one.answer}`)}</strong> ${one.pattern && html`<span class="soft">${t("review.pattern", { pattern: one.pattern })}</span>`}</p>
      <${Interval} name=${t("review.beside.effect")} value=${one.effect_bpm} low=${one.low_bpm} high=${one.high_bpm} />
      <p>${reasonsOf(t, one.reasons)} ${one.revoked && t("physio.revoked")}</p>
      <p class="soft">${t(`following.${one.following}`)} · ${t("physio.fall.breaths", { n: one.breaths_used })}${one.time_to_answer_s !== null && html` · ${t("physio.fall.time", { n: Math.round(one.time_to_answer_s) })}`}</p>
    </div>`)}</div>
    ${answers.some((one) => one.effect_bpm !== null) && html`<p class="soft small-print">${t("review.effect.about")}</p>`}
  </section>`;
}

function Calmer({ found }) {
  const t = words.value;
  const one = found.calmer_than_before;
  return html`<section class="panel"><h2>${t("physio.calmer")}</h2>
    ${!one && html`<p>${t("reason.no_recovery")}</p>`}
    ${one && html`<p class="said"><strong>${t(`answer.${one.answer}`)}</strong></p>
      <${Interval} value=${one.delta_heart_rate_bpm} low=${one.low_bpm} high=${one.high_bpm} />
      <p>${reasonsOf(t, one.reasons)}</p>
      ${one.expected_low_bpm !== null && html`<p class="soft">${t("physio.calmer.sitting", { low: one.expected_low_bpm, high: one.expected_high_bpm })}</p>`}`}
    <p class="soft small-print">${t("review.calmer.about")}</p>
  </section>`;
}

// What a comparison of blocks, or a search for a rate, allows to be said.
function Planned({ sentences }) {
  const t = words.value;
  if (sentences.length === 0) return null;
  return html`<section class="panel planned"><h2>${t("review.planned")}</h2>${sentences.map((one) => html`<p>${t(one.key, one.values)}</p>`)}</section>`;
}

export function Answers({ found }) {
  const { document, sentences } = found;
  return html`<div class="answers"><${Fall} found=${found} /><${Exhale} found=${document} /><${Calmer} found=${document} /></div><${Planned} sentences=${sentences} />`;
}
