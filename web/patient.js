// The patient's page: one calm screen at a time.

import { AnswerCard } from "./card.js";
import { stayOn } from "./device.js";
import { Finished } from "./finished.js";
import { HeartLine } from "./line.js";
import { isPaced } from "./pacer.js";
import { LanguageSwitch, open, SimulatedTag, ThemeSwitch, words } from "./page.js";
import { recall, remember } from "./preferences.js";
import { Ready } from "./ready.js";
import { Session } from "./session.js";
import { BreathSound, BreathTouch, canSound, canVibrate } from "./sound.js";
import { Movement, Pacer, Still } from "./stage.js";
import { currentStep } from "./state.js";
import { effect, html, signal } from "./ui.js";
import { isStale, screenOf } from "./view.js";

const NOTICE_FROM_S = 30;
const NOTICE_FOR_S = 30;
const NOTICE = [["yes", 2], ["no", 0], ["unsure", 1]];

const session = new Session("patient");
const sound = new BreathSound();
const touch = new BreathTouch();
const soundIsOn = signal(false);
const touchIsOn = signal(false);
const lineIsShown = signal(recall("heart_line", true));
const own = signal(null); // { check, note } where this page connects to the strap itself
let isOwn = false;
const Away = signal(null); // why this page is let in no longer
const stoppedAlone = signal(false); // stop was tapped while there was no connection

effect(() => {
  const state = session.state.value;
  const step = currentStep(state);
  const isRunning = state.phase === "running" && isPaced(step);
  stayOn(state.phase === "running");
  session.nowMs.value; // four times a second
  if (!isRunning || stoppedAlone.value) return sound.stop();
  if (soundIsOn.value) sound.follow(step, session.sessionS(), session.speed);
  if (touchIsOn.value) touch.follow(step, session.sessionS());
});
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

async function toggleSound() {
  soundIsOn.value = soundIsOn.value ? false : await sound.start();
  if (!soundIsOn.value) sound.stop();
}

function stop() {
  session.command("stop");
  if (!session.isLinked.value) stoppedAlone.value = true;
}

function Header({ canStop }) {
  const t = words.value;
  const { hello } = session.state.value;
  return html`<header class="top">
    <h1 class="brand">${t("app.title")}</h1>
    <${SimulatedTag} hello=${hello} />
    <div class="top-actions">
      <${LanguageSwitch} titleKey="patient.title" />
      ${!canStop && html`<${ThemeSwitch} />`}
      ${canStop && html`<button type="button" class="stop" onClick=${stop}>${t("patient.stop")}</button>`}
    </div>
  </header>`;
}

// Asked once, about half a minute into the breathing; it takes the place of the buttons, so that nothing shifts.
function isNoticeAsked(state) {
  session.nowMs.value; // comes and goes with time
  const first = state.steps.find((step) => step.step === "breathe" && step.block === null); // a trial is not disturbed
  const since = first ? session.sessionS() - first.start_s : -1;
  return since >= NOTICE_FROM_S && since <= NOTICE_FROM_S + NOTICE_FOR_S && state.ratings["notice.during"] === undefined;
}

function Notice() {
  const t = words.value;
  return html`<section class="notice" aria-labelledby="notice">
    <h2 id="notice">${t("patient.notice")}</h2>
    <div class="notice-answers">${NOTICE.map(([name, value]) => html`<button type="button" onClick=${() => session.rate("notice", "during", value)}>${t(`patient.notice.${name}`)}</button>`)}</div>
  </section>`;
}

const ICONS = {
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11",
  vibrate: "M8.5 4.5h7v15h-7zM5 8.5v7M2.5 10.5v3M19 8.5v7M21.5 10.5v3",
  chart: "M2.5 12h4l2.5-7 4 14 3-9 1.5 2h4",
};

// A switch that shows its name where there is room, and always has it.
function Switch({ name, isOn, onClick }) {
  const label = words.value(`patient.${name}`);
  return html`<button type="button" class=${`switch ${name}`} aria-pressed=${isOn} aria-label=${label} title=${label} onClick=${onClick}>
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path class="stroke" d=${ICONS[name]} /></svg><span>${label}</span>
  </button>`;
}

function Foot({ screen }) {
  const t = words.value;
  const isPaused = screen === "paused";
  const isPacedStep = screen === "breathe";
  if (isPacedStep && isNoticeAsked(session.state.value)) return html`<footer class="foot"><${Notice} /></footer>`;
  return html`<footer class="foot">
    <button type="button" class=${isPaused ? "primary" : ""} onClick=${() => session.command(isPaused ? "resume" : "pause")}>${t(isPaused ? "patient.resume" : "patient.pause")}</button>
    ${screen === "moving" && html`<button type="button" onClick=${() => session.command("skip")}>${t("patient.skip")}</button>`}
    ${isPacedStep && canSound && html`<${Switch} name="sound" isOn=${soundIsOn.value} onClick=${toggleSound} />`}
    ${isPacedStep && canVibrate && html`<${Switch} name="vibrate" isOn=${touchIsOn.value} onClick=${() => (touchIsOn.value = !touchIsOn.value)} />`}
    ${isPacedStep && html`<${Switch} name="chart" isOn=${lineIsShown.value} onClick=${toggleLine} />`}
    <p class="foot-safety">${t("safety.short")}</p>
  </footer>`;
}

function toggleLine() {
  lineIsShown.value = !lineIsShown.value;
  remember("heart_line", lineIsShown.value);
}

const STILL = new Set(["baseline", "recovery", "rest"]);

function Stage({ screen }) {
  const t = words.value;
  const step = currentStep(session.state.value);
  if (screen === "breathe" && isPaced(step)) return html`<${Pacer} session=${session} step=${step} />`;
  if (screen === "moving") return html`<${Movement} session=${session} />`;
  if (screen === "paused") return html`<${Still} title=${t("card.paused.word")} />`;
  const kind = STILL.has(step?.step) ? step.step : "wait";
  return html`<${Still} title=${t(`still.${kind}.title`)} />`;
}

function Exercise({ screen }) {
  const asks = screen === "breathe";
  return html`<main class="exercise" data-screen=${screen}>
    <${Stage} screen=${screen} />
    <div class="side">
      ${own.value?.note() ?? html`<${AnswerCard} session=${session} asks=${asks} />`}
      ${asks && lineIsShown.value && html`<${HeartLine} session=${session} />`}
    </div>
    <${Foot} screen=${screen} />
  </main>`;
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
  if (screen === "ready") return html`<${Ready} session=${session} sound=${sound} strap=${own.value?.check()} />`;
  if (screen === "finished") return html`<${Finished} session=${session} />`;
  return html`<${Exercise} screen=${screen} />`;
}

function Page() {
  const state = session.state.value;
  const screen = screenOf(state);
  const isExercise = state.phase === "running" || state.phase === "paused";
  const isBusy = isExercise && !stoppedAlone.value;
  const isLost = state.hello && isStale(state, session.nowMs.value) && !isExercise && !Away.value;
  return html`<div class=${`page patient ${isExercise ? "busy" : ""}`}>
    <${Header} canStop=${isBusy} />
    ${isLost && html`<p class="lost" role="status">${words.value("app.lost")}</p>`}
    <${Screen} screen=${screen} isBusy=${isBusy} />
  </div>`;
}

open(Page, "patient.title");
