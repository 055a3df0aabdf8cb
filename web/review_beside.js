// Another session of the same person beside this one.

import { fallsOf } from "./falls.js";
import { useAsked } from "./list.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { dayOf } from "./review_head.js";
import { html, useState } from "./ui.js";

function interval(t, value, low, high) {
  if (value === null || value === undefined) return t("report.absent");
  if (low === null || low === undefined) return t("review.bpm", { x: value });
  return t("review.beside.interval", { x: value, low, high });
}

// A line for each of several: what is said of it, and before that its pattern where there are others.
const lines = (t, all, said) => all.map((one) => html`<span class="line">${all.length > 1 && one.pattern && html`<span class="soft">${one.pattern}</span> `}${said(one)}</span>`);
const answered = (t, all, said) => (all.length ? lines(t, all, said) : said(undefined));

const ROWS = [
  ["review.fall", (t, { document }) => lines(t, fallsOf(document), (fall) => interval(t, fall.bpm, fall.low, fall.high))],
  ["review.beside.breaths", (t, { document }) => lines(t, fallsOf(document), (fall) => t("review.fall.breaths", { n: fall.breaths, all: fall.all }))],
  ["review.beside.effect", (t, { document }) => answered(t, document.exhale_responses, (one) => interval(t, one?.effect_bpm, one?.low_bpm, one?.high_bpm))],
  ["physio.answer", (t, { document }) => answered(t, document.exhale_responses, (one) => t(`answer.${one?.answer ?? "unknown"}`))],
  ["report.calmer.headline", (t, { document: { calmer_than_before: one } }) => interval(t, one?.delta_heart_rate_bpm, one?.low_bpm, one?.high_bpm)],
  ["physio.calmer", (t, { document: { calmer_than_before: one } }) => t(`answer.${one?.answer ?? "unknown"}`)],
  ["report.grade", (t, { document }) => t(`grade.${document.quality.grade}`)],
  ["review.coverage", (t, { document: { quality } }) => (quality.coverage_fraction === null ? t("report.absent") : t("report.percent", { x: quality.coverage_fraction * 100 }))],
];

function Both({ both }) {
  const t = words.value;
  return html`<div class="table-wide" tabindex="0" role="region" aria-label=${t("review.beside.table")}><table class="measures">
    <thead><tr><th scope="col">${t("report.column.measure")}</th>${both.map((found, index) => html`<th scope="col">${t(index ? "review.beside.other" : "review.beside.this")}<span class="soft when">${dayOf(t, found)}</span></th>`)}</tr></thead>
    <tbody>${ROWS.map(([key, value]) => html`<tr key=${key}><th scope="row">${t(key)}</th>${both.map((found) => html`<td>${value(t, found)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

// One session of the list, by day and exercise.
function sessionName(t, one) {
  const exercise = `exercise.${one.exercise}.title`;
  return t("review.beside.session", { at: one.begun_utc, exercise: t.has(exercise) ? t(exercise) : t("report.no_exercise") });
}

export function Beside({ reviewed }) {
  const t = words.value;
  const { person } = reviewed.found.value;
  const history = useAsked(`/api/people/${encodeURIComponent(person)}/history`);
  const [picked, pick] = useState(null);
  const others = (history.found?.sessions ?? []).filter((one) => one.id !== reviewed.session);
  const other = reviewed.other.value;
  const show = () => (location.hash = `with=${picked ?? others[0].id}`);
  return html`<section class="panel beside" aria-label=${t("review.beside")}><h2>${t("review.beside")}</h2>
    ${history.refused && html`<p class="news" role="alert">${t(...refusalWords(t, history.refused))}</p>`}
    ${history.found && others.length === 0 && html`<p class="soft">${t("review.beside.none")}</p>`}
    ${others.length > 0 && html`<div class="choose-other">
      <label class="field"><span>${t("review.beside.choose")}</span><select onChange=${(event) => pick(event.target.value)}>${others.map((one) => html`<option value=${one.id} selected=${one.id === (picked ?? other?.session)}>${sessionName(t, one)}</option>`)}</select></label>
      <button type="button" class="small" onClick=${show}>${t("review.beside.show")}</button>
      ${other && html`<button type="button" class="small" onClick=${() => (location.hash = "")}>${t("review.beside.remove")}</button>`}
    </div>`}
    ${!history.found && !history.refused && html`<p class="soft">${t("review.computing")}</p>`}
    <div role="status">${other && !other.found && !other.refused && html`<p>${t("review.computing")}</p>`}</div>
    ${other?.refused && html`<p class="news" role="alert">${other.refused.status === 404 ? t("review.none") : t(...refusalWords(t, other.refused))}</p>`}
    ${other?.found && html`<${Both} both=${[reviewed.found.value, other.found]} />`}
  </section>`;
}
