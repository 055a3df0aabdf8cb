// The physiotherapist's keys, and the question before what cannot be taken back.

import { words } from "./page.js";
import { recall } from "./preferences.js";
import { html, signal, useEffect, useRef } from "./ui.js";

export const keysAreOn = signal(recall("keys", true));
export const helpIsOpen = signal(false);
export const noteIsWanted = signal(false); // the field for a note takes the focus as soon as it is there

// What space does in each state.
export const GO_ON = { ready: "start", running: "pause", paused: "resume" };
const TYPES = "textarea, select, input:not([type=checkbox]), [contenteditable]";
const PRESSES = "button, summary, input, a:not(.card-open), [role=slider], [tabindex='0']"; // has its own use for space and arrows

export function goOn({ session, chosen }) {
  const next = GO_ON[session.state.value.phase];
  if (next) session.command(next, next === "start" ? chosen.value : null);
}

function isBusy(watch) {
  return ["running", "paused"].includes(watch.session.state.value.phase);
}

// Does what was asked, or asks first; the second time it is done. A button only asks: two clicks on it are soon made.
function askOrDo(watch, act) {
  if (watch.asking.value !== act) return (watch.asking.value = act);
  watch.asking.value = null;
  return watch.session.command(act, act === "new" ? watch.exercise : null);
}

function nearest(from, key) {
  const box = (one) => one.closest(".card").getBoundingClientRect();
  const cards = [...document.querySelectorAll(".card-open")].filter((one) => one.offsetParent !== null);
  if (!from) return cards[0];
  const [ahead, aside] = key === "ArrowLeft" || key === "ArrowRight" ? ["x", "y"] : ["y", "x"];
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  const far = (one) => sign * (box(one)[ahead] - box(from)[ahead]);
  const off = (one) => Math.abs(box(one)[aside] - box(from)[aside]);
  const found = cards.filter((one) => far(one) > 1).sort((a, b) => off(a) - off(b) || far(a) - far(b));
  return found[0];
}

const ACTS = {
  m: (watch) => watch.session.mark("note"),
  n: (watch, isOpen) => {
    if (isOpen) return document.querySelector(".note input")?.focus(); // at once: what is typed next is the note
    noteIsWanted.value = true;
    location.hash = `room=${watch.id}`;
  },
  s: (watch) => isBusy(watch) && askOrDo(watch, "stop"),
};

// The room that a key is meant for: the opened one, else the card that has the focus.
function meant(desk, target) {
  const card = target.closest(".card")?.querySelector(".card-open");
  const id = desk.opened.value ? desk.opened.value.id : card?.dataset.room;
  return [desk.opened.value, ...desk.seats.value].find((watch) => watch && watch.id === id) ?? null;
}

function act(desk, close, event) {
  const { target, repeat: isHeld } = event;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const watch = meant(desk, target);
  if (key === "Escape") {
    if (target.matches(TYPES)) target.blur();
    else if (watch?.asking.value) watch.asking.value = null;
    else close();
    return true;
  }
  if (target.matches(TYPES) || !keysAreOn.value) return false;
  if (key === "?") helpIsOpen.value = true;
  else if (key.startsWith("Arrow") && !target.closest(PRESSES)) nearest(target.closest(".card")?.querySelector(".card-open"), key)?.focus();
  else if (key === " " && watch && !target.closest(PRESSES)) isHeld || goOn(watch);
  else if (ACTS[key] && watch) isHeld || ACTS[key](watch, watch === desk.opened.value);
  else return false;
  return true;
}

// Listens for as long as the page is there. Whoever watches along has no keys but Escape.
export function useKeys(desk, close, maySteer) {
  useEffect(() => {
    const hear = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || helpIsOpen.value) return;
      if (!maySteer() && event.key !== "Escape") return;
      if (act(desk, close, event)) event.preventDefault();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
}

// The question on a card or in the opened view; the second press of the same key says yes.
export function Sure({ watch }) {
  const t = words.value;
  const yes = useRef(null);
  const act = watch.asking.value;
  useEffect(() => {
    const before = document.activeElement;
    if (act) yes.current?.focus();
    return () => before?.isConnected && act && before.focus();
  }, [act]);
  if (!act) return null;
  const { hello } = watch.session.state.value;
  const values = { code: hello.subject, exercise: t(`exercise.${watch.exercise}.title`) };
  return html`<div class="sure" role="group" aria-label=${t("warning.title")}>
    <p>${t(`cards.sure.${act}`, values)}</p>
    <div class="buttons"><button type="button" class="primary" ref=${yes} onClick=${() => askOrDo(watch, act)}>${t(`cards.sure.${act}.yes`)}</button>
    <button type="button" onClick=${() => (watch.asking.value = null)}>${t("cards.sure.no")}</button></div>
  </div>`;
}
