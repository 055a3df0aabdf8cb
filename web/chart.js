// The physiotherapist's tachogram: uPlot with exhales and gaps, a keyboard cursor, and the same numbers as a table.

import { columnsOf } from "./columns.js";
import { exhalesBetween } from "./pacer.js";
import { theme, words } from "./page.js";
import { rangeOf, runsOf } from "./series.js";
import { drawnUntilS } from "./spark.js";
import { html, signal, useEffect, useRef, useState } from "./ui.js";
import uPlot from "./vendor/uplot.mjs";

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Shades the exhales under the line.
function shade(plot, exhales) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colour("--accent-soft");
  for (const [from, to] of exhales) {
    const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

// Marks along the time before now: every ten seconds of a minute, every minute of more.
const MINUTE_S = 60;
const apartS = ([from, to]) => (to - from > MINUTE_S ? MINUTE_S : 10);

function marksOf([from, to]) {
  const apart = apartS([from, to]);
  return Array.from({ length: Math.floor((to - from) / apart) + 1 }, (_, index) => to - index * apart).reverse();
}

// Each with its unit.
function markWords(t, window, marks) {
  const [key, unit] = apartS(window) === MINUTE_S ? ["physio.unit.min", MINUTE_S] : ["physio.unit.s", 1];
  return marks.map((mark) => t(key, { n: String(Math.round((mark - window[1]) / unit)).replace("-", "\u2212") }));
}

function options(size, latest) {
  const ink = () => colour("--ink-soft");
  const line = () => colour("--line");
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "13px Atkinson Hyperlegible Next, sans-serif" };
  return {
    ...size,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { x: { time: false, range: () => latest.current.window }, y: { range: () => latest.current.range } },
    axes: [
      { ...axis, size: 26, splits: () => marksOf(latest.current.window), values: (_, marks) => markWords(words.value, latest.current.window, marks) },
      { ...axis, size: 38, space: 24, incrs: [5, 10, 20, 50] },
    ],
    series: [
      {},
      { stroke: () => colour("--accent"), width: 2, spanGaps: false, points: { show: false } },
      { stroke: ink, width: 0, paths: () => null, points: { show: true, size: 7, fill: () => colour("--surface"), stroke: ink } },
    ],
    hooks: { drawClear: [(plot) => shade(plot, latest.current.exhales)] },
  };
}

function readOut(t, beat, now, isOver) {
  if (!beat) return t("physio.tachogram.empty");
  return t(isOver ? "physio.tachogram.value_end" : "physio.tachogram.value", { rate: Math.round(beat.heart_rate_bpm), rr: Math.round(beat.rr_ms), ago: Math.max(0, Math.round(now - beat.t_s)) });
}

const STEP = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

function Canvas({ latest, drawn, height }) {
  const place = useRef(null);
  const plot = useRef(null);
  useEffect(() => {
    const size = () => ({ width: Math.max(160, place.current.clientWidth), height });
    plot.current = new uPlot(options(size(), latest), [[], [], []], place.current);
    const observer = new ResizeObserver(() => plot.current.setSize(size()));
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      plot.current.destroy();
    };
  }, [theme.value, height]);
  useEffect(() => plot.current.setData(latest.current.columns), [drawn, theme.value]);
  useEffect(() => {
    const beat = latest.current.chosen;
    if (beat) plot.current.setCursor({ left: plot.current.valToPos(beat.t_s, "x"), top: 0 });
    else plot.current.setCursor({ left: -10, top: -10 });
  });
  return html`<div class="plot" ref=${place} aria-hidden="true"></div>`;
}

function BeatTable({ beats, labels, now }) {
  const t = words.value;
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${t("physio.table")}><table>
    <thead><tr><th>${t("physio.table.time")}</th><th>${t("physio.table.rr")}</th><th>${t("physio.table.rate")}</th><th>${t("physio.table.label")}</th></tr></thead>
    <tbody>${beats.toReversed().map((beat) => html`<tr key=${`${beat.seq}.${beat.index}`}><td>${Math.round(beat.t_s - now)}</td><td>${Math.round(beat.rr_ms)}</td><td>${Math.round(beat.heart_rate_bpm)}</td><td>${t(`artifact.${labels[`${beat.seq}.${beat.index}`] ?? "normal"}`)}</td></tr>`)}</tbody>
  </table></div>`;
}

export function Tachogram({ session, spanS, titleKey, height }) {
  const t = words.value;
  const state = session.state.value;
  const drawn = session.nowMs.value;
  const latest = useRef({});
  const [chosenS, choose] = useState(null);
  const [isTable] = useState(() => signal(false));
  const now = drawnUntilS(state, session.sessionS());
  const beats = state.beats.filter((beat) => beat.t_s > now - spanS && beat.t_s <= now);
  const at = chosenS === null ? -1 : beats.findIndex((beat) => beat.t_s >= chosenS); // one that scrolled away: the oldest
  const rates = runsOf(beats, state.labels).flat().map((beat) => beat.heart_rate_bpm);
  latest.current = {
    columns: columnsOf(beats, state.labels),
    window: [now - spanS, now],
    range: rates.length ? rangeOf(rates) : [50, 90],
    exhales: state.steps.flatMap((step) => exhalesBetween(step, now - spanS, now)),
    chosen: beats[at],
  };
  const move = (event) => {
    const step = STEP[event.key];
    if (step === undefined || beats.length === 0) return;
    event.preventDefault();
    const next = Math.min(beats.length - 1, Math.max(0, (at < 0 ? beats.length - 1 : at) + step));
    choose(beats[next].t_s);
  };
  const value = readOut(t, beats[at] ?? beats.at(-1), now, state.phase === "finished");
  return html`<figure class="tachogram">
    <figcaption><span>${t(titleKey)}</span><span class="soft">${t("physio.tachogram.about")}</span></figcaption>
    <div class="plot-keys" tabindex="0" role="slider" aria-label=${t("physio.tachogram.cursor")} aria-valuemin="0" aria-valuemax=${Math.max(0, beats.length - 1)} aria-valuenow=${at < 0 ? Math.max(0, beats.length - 1) : at} aria-valuetext=${value} onKeyDown=${move} onBlur=${() => choose(null)}>
      <${Canvas} latest=${latest} drawn=${drawn} height=${height} />
    </div>
    <div class="figure-foot"><span class="read-out">${value}</span>
    <button type="button" class="quiet small" aria-expanded=${isTable.value} onClick=${() => (isTable.value = !isTable.value)}>${t(isTable.value ? "physio.table.hide" : "physio.table")}</button></div>
    ${isTable.value && html`<${BeatTable} beats=${beats} labels=${state.labels} now=${now} />`}
  </figure>`;
}
