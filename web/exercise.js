// During an exercise: the circle or a quiet picture, the answer, and what can be done.

import { AnswerCard } from "./card.js";
import { setSound, setTouch, soundIsHeld, soundIsOn, touchIsOn } from "./cues.js";
import { HeartLine } from "./line.js";
import { isPaced } from "./pacer.js";
import { words } from "./page.js";
import { recall, remember } from "./preferences.js";
import { canSound, canVibrate } from "./sound.js";
import { Movement, Pacer, Still } from "./stage.js";
import { currentStep } from "./state.js";
import { html, signal, useEffect, useRef, useState } from "./ui.js";

const NOTICE_FROM_S = 30;
const NOTICE_FOR_S = 30;
const NOTICE = [["yes", 2], ["no", 0], ["unsure", 1]];
const lineIsShown = signal(recall("heart_line", true));

// Asked once, half a minute into the breathing, in the place of the buttons: nothing shifts.
function isNoticeAsked(session) {
  const state = session.state.value;
  session.nowMs.value; // comes and goes with time
  const first = state.steps.find((step) => step.step === "breathe" && step.block === null); // a trial is not disturbed
  const since = first ? session.sessionS() - first.start_s : -1;
  return since >= NOTICE_FROM_S && since <= NOTICE_FROM_S + NOTICE_FOR_S && state.ratings["notice.during"] === undefined;
}

function Notice({ session }) {
  const t = words.value;
  return html`<section class="notice" aria-labelledby="notice">
    <h2 id="notice">${t("patient.notice")}</h2>
    <div class="notice-answers">${NOTICE.map(([name, value]) => html`<button type="button" onClick=${() => session.rate("notice", "during", value)}>${t(`patient.notice.${name}`)}</button>`)}</div>
  </section>`;
}

// The browser holds the sound back until the next tap.
function Held() {
  const t = words.value;
  return html`<section class="notice" aria-labelledby="held">
    <div role="status"><h2 id="held">${t("patient.sound.held")}</h2></div>
    <div class="notice-answers"><button type="button" class="primary" onClick=${() => setSound(true)}>${t("patient.sound.on")}</button><button type="button" onClick=${() => setSound(false)}>${t("patient.sound.without")}</button></div>
  </section>`;
}

const ICONS = {
  bare: "M12 4.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 0 0 0-15M12 8.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11",
  vibrate: "M8.5 4.5h7v15h-7zM5 8.5v7M2.5 10.5v3M19 8.5v7M21.5 10.5v3",
  chart: "M2.5 12h4l2.5-7 4 14 3-9 1.5 2h4",
};

// A switch that shows its name where there is room.
function Switch({ name, isOn, onClick }) {
  const label = words.value(`patient.${name}`);
  return html`<button type="button" class=${`switch ${name}`} aria-pressed=${isOn} aria-label=${label} title=${label} onClick=${onClick}>
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path class="stroke" d=${ICONS[name]} /></svg><span>${label}</span>
  </button>`;
}

function Foot({ session, screen, bare }) {
  const t = words.value;
  const isPaused = screen === "paused";
  const isPacedStep = screen === "breathe";
  const act = isPaused ? "resume" : "pause";
  const isPractice = isPacedStep && currentStep(session.state.value)?.step === "practice";
  if (soundIsHeld.value && !isPaused) return html`<footer class="foot"><${Held} /></footer>`;
  if (isPacedStep && isNoticeAsked(session)) return html`<footer class="foot"><${Notice} session=${session} /></footer>`;
  return html`<footer class="foot">
    <button type="button" class=${isPaused ? "primary" : ""} onClick=${() => session.command(act)}>${t(`patient.${act}`)}</button>
    ${(screen === "moving" || isPractice) && html`<button type="button" onClick=${() => session.command("skip")}>${t(isPractice ? "patient.practice.known" : "patient.skip")}</button>`}
    ${!isPaused && canSound && html`<${Switch} name="sound" isOn=${soundIsOn.value} onClick=${() => setSound(!soundIsOn.value)} />`}
    ${!isPaused && !isPractice && canVibrate && html`<${Switch} name="vibrate" isOn=${touchIsOn.value} onClick=${() => setTouch(!touchIsOn.value)} />`}
    ${isPacedStep && !isPractice && html`<${Switch} name="bare" isOn=${false} onClick=${() => bare(true)} /><${Switch} name="chart" isOn=${lineIsShown.value} onClick=${toggleLine} />`}
    <p class="foot-safety">${t("safety.short")}</p>
  </footer>`;
}

function toggleLine() {
  lineIsShown.value = !lineIsShown.value;
  remember("heart_line", lineIsShown.value);
}

const STILL = new Set(["baseline", "recovery", "rest"]);

function Stage({ session, screen }) {
  const t = words.value;
  const step = currentStep(session.state.value);
  if (screen === "breathe" && isPaced(step)) return html`<${Pacer} session=${session} step=${step} />`;
  if (screen === "moving") return html`<${Movement} session=${session} />`;
  if (screen === "paused") return html`<${Still} title=${t("card.paused.word")} />`;
  const kind = STILL.has(step?.step) ? step.step : "wait";
  return html`<${Still} title=${t(`still.${kind}.title`)} />`;
}

const HINT_MS = 6000;

// The circle, its words and Stop, and nothing else. A tap anywhere brings the rest back.
function Bare({ session, bare }) {
  const t = words.value;
  const back = useRef(null);
  useEffect(() => {
    back.current.focus({ preventScroll: true });
    return () => requestAnimationFrame(() => document.querySelector(".switch.bare")?.focus({ preventScroll: true })); // where it came from
  }, []);
  const [sinceMs] = useState(session.nowMs.peek());
  const isNew = session.nowMs.value - sinceMs < HINT_MS;
  return html`<main class="exercise bare" data-screen="bare" onClick=${() => bare(false)}>
    <${Stage} session=${session} screen="breathe" />
    <button type="button" class=${`quiet ${isNew ? "" : "visually-hidden"}`} ref=${back}>${t("patient.bare.back")}</button>
  </main>`;
}

// bare(isOn) shows only the circle, or all again; note: what stands in the place of an answer.
export function Exercise({ session, screen, bare, note }) {
  if (screen === "bare") return html`<${Bare} session=${session} bare=${bare} />`;
  const asks = screen === "breathe" && currentStep(session.state.value)?.step === "breathe";
  return html`<main class="exercise" data-screen=${screen}>
    <${Stage} session=${session} screen=${screen} />
    <div class="side">
      ${note ?? html`<${AnswerCard} session=${session} asks=${asks} />`}
      ${asks && lineIsShown.value && html`<${HeartLine} session=${session} />`}
    </div>
    <${Foot} session=${session} screen=${screen} bare=${bare} />
  </main>`;
}
