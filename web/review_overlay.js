// All breaths of a step laid on each other from the start of the inhale: each of them, their median and their middle half.

import { areaBetween, frameOf, lineThrough, rangeOf } from "./frame.js";
import { words } from "./page.js";
import { BottomAxis, LeftAxis, Picture } from "./picture.js";
import { Missing } from "./review_missing.js";
import { niceTicks } from "./ticks.js";
import { html, useMemo, useState } from "./ui.js";

const HEIGHT = 260;
const MARGINS = [10, 12, 40, 52];
const LEAST_MS = 100;

// RR of one breath as [seconds since its inhale, ms], with the beat before it and the one after it.
function within(breath, beats) {
  const used = beats.filter((beat) => beat.nn_ms !== null && beat.middle_s > breath.inhale_start_s - 1 && beat.middle_s < breath.end_s + 1);
  return used.map((beat) => [beat.middle_s - breath.inhale_start_s, beat.nn_ms]);
}

// The breaths of the step that is shown, each with its line.
function breathsOf(document, overlay, beats) {
  const { start_s: from, end_s: to } = document.steps[overlay.step_index];
  const near = beats.filter((beat) => beat.middle_s > from - 2 && beat.middle_s < to + 2);
  return document.breaths.filter((one) => one.step_index === overlay.step_index).map((breath) => ({ breath, line: within(breath, near) }));
}

const column = (overlay, name) => overlay.position_s.map((position_s, at) => [position_s, overlay[name][at]]);

function Drawn({ overlay, other, breaths, chosen, cursor_s, width }) {
  const t = words.value;
  const lines = breaths.map(({ line }) => line);
  const range = rangeOf([...overlay.q25_ms, ...overlay.q75_ms, ...(other?.median_ms ?? []), ...lines.flat().filter(([s]) => s >= 0 && s <= overlay.period_s).map(([, ms]) => ms)], LEAST_MS);
  const frame = frameOf(width, HEIGHT, MARGINS, [0, overlay.period_s], range);
  const low = column(overlay, "q25_ms");
  const high = column(overlay, "q75_ms");
  return html`<defs><clipPath id="breath"><rect x=${frame.left} y=${frame.top} width=${frame.width} height=${frame.height} /></clipPath></defs>
    <rect class="exhale" x=${frame.x(overlay.inhale_s)} y=${frame.top} width=${frame.right - frame.x(overlay.inhale_s)} height=${frame.height} />
    <${BottomAxis} frame=${frame} ticks=${niceTicks([0, overlay.period_s], 6).map((tick) => [tick, String(tick)])} label=${t("report.axis.breath_s")} />
    <${LeftAxis} frame=${frame} ticks=${niceTicks(range, 5).map((tick) => [tick, String(tick)])} label=${t("report.axis.rr_ms")} />
    <g clip-path="url(#breath)">
      ${breaths.map(({ line, breath }) => html`<path class=${`one-breath ${breath.usable ? "" : "open"} ${breath === chosen ? "chosen" : ""}`} d=${lineThrough(frame, line)} />`)}
      <path class="quartiles" d=${areaBetween(frame, low, high)} />
      <path class="used" d=${lineThrough(frame, column(overlay, "median_ms"))} />
      ${other && html`<path class="other-line" d=${lineThrough(frame, column(other, "median_ms"))} />`}
      ${cursor_s !== null && html`<path class="cursor" d=${`M${frame.x(cursor_s)} ${frame.top}V${frame.bottom}`} />`}
    </g>
    <text class="in-picture" x=${frame.x(overlay.inhale_s / 2)} y=${frame.top + 12} text-anchor="middle">${t("report.inhale")}</text>
    <text class="in-picture" x=${frame.x((overlay.inhale_s + overlay.period_s) / 2)} y=${frame.top + 12} text-anchor="middle">${t("report.exhale")}</text>`;
}

const STEP = { ArrowLeft: -1, ArrowRight: 1, PageUp: -5, PageDown: 5, Home: -Infinity, End: Infinity };

// The average breath of another session that takes as long, to lay over this one.
function likeIt(overlay, found) {
  return found?.overlays.find((one) => Math.abs(one.period_s - overlay.period_s) < 0.05) ?? null;
}

export function Overlay({ reviewed }) {
  const t = words.value;
  const { document, overlays } = reviewed.found.value;
  const [picked, pick] = useState(0);
  const [own, move] = useState(null); // place of the picture's own cursor; null: where the chosen beat lies
  const overlay = overlays[Math.min(picked, overlays.length - 1)];
  const beats = reviewed.beats.value;
  const breaths = useMemo(() => (overlay ? breathsOf(document, overlay, beats) : []), [document, overlay, beats]);
  if (!overlay) return html`<section class="panel"><h2>${t("review.overlay")}</h2><${Missing} found=${reviewed.found.value} what="overlay" isAll=${true} /></section>`;
  const other = likeIt(overlay, reviewed.other.value?.found);
  const beat = beats[reviewed.chosen.value.at];
  const chosen = beat && (breaths.find(({ breath }) => beat.t_s >= breath.inhale_start_s && beat.t_s < breath.end_s)?.breath ?? null);
  const last = overlay.position_s.length - 1;
  const at = own ?? (chosen ? Math.round(((beat.t_s - chosen.inhale_start_s) / overlay.period_s) * last) : 0);
  const position_s = overlay.position_s[Math.min(last, Math.max(0, at))];
  const place = Math.min(last, Math.max(0, at));
  const value = t("review.overlay.value", { at: position_s, median: overlay.median_ms[place], low: overlay.q25_ms[place], high: overlay.q75_ms[place], n: overlay.breaths });
  const press = (event) => {
    const step = STEP[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(Math.min(last, Math.max(0, place + step)));
  };
  const point = (x, width) => move(Math.min(last, Math.max(0, Math.round((frameOf(width, HEIGHT, MARGINS, [0, last], [0, 1]).valueAt(x))))));
  const name = (one) => t("review.step", { step: t(`step.${document.steps[one.step_index].step}`), pattern: document.steps[one.step_index].pattern ?? "" });
  const tools = overlays.length > 1 && html`<label class="pick"><span class="visually-hidden">${t("review.overlay.step")}</span><select onChange=${(event) => pick(Number(event.target.value))}>${overlays.map((one, index) => html`<option value=${index} selected=${index === picked}>${index + 1}. ${name(one)}</option>`)}</select></label>`;
  const rows = () => overlay.position_s.map((one, index) => [one, overlay.median_ms[index], overlay.q25_ms[index], overlay.q75_ms[index]].map((x) => t("format.one", { x })));
  return html`<section class="panel"><${Picture} title=${t("review.overlay")} about=${other ? t("review.overlay.about_other") : t("review.overlay.about")} label=${t("review.overlay.cursor")} value=${value}
    now=${place} count=${last + 1} onKeyDown=${press} onPoint=${point} height=${HEIGHT} heads=${["report.axis.breath_s", "review.table.median", "review.table.q25", "review.table.q75"].map((key) => t(key))} rows=${rows} tools=${tools}
    draw=${(width) => html`<${Drawn} overlay=${overlay} other=${other} breaths=${breaths} chosen=${chosen} cursor_s=${own === null && !chosen ? null : position_s} width=${width} />`} />
    <${Missing} found=${reviewed.found.value} what="overlay" /></section>`;
}
