// All measures of all steps side by side, of this session and of another one beside it; and how each is made.

import { MEASURES, measureWords } from "./measures.js";
import { words } from "./page.js";
import { dayOf } from "./review_head.js";
import { clockText } from "./ticks.js";
import { html } from "./ui.js";

// Steps with a column of their own: those of a plan's blocks are too many, unless there are no others.
function columnsOf(found) {
  const steps = found?.document.steps ?? [];
  const own = steps.filter((step) => step.block === null);
  return own.length ? own : steps;
}

function stepName(t, step) {
  return step.pattern ? t("review.step", { step: t(`step.${step.step}`), pattern: step.pattern }) : t(`step.${step.step}`);
}

function Heads({ groups }) {
  const t = words.value;
  const isTwo = groups.length > 1;
  return html`<thead>
    ${isTwo && html`<tr><td></td>${groups.map((found, index) => html`<th scope="colgroup" colspan=${Math.max(1, columnsOf(found).length)} class=${index ? "second" : ""}>${t(index ? "review.beside.other" : "review.beside.this")} <span class="soft">${dayOf(t, found)}</span></th>`)}<td colspan="2"></td></tr>`}
    <tr><th scope="col">${t("report.column.measure")}</th>${groups.map((found, index) => columnsOf(found).map((step, at) => html`<th scope="col" class=${`number ${index && !at ? "second" : ""}`}>${stepName(t, step)}<span class="soft when">${t("review.from_to", { from: clockText(step.start_s), to: clockText(step.end_s) })}</span></th>`))}
    <th scope="col">${t("review.window")}</th><th scope="col">${t("review.method")}</th></tr>
  </thead>`;
}

export function Measures({ reviewed }) {
  const t = words.value;
  const groups = [reviewed.found.value, reviewed.other.value?.found].filter(Boolean);
  return html`<section class="panel"><h2>${t("review.measures")}</h2>
    <div class="table-wide" tabindex="0" role="region" aria-label=${t("review.measures")}><table class="measures">
      <${Heads} groups=${groups} />
      <tbody>${MEASURES.map(({ name, window, method, decimals }) => html`<tr key=${name}><th scope="row">${t(`report.column.${name}`)}</th>${groups.map((found, index) => columnsOf(found).map((step, at) => html`<td class=${`number ${index && !at ? "second" : ""}`}>${measureWords(t, step[name], decimals)}</td>`))}<td class="soft">${t(`review.window.${window}`)}</td><td class="soft">${t(t.has(`review.method.${method}`) ? `review.method.${method}` : `report.method.${method}`)}</td></tr>`)}</tbody>
    </table></div>
    <p class="soft small-print">${t("report.steps.caption")}</p>
    <${Methods} document=${reviewed.found.value.document} />
  </section>`;
}

// How every number is made, and what the session took from earlier ones.
function Methods({ document }) {
  const t = words.value;
  const known = Object.entries(document.methods).filter(([name]) => t.has(`report.method.${name}.text`));
  const { prior } = document.recording;
  return html`<details class="methods"><summary>${t("report.methods")}</summary><dl>
    ${known.map(([name, value]) => html`<div><dt>${t(`report.method.${name}`)}</dt><dd>${t(`report.method.${name}.text`, { value })}</dd></div>`)}
    <div><dt>${t("review.prior")}</dt><dd>${prior ? html`<code>${JSON.stringify(prior)}</code>` : t("review.prior.none")}</dd></div>
  </dl></details>`;
}
