// The largest thing on the patient's screen: the pacer while breathing, a still picture otherwise.

import { minutes } from "./minutes.js";
import { pacerAt } from "./pacer.js";
import { words } from "./page.js";
import { html, signal, useEffect, useRef } from "./ui.js";
import { currentStep } from "./state.js";
import { secondsLeft } from "./view.js";

const SMALLEST = 62;
const LARGEST = 168;
const calmQuery = matchMedia("(prefers-reduced-motion: reduce)");
const wantsStillness = signal(calmQuery.matches);
calmQuery.addEventListener("change", () => (wantsStillness.value = calmQuery.matches));

// Calls act(now) on every frame while the component is there.
function useFrames(act, dependencies) {
  useEffect(() => {
    let frame = requestAnimationFrame(function again() {
      act();
      frame = requestAnimationFrame(again);
    });
    return () => cancelAnimationFrame(frame);
  }, dependencies);
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function Pacer({ session, step }) {
  const t = words.value;
  const phase = useRef(null);
  const count = useRef(null);
  const show = useRef(null);
  useFrames(() => {
    const at = pacerAt(step, session.sessionS() ?? step.start_s);
    show.current?.(at);
    setText(phase.current, t(`pacer.${at.phase}`));
    setText(count.current, String(at.countdown));
  }, [step, t]);
  const Shape = wantsStillness.value ? Segments : Disc;
  return html`<div class="stage pacer" data-stage="pacer">
    <${Shape} show=${show} step=${step} label=${t("pacer.picture")} />
    <p class="pacer-label"><span ref=${phase}></span><span aria-hidden="true"> · </span><strong ref=${count}></strong></p>
  </div>`;
}

function Disc({ show, label }) {
  const disc = useRef(null);
  const halo = useRef(null);
  show.current = (at) => {
    const radius = SMALLEST + (LARGEST - SMALLEST) * at.size;
    disc.current?.setAttribute("r", radius.toFixed(2));
    halo.current?.setAttribute("r", (radius + 9).toFixed(2));
  };
  return html`<svg class="disc" viewBox="0 0 400 400" role="img" aria-label=${label}>
    <circle class="ring" cx="200" cy="200" r="190" />
    <circle class="halo" cx="200" cy="200" ref=${halo} />
    <circle class="body" cx="200" cy="200" ref=${disc} />
  </svg>`;
}

function arc(index, total) {
  const from = (index / total) * 2 * Math.PI - Math.PI / 2 + 0.03;
  const to = ((index + 1) / total) * 2 * Math.PI - Math.PI / 2 - 0.03;
  const point = (angle) => `${(200 + 165 * Math.cos(angle)).toFixed(1)} ${(200 + 165 * Math.sin(angle)).toFixed(1)}`;
  return `M${point(from)}A165 165 0 0 1 ${point(to)}`;
}

// For reduced motion: one segment a second, filling on the inhale and emptying on the exhale.
function Segments({ show, step, label }) {
  const total = Math.max(2, Math.round(step.inhale_s));
  const group = useRef(null);
  show.current = (at) => {
    const filled = String(Math.round(total * steppedSize(at)));
    if (!group.current || group.current.dataset.filled === filled) return;
    group.current.dataset.filled = filled;
    [...group.current.children].forEach((path, index) => path.classList.toggle("on", index < Number(filled)));
  };
  return html`<svg class="disc segments" viewBox="0 0 400 400" role="img" aria-label=${label}>
    <circle class="ring" cx="200" cy="200" r="190" />
    <g ref=${group}>${Array.from({ length: total }, (_, index) => html`<path d=${arc(index, total)} />`)}</g>
  </svg>`;
}

// The share of segments that is filled, changing only at whole seconds of the phase.
function steppedSize(at) {
  const length = at.phase_end_s - at.phase_start_s;
  const done = Math.min(1, (length - at.countdown + 1) / length);
  return { inhale: done, hold_in: 1, exhale: 1 - done, hold_out: 0 }[at.phase];
}

// A quiet landscape: nothing in it moves, so nothing in it can be breathed along with.
function Landscape() {
  return html`<svg class="landscape" viewBox="0 0 400 300" aria-hidden="true" preserveAspectRatio="xMidYMax slice">
    <circle class="sun" cx="238" cy="118" r="34" />
    <path class="hill far" d="M0 190C60 150 110 160 170 178S300 150 400 182V300H0Z" />
    <path class="hill near" d="M0 232C70 196 150 220 220 228S340 206 400 226V300H0Z" />
    <path class="hill front" d="M0 272C90 250 170 262 250 270S360 262 400 268V300H0Z" />
  </svg>`;
}

export function Still({ title }) {
  return html`<div class="stage still" data-stage="still"><h2 class="still-title">${title}</h2><${Landscape} /></div>`;
}

export function Movement({ session }) {
  const t = words.value;
  const step = currentStep(session.state.value);
  session.nowMs.value; // counts down
  const left = secondsLeft(session.state.value, session.sessionS());
  const name = step.movement && t.has(`movement.${step.movement}.title`) ? step.movement : step.step;
  return html`<div class="stage movement" data-stage="movement">
    <h2>${t(`movement.${name}.title`)}</h2>
    <p class="how">${t(`movement.${name}.how`)}</p>
    ${left !== null && html`<p class="left">${t("patient.left", { time: minutes(left) })}</p>`}
  </div>`;
}
