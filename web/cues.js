// What is heard and felt of an exercise, for eyes that are closed: each breath, and where a part begins or ends.

import { cueBetween, momentOf } from "./moments.js";
import { isPaced } from "./pacer.js";
import { BreathSound, BreathTouch } from "./sound.js";
import { currentStep } from "./state.js";
import { effect, signal } from "./ui.js";

export const soundIsOn = signal(false);
export const touchIsOn = signal(false);
export const soundIsHeld = signal(false); // it is on, and the browser lets nothing be heard
export const sound = new BreathSound((isRunning) => (soundIsHeld.value = soundIsOn.peek() && !isRunning));
const touch = new BreathTouch();

// Of several pages in one browser one sounds, the last that was switched on.
const pages = typeof BroadcastChannel === "function" ? new BroadcastChannel("biofeedback.sound") : null;
pages?.addEventListener("message", () => {
  touchIsOn.value = false;
  setSound(false);
});

export async function setSound(isOn) {
  soundIsOn.value = isOn;
  soundIsHeld.value = false;
  if (!isOn) return sound.stop();
  pages?.postMessage("here");
  return sound.start();
}

export function setTouch(isOn) {
  touchIsOn.value = isOn;
  if (isOn) pages?.postMessage("here");
}

// isStopped(): whether the person has stopped, though the session does not know it yet.
export function follow(session, isStopped) {
  let last = momentOf(session.state.peek());
  effect(() => {
    const now = momentOf(session.state.value);
    const cue = cueBetween(last, now);
    last = now;
    if (cue && soundIsOn.peek()) sound.chime(cue);
    if (cue && touchIsOn.peek()) touch.tell(cue);
  });
  effect(() => {
    const state = session.state.value;
    const step = currentStep(state);
    session.nowMs.value; // four times a second
    if (state.phase !== "running" || !isPaced(step) || isStopped()) return sound.stop();
    if (soundIsOn.value) sound.follow(step, session.sessionS(), session.speed);
    if (touchIsOn.value) touch.follow(step, session.sessionS());
  });
}
