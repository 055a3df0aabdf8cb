// The physiotherapist's page: a card for each session (one for now, laid out for eight), and what lies behind it.

import { ask } from "./api.js";
import { Breath } from "./breathing.js";
import { Breaths } from "./breaths.js";
import { Tachogram } from "./chart.js";
import { Notes, Steering } from "./controls.js";
import { Marks, Measures, Steps } from "./course.js";
import { Closing } from "./finished.js";
import { Fall, Numbers, reasonWords } from "./numbers.js";
import { me, whoAmI } from "./me.js";
import { LanguageSwitch, open, SimulatedTag, ThemeSwitch, words } from "./page.js";
import { recall, remember } from "./preferences.js";
import { Session } from "./session.js";
import { strapWords } from "./strap_words.js";
import { TurnedAway } from "./turned_away.js";
import { effect, html, signal } from "./ui.js";
import { cardView, isStale } from "./view.js";
import { NOTHING_SINCE, since, warningsOf } from "./warnings.js";

// "#room=01K..." names the room; a private try-out has only one.
const room = new URLSearchParams(location.hash.slice(1)).get("room");
addEventListener("hashchange", () => location.reload());

const session = new Session("physio", room);
const limits = signal(recall("limits", { low: null, high: null }));
const held = signal(NOTHING_SINCE);

effect(() => {
  const { quality } = session.state.value;
  if (quality) held.value = since(held.peek(), quality, performance.now());
});

whoAmI().then(
  ({ role }) => role === "physiotherapist" && !room && location.replace("/staff"),
  () => {}, // the ticket tells what is wrong
);
const isGuest = () => me.value?.role === "guest";

async function signOut() {
  await ask("POST", "/api/sign-out");
  location.assign("/staff");
}

function Header() {
  const t = words.value;
  const isStaff = me.value?.role === "physiotherapist";
  return html`<header class="top">
    <h1 class="brand">${t(isGuest() ? "physio.guest" : "physio.title")}</h1>
    ${!session.refused.value && html`<span class="soft link-state">${t(session.isLinked.value ? "app.connected" : "app.connecting")}</span>`}
    <div class="top-actions">${isStaff && html`<a class="button" href="/staff">${t("staff.rooms")}</a>`}<${LanguageSwitch} titleKey="physio.title" /><${ThemeSwitch} />${isStaff && html`<button type="button" onClick=${signOut}>${t("signing.out")}</button>`}</div>
  </header>`;
}

function Warnings() {
  const t = words.value;
  const found = warningsOf(session.state.value.quality, held.value, limits.value, session.nowMs.value);
  if (found.length === 0) return null;
  return html`<ul class="warnings" aria-label=${t("warning.title")}>${found.map((one) => html`<li>${t(...one)}</li>`)}</ul>`;
}

function Trouble({ trouble, nowMs }) {
  const t = words.value;
  if (!trouble || nowMs - trouble.heardMs > 8000) return null;
  const key = `error.${trouble.code}`;
  return html`<p class="trouble" role="alert">${t.has(key) ? t(key, { detail: trouble.detail }) : t("error.unknown", { detail: trouble.detail })}</p>`;
}

function PatientSees() {
  const t = words.value;
  const state = session.state.value;
  const view = cardView(state, session.nowMs.value, session.sessionS());
  const why = state.exhale?.answer === "yes" ? null : reasonWords(t, state.exhale?.reason);
  return html`<section class="panel sees"><h3>${t("physio.patient_sees")}</h3>
    ${state.phase === "finished" ? html`<${Closing} state=${state} />` : html`<p class="sees-word">${t(view.word)}</p><p>${t(...view.sentence)}</p>`}
    ${why && state.phase !== "finished" && html`<h3>${t("physio.reason")}</h3><p>${why}</p>`}
    ${state.quality && state.quality.strap_state !== "beats" && html`<h3>${t("physio.strap")}</h3><p>${strapWords(t, state.quality)}</p>`}
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

function SessionCard() {
  const t = words.value;
  const state = session.state.value;
  const isOld = isStale(state, session.nowMs.value);
  return html`<article class="session" aria-labelledby="code">
    <header class="session-head">
      <h2 id="code">${t("physio.session", { code: state.hello.subject })}</h2>
      <span class="state">${t(`state.${isOld ? "lost" : state.phase}`)}</span>
      <${SimulatedTag} hello=${state.hello} />
    </header>
    ${isGuest() ? html`<p class="soft">${t("physio.guest.about")}</p>` : html`<${Steering} session=${session} />`}
    <${Warnings} />
    <div class="session-body">
      <div class="session-answer"><${Fall} session=${session} /><${Breaths} breaths=${state.breaths} /></div>
      <${Numbers} session=${session} />
    </div>
    <${Tachogram} session=${session} spanS=${60} titleKey="physio.tachogram" height=${150} />
    ${!isGuest() && html`<${Notes} session=${session} />`}
  </article>`;
}

function Page() {
  const t = words.value;
  const state = session.state.value;
  if (session.refused.value) return html`<div class="page physio"><${Header} /><${TurnedAway} session=${session} role="physio" /></div>`;
  if (!state.hello) return html`<div class="page physio"><${Header} /><${Trouble} trouble=${state.trouble} nowMs=${session.nowMs.value} /><main class="sheet"><p class="soft" role="status">${t("app.connecting")}</p></main></div>`;
  return html`<div class="page physio" data-phase=${state.phase}>
    <${Header} />
    <${Trouble} trouble=${state.trouble} nowMs=${session.nowMs.value} />
    <main class="desk">
      <div class="cards"><${SessionCard} /></div>
      <aside class="opened" aria-label=${t("physio.open")}>
        <${PatientSees} />
        <${Steps} session=${session} />
        <${Marks} marks=${state.marks} />
        ${state.breathing && html`<section class="panel"><${Breath} session=${session} /></section>`}
        <section class="panel"><${Tachogram} session=${session} spanS=${300} titleKey="physio.trend" height=${130} /></section>
        <${Measures} measures=${state.measures} />
        <${Limits} />
      </aside>
    </main>
  </div>`;
}

open(Page, "physio.title");
