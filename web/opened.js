// One session looked at closely, beside the cards: loaded, with its charts, when the first is opened.

import { Breath } from "./breathing.js";
import { Breaths } from "./breaths.js";
import { Tachogram } from "./chart.js";
import { Closing } from "./closing.js";
import { NoteForm, Steering } from "./controls.js";
import { Adherence, Marks, Measures, Steps } from "./course.js";
import { limits } from "./desk.js";
import { stateKey } from "./glance.js";
import { Sure } from "./keys.js";
import { Fall, Numbers, reasonWords } from "./numbers.js";
import { me } from "./me.js";
import { SimulatedTag, words } from "./page.js";
import { remember } from "./preferences.js";
import { isStale } from "./stale.js";
import { strapWords } from "./strap_words.js";
import { Trouble } from "./trouble.js";
import { html, useEffect, useRef } from "./ui.js";
import { cardView } from "./view.js";
import { reportPath } from "./zone.js";

const SPOILT = new Set(["no_contact", "no_beat_intervals", "poor_signal", "irregular_beats", "lost"]); // the card says why, and not of the answer as it was before
const REPORTS = ["patient", "clinician"];

function Warnings({ watch }) {
  const t = words.value;
  const found = watch.warnings();
  if (found.length === 0) return null;
  return html`<ul class="warnings" aria-label=${t("warning.title")}>${found.map((one) => html`<li>${t(...one)}</li>`)}</ul>`;
}

// `isNear`: the patient's screen may be opened here as well, to try it out.
function PatientSees({ session, isNear }) {
  const t = words.value;
  const state = session.state.value;
  const view = cardView(state, session.nowMs.value, session.sessionS());
  const why = state.exhale?.answer === "yes" || SPOILT.has(view.name) ? null : reasonWords(t, state.exhale?.reason);
  return html`<section class="panel sees"><h3>${t("physio.patient_sees")}</h3>
    ${state.phase === "finished" && state.ratings["tension.after"] === undefined && html`<p class="soft">${t("physio.patient_sees.asked")}</p>`}
    ${state.phase === "finished" ? html`<${Closing} state=${state} />` : html`<p class="sees-word">${t(view.word)}</p><p>${t(...view.sentence)}</p>`}
    ${why && state.phase !== "finished" && html`<h3>${t("physio.reason")}</h3><p>${why}</p>`}
    ${state.quality && state.quality.strap_state !== "beats" && html`<h3>${t("physio.strap")}</h3><p>${strapWords(t, state.quality)}</p>`}
    ${isNear && html`<p><a class="button small" target="_blank" rel="noopener" href="/patient">${t("physio.patient_sees.screen")}</a></p>`}
  </section>`;
}

function Limit({ name }) {
  const t = words.value;
  const set = (event) => {
    const value = event.target.value === "" ? null : Number(event.target.value);
    limits.value = { ...limits.value, [name]: value };
    remember("limits", limits.value);
  };
  return html`<label class="limit"><span>${t(`physio.limits.${name}`)}</span><input type="number" min="30" max="220" inputmode="numeric" value=${limits.value[name] ?? ""} onChange=${set} /></label>`;
}

function Limits() {
  const t = words.value;
  return html`<details class="panel limits"><summary>${t("physio.limits")}</summary><div class="limit-fields"><${Limit} name="low" /><${Limit} name="high" /></div></details>`;
}

function Main({ watch, isGuest, close }) {
  const t = words.value;
  const { session } = watch;
  const state = session.state.value;
  const isOld = isStale(state, session.nowMs.value);
  const title = useRef(null);
  useEffect(() => {
    const isInside = document.activeElement?.closest(".opened"); // in the field for a note
    if (close && !isInside) title.current.focus({ preventScroll: true }); // who opened it looks there next
  }, [watch.id]);
  return html`<article class="session" aria-labelledby="code">
    <header class="session-head">
      <h2 id="code" tabindex="-1" ref=${title}>${t("physio.session", { code: state.hello.subject })}</h2>
      <span class="state">${t(stateKey(state, isOld))}</span>
      <${SimulatedTag} hello=${state.hello} />
      ${close && html`<button type="button" class="close" onClick=${close}>${t("cards.close")}</button>`}
    </header>
    <${Trouble} trouble=${state.trouble} nowMs=${session.nowMs.value} />
    ${isGuest ? html`<p class="soft">${t("physio.guest.about")}</p>` : html`<${Steering} watch=${watch} />`}
    ${state.phase === "finished" && !isGuest && html`<p class="afterwards"><a class="button" href=${`/review/${state.epoch}`}>${t("physio.review")}</a>
      ${REPORTS.map((kind) => html`<a class="button" key=${kind} target="_blank" rel="noopener" href=${reportPath(state.epoch, { kind, form: "pdf", language: t.language })}>${t(`physio.report.${kind}`)}</a>`)}</p>`}
    <${Sure} watch=${watch} />
    <${Warnings} watch=${watch} />
    <div class="session-body">
      <div class="session-answer"><${Fall} session=${session} /><${Breaths} breaths=${state.breaths} /></div>
      <${Numbers} session=${session} />
    </div>
    <${Tachogram} session=${session} spanS=${60} titleKey="physio.tachogram" height=${150} />
    ${!isGuest && html`<section class="controls"><${NoteForm} session=${session} /></section>`}
  </article>`;
}

export function Opened({ watch, isGuest, close }) {
  const t = words.value;
  const { session } = watch;
  const state = session.state.value;
  return html`<section class="opened" data-phase=${state.phase} aria-label=${t("cards.opened")}>
    <${Main} key=${watch.id} watch=${watch} isGuest=${isGuest} close=${close} />
    <aside class="more" aria-label=${t("physio.open")}>
      <${PatientSees} session=${session} isNear=${me.value?.role === "local" && !close} />
      <${Steps} session=${session} />
      <${Adherence} state=${state} />
      <${Marks} marks=${state.marks} steps=${state.steps} />
      ${state.breathing && html`<section class="panel"><${Breath} session=${session} /></section>`}
      <section class="panel"><${Tachogram} session=${session} spanS=${300} titleKey="physio.trend" height=${130} /></section>
      <${Measures} measures=${state.measures} />
      <${Limits} />
    </aside>
  </section>`;
}
