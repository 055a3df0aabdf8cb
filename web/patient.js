// The patient's page: one calm screen at a time.

import { follow } from "./cues.js";
import { stayOn } from "./device.js";
import { LanguageSwitch, open, SimulatedTag, ThemeSwitch, words } from "./page.js";
import { part } from "./part.js";
import { Session } from "./session.js";
import { isStale } from "./stale.js";
import { effect, html, signal } from "./ui.js";
import { lostKey, screenOf } from "./view.js";

// Each is loaded when its time comes; the exercise while the person is still getting ready.
const exercise = part(() => import("./exercise.js").then((module) => module.Exercise));
const PARTS = {
  ready: part(() => import("./ready.js").then((module) => module.Ready)),
  finished: part(() => import("./finished.js").then((module) => module.Finished)),
};

const session = new Session("patient");
const isBare = signal(false); // only what is needed to breathe along is shown
const own = signal(null); // { check, note } where this page connects to the strap itself
let isOwn = false;
const Away = signal(null); // why this page is let in no longer
const stoppedAlone = signal(false); // stop was tapped while there was no connection

follow(session, () => stoppedAlone.value);
effect(() => stayOn(session.state.value.phase === "running"));
effect(() => {
  if (session.isLinked.value) stoppedAlone.value = false;
});

effect(() => {
  if (isOwn || session.state.value.hello?.strap !== "browser") return;
  isOwn = true;
  import("./own_strap.js").then(({ ownStrap }) => (own.value = ownStrap(session)));
});
effect(() => session.refused.value && import("./turned_away.js").then(({ TurnedAway }) => (Away.value = () => html`<${TurnedAway} session=${session} role="patient" />`)));

effect(() => session.state.value.trouble?.code === "consent_first" && location.replace("/join"));

const bare = (isOn) => (isBare.value = isOn);
addEventListener("keydown", (event) => event.key === "Escape" && bare(false));

function stop() {
  session.command("stop");
  if (!session.isLinked.value) stoppedAlone.value = true;
}

function Header({ canStop, isBare }) {
  const t = words.value;
  const { hello, quality } = session.state.value;
  return html`<header class="top">
    <h1 class=${`brand ${isBare ? "visually-hidden" : ""}`}>${t("app.title")}</h1>
    <div class="tags"><${SimulatedTag} hello=${hello} />${quality?.saved === false && html`<${UnsavedTag} />`}</div>
    <div class="top-actions">
      ${!isBare && html`<${LanguageSwitch} titleKey="patient.title" />`}
      ${!canStop && html`<${ThemeSwitch} />`}
      ${canStop && html`<button type="button" class="stop" onClick=${stop}>${t("patient.stop")}</button>`}
    </div>
  </header>`;
}

// The exercise goes on as it is; at its end stands why.
function UnsavedTag() {
  const t = words.value;
  return html`<p class="tag unsaved"><span class="at-length">${t("app.not_saved")}</span><span class="in-short">${t("app.not_saved.short")}</span></p>`;
}

function Connecting() {
  const t = words.value;
  const key = `error.${session.state.value.trouble?.code}`;
  return html`<main class="sheet narrow" data-screen="connecting"><p class="waiting" role="status">${t(t.has(key) ? key : "app.connecting")}</p></main>`;
}

function StoppedAlone() {
  return html`<main class="sheet narrow" data-screen="stopped"><section class="panel"><h2>${words.value("patient.finished")}</h2><p>${words.value("patient.stopped.offline")}</p></section></main>`;
}

function Screen({ screen, isBusy }) {
  if (Away.value && !isBusy) return html`<${Away.value} />`;
  if (stoppedAlone.value) return html`<${StoppedAlone} />`;
  if (screen === "connecting") return html`<${Connecting} />`;
  const Part = (PARTS[screen] ?? exercise)();
  if (!Part) return html`<${Connecting} />`;
  return html`<${Part} session=${session} screen=${screen} bare=${bare} note=${own.value?.note()} strap=${own.value?.check()} goesOn=${exercise} />`;
}

function Page() {
  const state = session.state.value;
  const shown = screenOf(state);
  const screen = isBare.value && shown === "breathe" ? "bare" : shown;
  const isExercise = state.phase === "running" || state.phase === "paused";
  const isBusy = isExercise && !stoppedAlone.value;
  const isLost = state.hello && isStale(state, session.nowMs.value) && !isExercise && !Away.value;
  const told = isLost ? "app.lost" : lostKey(state, session.nowMs.value);
  return html`<div class=${`page patient ${isExercise ? "busy" : ""}`}>
    <${Header} canStop=${isBusy} isBare=${screen === "bare"} />
    ${told && html`<p class="lost" role="status">${words.value(told)}</p>`}
    <${Screen} screen=${screen} isBusy=${isBusy} />
  </div>`;
}

open(Page, "patient.title");
