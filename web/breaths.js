// The last twelve breaths as bars: upward when the heart rate falls during the exhale. A breath that cannot be used is open.

import { barsOf, SHOWN } from "./bars.js";
import { words } from "./page.js";
import { html, signal, useState } from "./ui.js";

const WIDTH = 360;
const HEIGHT = 84;

function Bar({ bar }) {
  const x = bar.place * (WIDTH / SHOWN) + 4;
  const width = WIDTH / SHOWN - 8;
  if (bar.size === null) return html`<line class="breath-missing" x1=${x} x2=${x + width} y1=${bar.zero} y2=${bar.zero} />`;
  return html`<rect class=${bar.breath.usable ? "breath" : "breath open"} x=${x} y=${bar.top} width=${width} height=${Math.max(2, bar.size)} rx="3" />`;
}

function Table({ breaths }) {
  const t = words.value;
  const number = (value) => (value === null ? t("physio.missing") : t("format.one", { x: value }));
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${t("physio.breaths")}><table>
    <thead><tr><th>${t("physio.table.breath")}</th><th>${t("physio.table.fall")}</th><th>${t("physio.table.rise")}</th><th>${t("physio.table.followed")}</th></tr></thead>
    <tbody>${breaths.map((one) => html`<tr key=${`${one.step_seq}.${one.index}`}><td>${one.index + 1}${one.usable ? "" : ` (${t("physio.breath.unusable")})`}</td><td>${number(one.exhale_fall_bpm)}</td><td>${number(one.exhale_rise_ms)}</td><td>${one.following === "unknown" ? t("physio.missing") : t(`physio.table.followed.${one.following}`)}</td></tr>`)}</tbody>
  </table></div>`;
}

export function Breaths({ breaths }) {
  const t = words.value;
  const [isTable] = useState(() => signal(false));
  const bars = barsOf(breaths, HEIGHT);
  return html`<figure class="breaths">
    <figcaption><span>${t("physio.breaths")}</span></figcaption>
    ${bars.length === 0
      ? html`<p class="soft">${t("physio.breaths.empty")}</p>`
      : html`<svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${t("physio.breaths")}>
          <line class="zero" x1="0" x2=${WIDTH} y1=${bars[0].zero} y2=${bars[0].zero} />
          ${bars.map((bar) => html`<${Bar} bar=${bar} />`)}
        </svg>`}
    <div class="figure-foot"><span class="soft">${t("physio.breaths.about")}</span>
    <button type="button" class="quiet small" aria-expanded=${isTable.value} onClick=${() => (isTable.value = !isTable.value)}>${t(isTable.value ? "physio.table.hide" : "physio.table")}</button></div>
    ${isTable.value && html`<${Table} breaths=${breaths.slice(-SHOWN)} />`}
  </figure>`;
}
