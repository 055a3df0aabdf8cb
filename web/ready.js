// Before the exercise, in steps: does all work, how is today, how tense are you, which exercise.

import { Check } from "./check.js";
import { Context } from "./context.js";
import { setSound, setTouch, soundIsOn, touchIsOn } from "./cues.js";
import { words } from "./page.js";
import { Tension } from "./scale.js";
import { canSound, canVibrate } from "./sound.js";
import { textsFor, toldIn } from "./told.js";
import { html, signal, useLayoutEffect, useRef } from "./ui.js";

const MOVEMENTS = new Set(["walk", "gentle_movements"]); // nothing to practise
const PRACTICE_S = 60;
const STEPS = ["check", "context", "tension", "exercise"];

// Of one session: where its path is, what was answered here, and another exercise than it came with.
const path = signal({ epoch: null });
let isChecked = false; // the device is known by the second session on this page

function pathOf(state) {
  if (path.value.epoch === state.epoch) return path.value;
  return { epoch: state.epoch, at: isChecked ? 1 : 0, told: null, chosen: null, practises: null };
}

const plannedS = (steps) => steps.reduce((sum, step) => sum + step.duration_s, 0);

function lengthWords(t, total) {
  return total < 60 ? t("patient.exercise.short", { n: total }) : t("patient.exercise.length", { n: Math.round(total / 60) });
}

// Of the session's own exercise as it has it: with a pattern of its own, maybe.
const lengthS = (hello, name) => (name === hello.exercise ? plannedS(hello.steps) : hello.lengths_s[name]);

function Exercise({ hello, name, practises, choose }) {
  const t = words.value;
  return html`<section class="panel">
    <h3>${t(`exercise.${name}.title`)}</h3>
    <p>${t(`exercise.${name}.intro`)}</p>
    <p class="soft">${lengthWords(t, lengthS(hello, name) + (practises ? PRACTICE_S : 0))}</p>
    <details>
      <summary>${t("patient.exercise.other")}</summary>
      <div class="choices" role="radiogroup" aria-label=${t("patient.exercise.other")}>
        ${hello.exercises.map((one) => html`<label class="choice"><input type="radio" name="exercise" value=${one} checked=${one === name} onChange=${() => choose({ chosen: one })} /><span>${t(`exercise.${one}.title`)}<br /><span class="soft">${lengthWords(t, lengthS(hello, one))}</span></span></label>`)}
      </div>
    </details>
  </section>
  ${!MOVEMENTS.has(name) && html`<section class="panel"><label class="choice"><input type="checkbox" name="practice" checked=${practises} onChange=${() => choose({ practises: !practises })} /><span>${t("ready.practice")}</span></label><p class="soft">${t("ready.practice.about")}</p></section>`}
  ${canSound && html`<section class="panel"><label class="choice"><input type="checkbox" name="sound" checked=${soundIsOn.value} onChange=${() => setSound(!soundIsOn.value)} /><span>${t("ready.with_sound")}</span></label>
    ${canVibrate && html`<label class="choice"><input type="checkbox" name="vibrate" checked=${touchIsOn.value} onChange=${() => setTouch(!touchIsOn.value)} /><span>${t("ready.with_vibration")}</span></label>`}
    <p class="soft">${t("ready.with_sound.about")}</p></section>`}
  <section class="panel safety"><p>${t("safety.line")}</p></section>`;
}

// The heading has the focus when its step comes, not when the page does.
function Title({ name, at, children }) {
  const heading = useRef(null);
  const shown = useRef(at);
  useLayoutEffect(() => {
    if (shown.current !== at) heading.current.focus({ preventScroll: true });
    if (shown.current !== at) scrollTo(0, 0);
    shown.current = at;
  }, [at]);
  return html`<div class="title"><div><p class="eyebrow">${words.value("ready.step", { n: at + 1, total: STEPS.length })}</p><h2 class="done" tabindex="-1" ref=${heading}>${words.value(`ready.${name}`)}</h2></div>${children}</div>`;
}

// `strap`: where this page connects to the strap itself, that comes first. goesOn() loads what comes after this.
export function Ready({ session, strap, goesOn }) {
  const t = words.value;
  const state = session.state.value;
  const { at, told, chosen, practises } = pathOf(state);
  const name = STEPS[at];
  const exercise = chosen ?? state.hello.exercise;
  const go = (change) => (path.value = { ...pathOf(state), ...change });
  const move = (to) => {
    isChecked = true;
    goesOn();
    go({ at: to });
  };
  const before = told ?? toldIn(state.marks);
  const wantsPractice = (practises ?? before.isFirst) && !MOVEMENTS.has(exercise);
  const tell = (now) => {
    textsFor(before, now).forEach((text) => session.mark("context", text));
    go({ told: now });
  };
  return html`<main class=${`sheet ${name === "check" ? "" : "narrow"}`} data-screen="ready" data-step=${name}>
    <${Title} name=${name} at=${at}>${name === "check" && html`<button type="button" class="small" onClick=${() => move(STEPS.length - 1)}>${t("ready.straight")}</button>`}<//>
    ${name === "check" && html`<${Check} session=${session} strap=${strap} />`}
    ${name === "context" && html`<p class="soft">${t("ready.context.about")}</p><${Context} told=${before} tell=${tell} />`}
    ${name === "tension" && html`<section class="panel"><${Tension} name="before" question=${t("patient.tension.before")} value=${state.ratings["tension.before"]} onRate=${(n) => session.rate("tension", "before", n)} /></section><p class="soft">${t("ready.optional")}</p>`}
    ${name === "exercise" && html`<${Exercise} hello=${state.hello} name=${exercise} practises=${wantsPractice} choose=${go} />`}
    <div class="dock">
      ${at > 0 && html`<button type="button" onClick=${() => move(at - 1)}>${t("ready.back")}</button>`}
      ${name === "exercise" ? html`<button type="button" class="primary" onClick=${() => session.command("start", chosen, wantsPractice)}>${t("patient.start")}</button>` : html`<button type="button" class="primary" onClick=${() => move(at + 1)}>${t("ready.next")}</button>`}
    </div>
  </main>`;
}
