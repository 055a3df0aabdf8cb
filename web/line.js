// The patient's last minute of heart rate, with the exhales shaded. A quiet line: no live "now" beat, no numbers to chase.

import { exhalesBetween } from "./pacer.js";
import { words } from "./page.js";
import { rangeOf, runsOf } from "./series.js";
import { html } from "./ui.js";

const SPAN_S = 60;
const DELAY_S = 3; // the strap tells about once a second: drawn with a constant delay instead of in jumps
const WIDTH = 600;
const HEIGHT = 120;

export function HeartLine({ session }) {
  const t = words.value;
  const state = session.state.value;
  session.nowMs.value; // scrolls
  const to = (session.sessionS() ?? 0) - DELAY_S;
  const from = to - SPAN_S;
  const runs = runsOf(state.beats.filter((beat) => beat.t_s > from - 2 && beat.t_s <= to), state.labels);
  const [low, high] = rangeOf(runs.flat().map((beat) => beat.heart_rate_bpm));
  const x = (time) => (((time - from) / SPAN_S) * WIDTH).toFixed(1);
  const y = (rate) => (HEIGHT - ((rate - low) / (high - low)) * HEIGHT).toFixed(1);
  const exhales = state.steps.flatMap((step) => exhalesBetween(step, from, to));
  return html`<figure class="heart-line">
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${t("patient.chart.picture")}>
      ${exhales.map(([start, end]) => html`<rect class="exhale" x=${x(start)} y="0" width=${Math.max(0, x(end) - x(start))} height=${HEIGHT} />`)}
      ${runs.map((run) => html`<polyline class="rate" points=${run.map((beat) => `${x(beat.t_s)},${y(beat.heart_rate_bpm)}`).join(" ")} />`)}
    </svg>
    <figcaption>${t("patient.chart.caption")}</figcaption>
  </figure>`;
}
