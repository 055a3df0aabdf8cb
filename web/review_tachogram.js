// The tachogram of a review: all of it in a strip, and a part of it in which beats are chosen.

import { beatAt, nearest, placeIn, runsOf } from "./beat_list.js";
import { chosenBy, ends } from "./choice.js";
import { frameOf, lineThrough, rangeOf, shapeAt, thinned } from "./frame.js";
import { words } from "./page.js";
import { BottomAxis, LeftAxis, Picture, RightAxis, useWidth } from "./picture.js";
import { EditActs } from "./review_edits.js";
import { Apart, Flags, Ground, Legend, StepLane } from "./review_layers.js";
import { beatTime, clockText, niceTicks, timeTicks } from "./ticks.js";
import { html, useMemo } from "./ui.js";
import { within, zoomed } from "./zoom.js";

const LEAST_MS = 200; // about 16 bpm at rest: noise is not blown up
const DOTS = 220; // more beats than that are a line alone
const MARGINS = [26, 52, 40, 58];
const ZOOM = { "+": 0.5, "=": 0.5, "-": 2 };
const HEIGHT = 300;
const STRIP = 64;

// The scale of what is used; a beat off it sits on its edge, where it is seen and flattens nothing.
function scaleOf(beats) {
  const used = beats.filter((beat) => beat.nn_ms !== null).map((beat) => beat.nn_ms);
  return rangeOf(used.length ? used : beats.map((beat) => beat.rr_ms), LEAST_MS);
}

const clamped = (value, [low, high]) => Math.min(high, Math.max(low, value));

// What is chosen, in words.
function chosenWords(t, reviewed) {
  const beats = reviewed.stretch();
  const { document } = reviewed.found.value;
  if (beats.length > 1) return t("review.chosen.stretch", { n: beats.length, from: beatTime(t, beats[0].t_s), to: beatTime(t, beats.at(-1).t_s) });
  const [beat] = beats;
  const { step, breath } = placeIn(document, beat.t_s);
  const parts = [
    t("review.chosen.beat", { n: beat.place + 1, all: reviewed.beats.value.length, time: beatTime(t, beat.t_s) }),
    t("review.chosen.rr", { rr: beat.rr_ms, rate: 60_000 / beat.rr_ms }),
    t(`artifact.${beat.artifact}`),
    beat.edit && t(`review.edited.${beat.edit}`),
    !beat.edit && beat.nn_ms !== null && beat.nn_ms !== beat.rr_ms && t("review.chosen.corrected", { nn: beat.nn_ms }),
    step && t(`step.${step.step}`),
    breath && t(beat.t_s < breath.exhale_start_s ? "report.inhale" : "report.exhale"),
  ];
  return parts.filter(Boolean).join(" · ");
}

function Lines({ frame, beats, range }) {
  const raw = runsOf(beats, (beat) => clamped(beat.rr_ms, range));
  const used = runsOf(beats, (beat) => (beat.nn_ms === null ? null : clamped(beat.nn_ms, range)));
  const path = (runs) => runs.map((run) => lineThrough(frame, thinned(frame, run))).join("");
  return html`<path class="raw" d=${path(raw)} /><path class="used" d=${path(used)} />`;
}

// Beats between two times, and one more on each side so that the line goes on to the edge.
function visible(beats, [from, to]) {
  const first = beats.findIndex((beat) => beat.t_s >= from);
  const last = beats.findLastIndex((beat) => beat.t_s <= to);
  return first < 0 ? [] : beats.slice(Math.max(0, first - 1), last + 2);
}

// A stretch that is kept for comparing, as a numbered bar on the lower edge.
function Kept({ frame, one, name }) {
  const [left, right] = [frame.x(one.from_s), frame.x(one.to_s)];
  return html`<path class="kept" d=${`M${left} ${frame.bottom - 10}v8H${right}v-8`} /><text class="kept-name" x=${(left + right) / 2} y=${frame.bottom - 6} text-anchor="middle">${name}</text>`;
}

function Part({ reviewed, width }) {
  const t = words.value;
  const { document, marks, ratings } = reviewed.found.value;
  const all = reviewed.beats.value;
  const range = scaleOf(all);
  const zoom = reviewed.zoom.value;
  const frame = frameOf(width, HEIGHT, MARGINS, zoom, range);
  const beats = visible(all, zoom);
  const y = (beat) => frame.y(clamped(beat.rr_ms, range));
  const [first, last] = ends(reviewed.chosen.value);
  const [from, to] = [all[first], all[last]];
  const dots = (isUsed, r) => (beats.length > DOTS ? "" : beats.filter((beat) => beat.artifact === "normal" && (beat.nn_ms !== null) === isUsed).map((beat) => shapeAt("circle", frame.x(beat.t_s), y(beat), r)).join(""));
  const rates = niceTicks([60_000 / range[1], 60_000 / Math.max(range[0], 200)], 6);
  return html`<defs><clipPath id="part"><rect x=${frame.left} y="0" width=${frame.width} height=${frame.bottom} /></clipPath></defs>
    <${Ground} frame=${frame} found=${document} last_s=${reviewed.span.value[1]} />
    <${BottomAxis} frame=${frame} ticks=${timeTicks(zoom, width / 90).map((tick) => [tick, clockText(tick)])} label=${t("review.axis.time")} />
    <${LeftAxis} frame=${frame} ticks=${niceTicks(range, 5).map((tick) => [tick, String(tick)])} label=${t("report.axis.rr_ms")} />
    <${RightAxis} frame=${frame} width=${width} ticks=${rates.filter((rate) => rate > 0).map((rate) => [60_000 / rate, String(rate)])} label=${t("report.axis.heart_rate")} />
    <${StepLane} frame=${frame} steps=${document.steps} />
    <g clip-path="url(#part)">
      ${reviewed.stretches.value.map((one, index) => one && html`<${Kept} frame=${frame} one=${one} name=${index + 1} />`)}
      ${from && to !== from && html`<rect class="stretch" x=${frame.x(from.t_s)} y=${frame.top} width=${Math.max(0, frame.x(to.t_s) - frame.x(from.t_s))} height=${frame.height} />`}
      <${Lines} frame=${frame} beats=${beats} range=${range} />
      <path class="dots" d=${dots(true, 2.5)} /><path class="dots left-out" d=${dots(false, 4)} />
      <${Apart} frame=${frame} beats=${beats} y=${y} />
      <${Flags} frame=${frame} moments=${[...marks, ...ratings]} />
      ${from && html`<path class="cursor" d=${`M${frame.x(all[reviewed.chosen.value.at].t_s)} ${frame.top}V${frame.bottom}`} /><path class="cursor-ring" d=${shapeAt("circle", frame.x(all[reviewed.chosen.value.at].t_s), y(all[reviewed.chosen.value.at]), 8)} />`}
    </g>`;
}

// The whole session in a strip; what the picture above shows is framed. A press moves the frame there.
function Strip({ reviewed }) {
  const [place, width] = useWidth();
  const all = reviewed.beats.value;
  const span = reviewed.span.value;
  const zoom = reviewed.zoom.value;
  const range = scaleOf(all);
  const frame = frameOf(Math.max(width, 1), STRIP, [6, MARGINS[1], 6, MARGINS[3]], span, range);
  const go = (event) => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const at_s = frame.valueAt(event.clientX - place.current.getBoundingClientRect().left);
    const half = (zoom[1] - zoom[0]) / 2;
    reviewed.zoom.value = within([at_s - half, at_s + half], span);
  };
  const chosen = all[reviewed.chosen.value.at];
  const found = reviewed.found.value;
  const whole = useMemo(() => { // what stays as it is while somebody reads on
    const used = runsOf(all, (beat) => (beat.nn_ms === null ? null : clamped(beat.nn_ms, range)));
    return html`<${Ground} frame=${frame} found=${found.document} last_s=${span[1]} />
      <path class="used thin" d=${used.map((run) => lineThrough(frame, thinned(frame, run))).join("")} />
      <${Apart} frame=${frame} beats=${all.filter((beat) => beat.artifact !== "normal").map((beat) => ({ ...beat, edit: null }))} y=${(beat) => frame.y(clamped(beat.rr_ms, range))} r=${3} />`;
  }, [found, width]);
  return html`<div class="strip" ref=${place} aria-hidden="true" onPointerDown=${go} onPointerMove=${go}>
    <svg width=${Math.max(width, 1)} height=${STRIP}>
      ${whole}
      <rect class="shown" x=${frame.x(zoom[0])} y="1" width=${frame.x(zoom[1]) - frame.x(zoom[0])} height=${STRIP - 2} rx="3" />
      ${chosen && html`<path class="cursor" d=${`M${frame.x(chosen.t_s)} 2V${STRIP - 2}`} />`}
    </svg>
  </div>`;
}

function Tools({ reviewed }) {
  const t = words.value;
  const zoom = (factor) => () => (reviewed.zoom.value = zoomed(reviewed.zoom.value, factor, reviewed.middle(), reviewed.span.value));
  return html`<span class="tools">
    <button type="button" class="small" onClick=${zoom(0.5)}>${t("review.zoom.in")}</button>
    <button type="button" class="small" onClick=${zoom(2)}>${t("review.zoom.out")}</button>
    <button type="button" class="small" onClick=${() => (reviewed.zoom.value = reviewed.span.value)}>${t("review.zoom.all")}</button>
  </span>`;
}

// What a key does to what is chosen and shown.
function press(event, reviewed) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const chosen = chosenBy(event.key, event.shiftKey, reviewed.chosen.value, reviewed.beats.value.length);
  const factor = ZOOM[event.key];
  if (!chosen && !factor) return;
  event.preventDefault();
  if (chosen) reviewed.choose(chosen);
  else reviewed.zoom.value = zoomed(reviewed.zoom.value, factor, reviewed.middle(), reviewed.span.value);
}

export function Tachogram({ reviewed }) {
  const t = words.value;
  const beats = reviewed.beats.value;
  const point = (x, width, isDragged, y_px) => {
    const range = scaleOf(beats);
    const frame = frameOf(width, HEIGHT, MARGINS, reviewed.zoom.value, range);
    const at = isDragged ? nearest(beats, frame.valueAt(x)) : beatAt(beats, frame, (beat) => frame.y(clamped(beat.rr_ms, range)), x, y_px);
    if (at >= 0) reviewed.chosen.value = { at, from: isDragged ? reviewed.chosen.value.from : at };
  };
  const rows = () => visible(beats, reviewed.zoom.value).map((beat) => [beatTime(t, beat.t_s), t("format.one", { x: beat.rr_ms }), beat.nn_ms === null ? t("report.absent") : t("format.one", { x: beat.nn_ms }), t("format.one", { x: 60_000 / beat.rr_ms }), t(`artifact.${beat.artifact}`), beat.edit ? t(`review.edited.${beat.edit}`) : ""]);
  const heads = ["review.axis.time", "physio.table.rr", "review.table.nn", "physio.table.rate", "physio.table.label", "review.table.edit"].map((key) => t(key));
  if (beats.length === 0) return html`<section class="panel tachogram"><h2>${t("report.tachogram.title")}</h2><p>${t("report.tachogram.empty")}</p></section>`;
  return html`<section class="panel tachogram">
    <${Picture} title=${t("report.tachogram.title")} about=${t("review.tachogram.about")} label=${t("review.tachogram.cursor")} value=${chosenWords(t, reviewed)}
      now=${reviewed.chosen.value.at} count=${beats.length} onKeyDown=${(event) => press(event, reviewed)} onPoint=${point} height=${HEIGHT} heads=${heads} rows=${rows}
      draw=${(width) => html`<${Part} reviewed=${reviewed} width=${width} />`} tools=${html`<${Tools} reviewed=${reviewed} />`} acts=${html`<${EditActs} reviewed=${reviewed} />`} />
    <${Legend} beats=${beats} />
    <${Strip} reviewed=${reviewed} />
  </section>`;
}
