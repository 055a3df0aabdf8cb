// Before the exercise: which one, does everything work, is it safe, how tense are you.

import { canStayOn } from "./device.js";
import { words } from "./page.js";
import { Tension } from "./scale.js";
import { canSound, canVibrate } from "./sound.js";
import { strapWords } from "./strap_words.js";
import { html, signal } from "./ui.js";

const chosen = signal(null); // another exercise than the session came with

function lengthWords(t, steps) {
  const total = steps.reduce((sum, step) => sum + step.duration_s, 0);
  return total < 60 ? t("patient.exercise.short", { n: total }) : t("patient.exercise.length", { n: Math.round(total / 60) });
}

function Exercise({ hello }) {
  const t = words.value;
  const name = chosen.value ?? hello.exercise;
  return html`<section class="panel">
    <p class="eyebrow">${t("patient.exercise")}</p>
    <h2>${t(`exercise.${name}.title`)}</h2>
    <p>${t(`exercise.${name}.intro`)}</p>
    ${name === hello.exercise && html`<p class="soft">${lengthWords(t, hello.steps)}</p>`}
    <details>
      <summary>${t("patient.exercise.other")}</summary>
      <div class="choices" role="radiogroup" aria-label=${t("patient.exercise.other")}>
        ${hello.exercises.map((one) => html`<label class="choice"><input type="radio" name="exercise" value=${one} checked=${one === name} onChange=${() => (chosen.value = one)} /><span>${t(`exercise.${one}.title`)}</span></label>`)}
      </div>
    </details>
  </section>`;
}

function Fact({ name, children }) {
  return html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;
}

function Device({ session, sound, isOwn }) {
  const t = words.value;
  const { quality } = session.state.value;
  return html`<section class="panel">
    <h2>${t("patient.device")}</h2>
    <dl class="facts">
      ${!isOwn && html`<${Fact} name=${t("patient.device.strap")}>${strapWords(t, quality)}<//>`}
      ${quality?.battery_percent != null && html`<${Fact} name=${t("patient.device.battery")}>${t("patient.percent", { n: quality.battery_percent })}<//>`}
      <${Fact} name=${t("patient.device.sound")}>
        ${canSound ? html`<p>${t("patient.device.sound.ready")}</p><button type="button" class="small" onClick=${() => sound.try()}>${t("patient.device.sound.try")}</button>` : t("patient.device.sound.none")}
      <//>
      ${canVibrate && html`<${Fact} name=${t("patient.device.vibrate")}>${t("patient.device.vibrate.can")}<//>`}
      <${Fact} name=${t("patient.device.screen")}>${t(canStayOn ? "patient.device.screen.stays" : "patient.device.screen.may_go")}<//>
    </dl>
  </section>`;
}

export function Safety() {
  const t = words.value;
  return html`<section class="panel safety"><p>${t("safety.line")}</p><p>${t("safety.urgent")}</p></section>`;
}

// `strap`: where this page connects to the strap itself, that comes first.
export function Ready({ session, sound, strap }) {
  const t = words.value;
  const { hello, ratings } = session.state.value;
  const start = () => {
    session.command("start", chosen.value);
    chosen.value = null;
  };
  return html`<main class="sheet" data-screen="ready">
    <div class="columns">
      <div class="column">
        ${strap}
        <${Exercise} hello=${hello} />
        <section class="panel"><${Tension} name="before" question=${t("patient.tension.before")} value=${ratings["tension.before"]} onRate=${(n) => session.rate("tension", "before", n)} /></section>
      </div>
      <div class="column"><${Device} session=${session} sound=${sound} isOwn=${Boolean(strap)} /><${Safety} /></div>
    </div>
    <div class="dock"><button type="button" class="primary" onClick=${start}>${t("patient.start")}</button></div>
  </main>`;
}
