// The breath as the chest's movement shows it, over the circle's, for the last minute: a picture and the same as a table.

import { isPaced, pacerAt } from "./pacer.js";
import { words } from "./page.js";
import { html, signal, useState } from "./ui.js";
import { partsOf, reachOf } from "./wave.js";

const SPAN_S = 60;
const DELAY_S = 4; // a point of the wave is known so long after it, and comes once a second
const WIDTH = 600;
const HEIGHT = 110;
const PACER_EVERY_S = 0.5;

function stepAt(steps, time) {
  const step = steps.findLast((one) => one.start_s <= time);
  return step && isPaced(step) && (step.ended_s === null || time < step.ended_s) ? step : null;
}

// Size of the circle, 0 to 1, at times; broken where there is none.
function circle(steps, from, to) {
  const points = [];
  for (let time = from; time <= to; time += PACER_EVERY_S) {
    const step = stepAt(steps, time);
    if (step) points.push([time, pacerAt(step, time).size]);
  }
  return partsOf(points, from, to);
}

function Table({ points, steps, now }) {
  const t = words.value;
  const size = (time) => (stepAt(steps, time) ? Math.round(100 * pacerAt(stepAt(steps, time), time).size) : t("physio.missing"));
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${t("physio.table")}><table>
    <thead><tr><th>${t("physio.table.time")}</th><th>${t("physio.table.chest")}</th><th>${t("physio.table.circle")}</th></tr></thead>
    <tbody>${points.toReversed().map(([time, mg]) => html`<tr key=${time}><td>${t("format.one", { x: time - now })}</td><td>${t("format.one", { x: mg })}</td><td>${size(time)}</td></tr>`)}</tbody>
  </table></div>`;
}

export function Breath({ session }) {
  const t = words.value;
  const state = session.state.value;
  const [isTable] = useState(() => signal(false));
  session.nowMs.value; // scrolls
  if (!state.breathing) return null;
  const to = (session.sessionS() ?? 0) - DELAY_S;
  const from = to - SPAN_S;
  const points = state.chest.filter(([time]) => time > from && time <= to);
  const reach = reachOf(points);
  const x = (time) => (((time - from) / SPAN_S) * WIDTH).toFixed(1);
  const y = (part) => (HEIGHT - 4 - part * (HEIGHT - 8)).toFixed(1); // 0 at the bottom, 1 at the top
  const line = (part, place) => part.map(([time, value]) => `${x(time)},${y(place(value))}`).join(" ");
  const said = state.breathing.per_min === null ? t("physio.breathing.none") : t("physio.breathing.rate", { x: state.breathing.per_min });
  return html`<figure class="breath-wave">
    <figcaption><span>${t("physio.breathing.title")}</span><span class="soft">${t("physio.breathing.about")}</span></figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${t("physio.breathing.picture")}>
      ${circle(state.steps, from, to).map((part) => html`<polyline class="circle-line" points=${line(part, (size) => size)} />`)}
      ${partsOf(points, from, to).map((part) => html`<polyline class="chest-line" points=${line(part, (mg) => 0.5 + mg / reach / 2)} />`)}
    </svg>
    <div class="figure-foot"><span class="read-out">${points.length ? said : t("physio.breathing.none")}</span>
    <button type="button" class="quiet small" aria-expanded=${isTable.value} onClick=${() => (isTable.value = !isTable.value)}>${t(isTable.value ? "physio.table.hide" : "physio.table")}</button></div>
    ${isTable.value && html`<${Table} points=${points} steps=${state.steps} now=${to} />`}
  </figure>`;
}
