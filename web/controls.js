// What the physiotherapist does: start, pause, skip, stop, mark, note. Keys: M, N, space.

import { words } from "./page.js";
import { recall, remember } from "./preferences.js";
import { html, signal, useEffect, useRef } from "./ui.js";

const keysAreOn = signal(recall("keys", true));
const chosen = signal(null);

function isTyping(target) {
  return target.closest("input, textarea, select, button, summary, a, [role=slider]") !== null;
}

// What space does in each state.
const GO_ON = { ready: "start", running: "pause", paused: "resume" };

function useKeys(session, note) {
  useEffect(() => {
    const act = (event) => {
      if (!keysAreOn.value || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      const goOn = GO_ON[session.state.value.phase];
      if (key === "m") session.mark("note");
      else if (key === "n") note.current?.focus();
      else if (key === " " && goOn) session.command(goOn, goOn === "start" ? chosen.value : null);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", act);
    return () => removeEventListener("keydown", act);
  }, []);
}

function ExerciseChoice({ hello, phase }) {
  const t = words.value;
  if (phase !== "ready" && phase !== "finished") return null;
  return html`<label class="exercise-choice"><span>${t("patient.exercise")}</span>
    <select onChange=${(event) => (chosen.value = event.target.value)}>
      ${hello.exercises.map((name) => html`<option value=${name} selected=${name === (chosen.value ?? hello.exercise)}>${t(`exercise.${name}.title`)}</option>`)}
    </select></label>`;
}

function Buttons({ session, phase }) {
  const t = words.value;
  const isBusy = phase === "running" || phase === "paused";
  const exercise = () => chosen.value ?? session.state.value.hello.exercise;
  return html`
    ${phase === "ready" && html`<button type="button" class="primary" onClick=${() => session.command("start", chosen.value)}>${t("physio.start")}</button>`}
    ${phase === "running" && html`<button type="button" class="primary" onClick=${() => session.command("pause")}>${t("physio.pause")}</button>`}
    ${phase === "paused" && html`<button type="button" class="primary" onClick=${() => session.command("resume")}>${t("physio.resume")}</button>`}
    ${isBusy && html`<button type="button" onClick=${() => session.command("skip")}>${t("physio.skip")}</button>`}
    ${isBusy && html`<button type="button" class="stop" onClick=${() => session.command("stop")}>${t("physio.stop")}</button>`}
    ${!isBusy && html`<button type="button" class=${phase === "finished" ? "primary" : ""} onClick=${() => session.command("new", exercise())}>${t("physio.new")}</button>`}`;
}

function NoteForm({ session, note }) {
  const t = words.value;
  const save = (event) => {
    event.preventDefault();
    const text = note.current.value.trim();
    if (text) session.mark("note", text);
    note.current.value = "";
  };
  return html`<form class="note" onSubmit=${save}>
    <label class="note-field"><span>${t("physio.note")}</span><input type="text" maxlength="500" autocomplete="off" placeholder=${t("physio.note.placeholder")} ref=${note} /></label>
    <button type="submit">${t("physio.note.add")}</button>
  </form>`;
}

// What steers the session: always in reach, at the top of its card.
export function Steering({ session }) {
  const t = words.value;
  const { phase, hello } = session.state.value;
  return html`<div class="buttons">
    <${ExerciseChoice} hello=${hello} phase=${phase} />
    <${Buttons} session=${session} phase=${phase} />
    <button type="button" onClick=${() => session.mark("note")}>${t("physio.mark")}</button>
    <button type="button" onClick=${() => session.mark("context", "following")}>${t("physio.saw_following")}</button>
  </div>`;
}

export function Notes({ session }) {
  const t = words.value;
  const note = useRef(null);
  useKeys(session, note);
  const setKeys = (event) => {
    keysAreOn.value = event.target.checked;
    remember("keys", keysAreOn.value);
  };
  return html`<section class="controls">
    <${NoteForm} session=${session} note=${note} />
    <label class="keys"><input type="checkbox" checked=${keysAreOn.value} onChange=${setKeys} /><span>${t("physio.keys")}</span></label>
  </section>`;
}
