// What the physiotherapist does in the opened view: start, pause, skip, stop, another exercise, mark, note.

import { goOn, noteIsWanted } from "./keys.js";
import { words } from "./page.js";
import { html, useEffect, useRef } from "./ui.js";

function ExerciseChoice({ watch, hello }) {
  const t = words.value;
  return html`<label class="exercise-choice"><span>${t("patient.exercise")}</span>
    <select onChange=${(event) => (watch.chosen.value = event.target.value)}>
      ${hello.exercises.map((name) => html`<option value=${name} selected=${name === watch.exercise}>${t(`exercise.${name}.title`)}</option>`)}
    </select></label>`;
}

// Another session on the patient's screen. One that runs is ended by it, so that is asked first.
function startAnew(watch) {
  const { phase } = watch.session.state.value;
  if (phase === "running" || phase === "paused") watch.asking.value = "new";
  else watch.session.command("new", watch.exercise);
}

// What steers the session: always in reach, at the top of its view.
export function Steering({ watch }) {
  const t = words.value;
  const { session } = watch;
  const { phase, hello } = session.state.value;
  const isBusy = phase === "running" || phase === "paused";
  const key = { ready: "start", running: "pause", paused: "resume" }[phase];
  return html`<div class="buttons">
    ${key && html`<button type="button" class="primary" onClick=${() => goOn(watch)}>${t(`physio.${key}`)}</button>`}
    ${isBusy && html`<button type="button" onClick=${() => session.command("skip")}>${t("physio.skip")}</button>`}
    ${isBusy && html`<button type="button" class="stop" onClick=${() => (watch.asking.value = "stop")}>${t("physio.stop")}</button>`}
    <button type="button" onClick=${() => session.mark("note")}>${t("physio.mark")}</button>
    <button type="button" onClick=${() => session.mark("context", "following")}>${t("physio.saw_following")}</button>
    <div class="anew"><${ExerciseChoice} watch=${watch} hello=${hello} />
    ${phase !== "ready" && html`<button type="button" class=${phase === "finished" ? "primary" : ""} onClick=${() => startAnew(watch)}>${t("physio.new")}</button>`}</div>
  </div>`;
}

export function NoteForm({ session }) {
  const t = words.value;
  const note = useRef(null);
  useEffect(() => {
    if (!noteIsWanted.value) return;
    noteIsWanted.value = false;
    note.current.focus();
  }, [noteIsWanted.value]);
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
