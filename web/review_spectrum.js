// The spectrum of each step, with the pace of the circle in it.

import { frameOf, lineThrough } from "./frame.js";
import { words } from "./page.js";
import { BottomAxis, LeftAxis, Picture } from "./picture.js";
import { Missing } from "./review_missing.js";
import { niceTicks } from "./ticks.js";
import { html, useState } from "./ui.js";

const HEIGHT = 260;
const MARGINS = [10, 12, 40, 62];
const HIGHEST_HZ = 0.4;
const BANDS = [["LF", 0.04, 0.15], ["HF", 0.15, 0.4]]; // Task Force 1996
const PEAK_FROM_HZ = 0.04; // below it are slow waves that no breath makes
const STEP = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };

// Where the highest peak is.
function peakOf(spectrum) {
  let best = -1;
  spectrum.frequency_hz.forEach((frequency_hz, at) => {
    if (frequency_hz >= PEAK_FROM_HZ && (best < 0 || spectrum.density_ms2_per_hz[at] > spectrum.density_ms2_per_hz[best])) best = at;
  });
  return best;
}

function Drawn({ spectra, steps, chosen, cursor_hz, width }) {
  const t = words.value;
  const top = Math.max(1, ...spectra.flatMap((one) => one.density_ms2_per_hz.filter((_, at) => one.frequency_hz[at] >= PEAK_FROM_HZ)));
  const frame = frameOf(width, HEIGHT, MARGINS, [0, HIGHEST_HZ], [0, top * 1.08]);
  const pacers = [...new Set(spectra.map((one) => one.pacer_hz).filter(Boolean))];
  return html`<defs><clipPath id="bands"><rect x=${frame.left} y=${frame.top} width=${frame.width} height=${frame.height} /></clipPath></defs>
    ${BANDS.map(([name, from, to], index) => html`<rect class=${`band band-${index}`} x=${frame.x(from)} y=${frame.top} width=${frame.x(to) - frame.x(from)} height=${frame.height} /><text class="in-picture" x=${frame.x(to) - 6} y=${frame.top + 14} text-anchor="end">${name}</text>`)}
    <${BottomAxis} frame=${frame} ticks=${niceTicks([0, HIGHEST_HZ], 5).map((tick) => [tick, t("format.one", { x: tick })])} label=${t("report.axis.frequency")} />
    <${LeftAxis} frame=${frame} ticks=${niceTicks([0, top * 1.08], 4).map((tick) => [tick, String(tick)])} label=${t("report.axis.density")} />
    <g clip-path="url(#bands)">
      ${pacers.map((hz) => html`<path class="pacer-line" d=${`M${frame.x(hz)} ${frame.top}V${frame.bottom}`} />`)}
      ${spectra.map((one) => html`<path class=${`power ${steps[one.step_index].step} ${one === chosen ? "chosen" : ""}`} d=${lineThrough(frame, one.frequency_hz.map((hz, at) => [hz, one.density_ms2_per_hz[at]]))} />`)}
      <path class="cursor" d=${`M${frame.x(cursor_hz)} ${frame.top}V${frame.bottom}`} />
    </g>
    ${pacers.length === 1 && html`<text class="in-picture" x=${frame.x(pacers[0]) + 5} y=${frame.top + 30}>${t("report.spectrum.pacer", { per_minute: pacers[0] * 60 })}</text>`}`;
}

function Key({ spectra, steps }) {
  const t = words.value;
  const kinds = [...new Set(spectra.map((one) => steps[one.step_index].step))];
  return html`<ul class="legend" aria-label=${t("review.spectrum.legend")}>${kinds.map((kind) => html`<li><svg width="28" height="10" aria-hidden="true"><path class=${`power ${kind}`} d="M1 5H27" /></svg> ${t(`step.${kind}`)}</li>`)}</ul>`;
}

export function Spectrum({ reviewed }) {
  const t = words.value;
  const { document, spectra } = reviewed.found.value;
  const [own, move] = useState(null); // place of the cursor; null: at the highest peak
  if (spectra.length === 0) return html`<section class="panel"><h2>${t("report.spectrum.title")}</h2><${Missing} found=${reviewed.found.value} what="spectrum" isAll=${true} /></section>`;
  const beat = reviewed.beats.value[reviewed.chosen.value.at];
  const inside = (one) => beat && beat.t_s >= document.steps[one.step_index].start_s && beat.t_s < document.steps[one.step_index].end_s;
  const chosen = spectra.find(inside) ?? spectra.find((one) => one.pacer_hz) ?? spectra[0];
  const last = chosen.frequency_hz.length - 1;
  const peak = peakOf(chosen);
  const at = Math.min(last, own ?? peak);
  const stepName = t(`step.${document.steps[chosen.step_index].step}`);
  const value = t("review.spectrum.value", { step: stepName, hz: chosen.frequency_hz[at], per_min: chosen.frequency_hz[at] * 60, density: chosen.density_ms2_per_hz[at], peak: chosen.frequency_hz[peak] });
  const press = (event) => {
    const step = STEP[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(Math.min(last, Math.max(0, at + step)));
  };
  const point = (x, width) => {
    const hz = frameOf(width, HEIGHT, MARGINS, [0, HIGHEST_HZ], [0, 1]).valueAt(x);
    move(Math.min(last, Math.max(0, Math.round((hz / chosen.frequency_hz[last]) * last))));
  };
  const every = (one) => one.frequency_hz.map((hz, index) => [hz, index]).filter(([hz, index]) => index % 4 === 0 && hz <= HIGHEST_HZ);
  const rows = () => every(chosen).map(([hz, index]) => [t("report.number.3", { x: hz }), ...spectra.map((one) => t("report.number.0", { x: one.density_ms2_per_hz[index] }))]);
  const heads = [t("report.axis.frequency"), ...spectra.map((one) => t("review.spectrum.head", { step: t(`step.${document.steps[one.step_index].step}`) }))];
  return html`<section class="panel"><${Picture} title=${t("report.spectrum.title")} about=${t("report.spectrum.caption")} label=${t("review.spectrum.cursor")} value=${value}
    now=${at} count=${last + 1} onKeyDown=${press} onPoint=${point} height=${HEIGHT} heads=${heads} rows=${rows}
    draw=${(width) => html`<${Drawn} spectra=${spectra} steps=${document.steps} chosen=${chosen} cursor_hz=${chosen.frequency_hz[at]} width=${width} />`} />
    <${Key} spectra=${spectra} steps=${document.steps} />
    <${Missing} found=${reviewed.found.value} what="spectrum" /></section>`;
}
