// How the session went so far: the steps of the exercise, the measures of each, and what was marked.

import { followedOf } from "./followed.js";
import { markWords } from "./mark_words.js";
import { minutes } from "./minutes.js";
import { sourceWords } from "./numbers.js";
import { words } from "./page.js";
import { blockOf, planned } from "./plan.js";
import { html } from "./ui.js";
import { secondsLeft } from "./view.js";

function stepName(t, step) {
  return step.movement && t.has(`movement.${step.movement}.title`) ? t(`movement.${step.movement}.title`) : t(`step.${step.step}`);
}

export function Steps({ session }) {
  const t = words.value;
  const state = session.state.value;
  session.nowMs.value; // counts down
  const left = secondsLeft(state, session.sessionS());
  const block = blockOf(state);
  return html`<section class="panel"><h3>${t("physio.steps")}</h3>
    ${block && html`<p class="block">${t("physio.block", block)}</p>`}
    <ol class="steps">${planned(state).map((step) => html`<li class=${step.when} aria-current=${step.when === "now" ? "step" : null}>
      <span class="step-name">${stepName(t, step)} ${step.pattern && html`<span class="soft">${step.pattern}</span>`}</span>
      <span class="soft">${step.when === "now" && left !== null ? t("patient.left", { time: minutes(left) }) : minutes(Math.round(step.duration_s))}</span>
      <span class="step-when">${t(`step.when.${step.when}`)}</span>
    </li>`)}</ol>
  </section>`;
}

// How many breaths were in time with the circle, as far as a chest tells; what all together say; how many can be used.
export function Adherence({ state }) {
  const t = words.value;
  if (state.breaths.length === 0) return null;
  const usable = state.breaths.filter((breath) => breath.usable).length;
  const followed = followedOf(state.breaths);
  return html`<section class="panel adherence"><h3>${t("cards.adherence")}</h3>
    ${followed.all > 0
      ? html`<p>${t("cards.adherence.followed", followed)} ${followed.unread > 0 && html`<span class="soft">${t("cards.adherence.unread", { n: followed.unread })}</span>`}</p>
        <p class="soft">${t("cards.adherence.chance")}</p>`
      : html`<p class="soft">${t("cards.adherence.untold")}</p>`}
    <p>${t("cards.adherence.together")} <strong>${t(`following.${state.exhale?.following ?? "unknown"}`)}</strong> <span class="soft">${sourceWords(t, "following_source", state.exhale?.following_source)}</span></p>
    <p>${t("cards.adherence.usable", { n: usable, all: state.breaths.length })}</p>
  </section>`;
}

export function Measures({ measures }) {
  const t = words.value;
  if (measures.length === 0) return null;
  const number = (value, scale = 1) => (value === null ? t("physio.missing") : t("format.one", { x: value * scale }));
  return html`<section class="panel"><h3>${t("physio.measures")}</h3>
    <div class="table-scroll" tabindex="0" role="region" aria-label=${t("physio.measures")}><table>
      <thead><tr>${["step", "rate", "rmssd", "sdnn", "respiration"].map((name) => html`<th>${t(`physio.measures.${name}`)}</th>`)}</tr></thead>
      <tbody>${measures.map((one) => html`<tr key=${one.step_seq}><th scope="row">${t(`step.${one.step}`)}</th><td>${number(one.heart_rate_bpm)}</td><td>${number(one.rmssd_ms)}</td><td>${number(one.sdnn_ms)}</td><td>${number(one.respiration_hz, 60)} <span class="soft">${sourceWords(t, "respiration_source", one.respiration_source)}</span></td></tr>`)}</tbody>
    </table></div>
  </section>`;
}

// When it was, on the clock of the exercise: the room may have been open for hours before.
function markTime(t, { at_s }, steps) {
  const since = steps.length ? at_s - steps[0].start_s : -Infinity;
  return since > -1 ? minutes(Math.max(0, Math.floor(since))) : t("physio.marks.before");
}

export function Marks({ marks, steps }) {
  const t = words.value;
  const author = (mark) => (mark.author && t.has(`author.${mark.author}`) ? ` · ${t(`author.${mark.author}`)}` : "");
  return html`<section class="panel"><h3>${t("physio.marks")}</h3>
    ${marks.length === 0 ? html`<p class="soft">${t("physio.marks.none")}</p>` : html`<ol class="marks" tabindex="0">${marks.toReversed().map((mark) => html`<li><span class="soft time">${markTime(t, mark, steps)}</span><span>${markWords(t, mark)}<span class="soft">${author(mark)}</span></span></li>`)}</ol>`}
  </section>`;
}
