// What lies behind and on the line of beats: steps, exhales, gaps, what was marked, and the beats that are set apart.

import { words } from "./page.js";
import { SHAPE_OF, shapeAt } from "./frame.js";
import { html } from "./ui.js";

const LANE = 18; // height of the steps' names
const EDIT_LETTERS = { accept: "A", interpolate: "I", exclude: "X" };

// A band between two times, cut off at the picture's edges.
function Band({ frame, from, to, kind, top = frame.top, height = frame.height }) {
  const left = Math.max(frame.left, frame.x(from));
  const right = Math.min(frame.right, frame.x(to));
  return right > left ? html`<rect class=${kind} x=${left} y=${top} width=${right - left} height=${height} />` : null;
}

export function Ground({ frame, found, last_s }) {
  return html`${found.breaths.map((one) => html`<${Band} frame=${frame} from=${one.exhale_start_s} to=${one.end_s} kind="exhale" />`)}
    ${found.quality.gaps.map(([from, to]) => html`<${Band} frame=${frame} from=${from} to=${to ?? last_s} kind="gap" />`)}`;
}

export function StepLane({ frame, steps }) {
  const t = words.value;
  return html`<g class="lane">${steps.map((step) => {
    const left = Math.max(frame.left, frame.x(step.start_s));
    const right = Math.min(frame.right, frame.x(step.end_s));
    const name = step.pattern ? t("review.step", { step: t(`step.${step.step}`), pattern: step.pattern }) : t(`step.${step.step}`);
    return right - left < 2 ? null : html`<rect class=${`step ${step.step}`} x=${left + 1} y=${frame.top - LANE - 3} width=${right - left - 2} height=${LANE} rx="3" />
      ${right - left > name.length * 7 && html`<text x=${(left + right) / 2} y=${frame.top - 8} text-anchor="middle">${name}</text>`}`;
  })}</g>`;
}

// Notes, ratings and commands as flags on the lower edge.
export function Flags({ frame, moments }) {
  const inside = moments.filter(({ t_s }) => frame.x(t_s) >= frame.left && frame.x(t_s) <= frame.right);
  return html`<g class="flags">${inside.map(({ t_s }) => html`<path d=${`M${frame.x(t_s)} ${frame.bottom}v-14l8 4l-8 4`} />`)}</g>`;
}

// Beats that are not normal, by shape; and the letter of what was done to one.
export function Apart({ frame, beats, y, r = 5 }) {
  const kinds = Object.entries(SHAPE_OF).map(([artifact, shape]) => [artifact, beats.filter((beat) => beat.artifact === artifact).map((beat) => shapeAt(shape, frame.x(beat.t_s), y(beat), r)).join("")]);
  return html`${kinds.map(([artifact, path]) => path && html`<path class=${`odd ${artifact}`} d=${path} />`)}
    <g class="letters">${beats.filter((beat) => beat.edit).map((beat) => html`<text class=${beat.edit} x=${frame.x(beat.t_s)} y=${frame.top + 12} text-anchor="middle">${EDIT_LETTERS[beat.edit]}</text><path class="letter-line" d=${`M${frame.x(beat.t_s)} ${frame.top + 15}V${y(beat) - 6}`} />`)}</g>`;
}

// What each shape in the picture means.
export function Legend({ beats }) {
  const t = words.value;
  const present = Object.entries(SHAPE_OF).filter(([artifact]) => beats.some((beat) => beat.artifact === artifact));
  if (present.length === 0) return null;
  return html`<ul class="legend" aria-label=${t("review.legend")}>${present.map(([artifact, shape]) => html`<li><svg width="16" height="16" aria-hidden="true"><path class="odd" d=${shapeAt(shape, 8, 8, 5)} /></svg> ${t(`artifact.${artifact}`)}</li>`)}</ul>`;
}
