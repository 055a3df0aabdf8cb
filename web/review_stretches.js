// Two stretches that were chosen in the tachogram, measured by the server and laid side by side.

import { differenceOf, MEASURES, measureWords } from "./measures.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { beatTime } from "./ticks.js";
import { html } from "./ui.js";

function Slot({ reviewed, index }) {
  const t = words.value;
  const kept = reviewed.stretches.value[index];
  return html`<div class="slot">
    <button type="button" class="small" aria-keyshortcuts=${String(index + 1)} onClick=${() => reviewed.keep(index)}>${t("review.stretch.keep", { n: index + 1 })} <kbd>${index + 1}</kbd></button>
    <p>${kept ? t("review.from_to", { from: beatTime(t, kept.from_s), to: beatTime(t, kept.to_s) }) : html`<span class="soft">${t("review.stretch.none")}</span>`}</p>
  </div>`;
}

export function Stretches({ reviewed }) {
  const t = words.value;
  const kept = reviewed.stretches.value;
  const refused = kept.find((one) => one?.refused)?.refused;
  const [one, other] = kept.map((each) => each?.found ?? null);
  return html`<section class="panel stretches" aria-label=${t("review.stretches")}><h2>${t("review.stretches")}</h2>
    <p class="small-print soft">${t("review.stretches.about")}</p>
    <div class="slots"><${Slot} reviewed=${reviewed} index=${0} /><${Slot} reviewed=${reviewed} index=${1} /></div>
    <div role="status">${reviewed.isShort.value && html`<p class="news">${t("review.stretch.short")}</p>`}</div>
    ${refused && html`<p class="news" role="alert">${t(...refusalWords(t, refused))}</p>`}
    ${(one || other) && html`<div class="table-wide" tabindex="0" role="region" aria-label=${t("review.stretches.table")}><table class="measures">
      <thead><tr><th scope="col">${t("report.column.measure")}</th>${[1, 2].map((n) => html`<th scope="col" class="number">${t("review.stretch", { n })}</th>`)}<th scope="col" class="number">${t("review.difference")}</th></tr></thead>
      <tbody>${MEASURES.filter(({ name }) => (one?.[name] ?? other?.[name] ?? null) !== null).map(({ name, decimals }) => html`<tr key=${name}><th scope="row">${t(`report.column.${name}`)}</th>${[one, other].map((found) => html`<td class="number">${measureWords(t, found?.[name], decimals)}</td>`)}<td class="number">${measureWords(t, differenceOf(one?.[name], other?.[name]), decimals)}</td></tr>`)}</tbody>
    </table></div>`}
  </section>`;
}
