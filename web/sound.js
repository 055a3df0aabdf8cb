// Breathing by ear and by touch: a soft tone that rises on the inhale and falls on the exhale.

import { pacerAt } from "./pacer.js";

const LOW_HZ = 165;
const HIGH_HZ = 247;
const LOUDNESS = 0.12;
const AHEAD_S = 2.5; // scheduled this far ahead, so that a throttled page keeps its rhythm
const FADE_S = 0.25;
const HELD_BACK_MS = 800;
const PITCH = { inhale: [LOW_HZ, HIGH_HZ], exhale: [HIGH_HZ, LOW_HZ] };
// Struck, an octave above the breath: two rising to begin, one between parts, two falling at the end.
const CHIMES = { begin: [330, 440], step: [392], end: [440, 330] };
const CHIME_S = 1.4;
const APART_S = 0.45;
const SHAKES = { begin: [200, 200, 200], step: [200], end: [600] };
const PULSES = { inhale: [350], exhale: [90, 120, 90, 120, 90] };
export const IN_AND_OUT = [...PULSES.inhale, 600, ...PULSES.exhale]; // to try it

export const canSound = typeof AudioContext === "function";
// Desktop browsers know the call but have nothing to vibrate with.
export const canVibrate = typeof navigator === "object" && typeof navigator.vibrate === "function" && matchMedia("(pointer: coarse)").matches;

export class BreathSound {
  #context = null;
  #changed;
  #voice = null;
  #untilS = null; // scheduled up to here, on the session's clock
  #step = null;

  // changed(isRunning): the browser lets it be heard, or does not.
  constructor(changed = () => {}) {
    this.#changed = changed;
  }

  // Browsers only allow this from a tap.
  async start() {
    this.#context ??= this.#newContext();
    this.stop();
    // Held back, a browser may leave the question unanswered for good.
    await Promise.race([this.#context.resume(), new Promise((over) => setTimeout(over, HELD_BACK_MS))]);
    this.#voice ??= this.#newVoice();
    this.#changed(this.#context.state === "running");
    return this.#context.state === "running";
  }

  stop() {
    if (!this.#voice) return;
    const now = this.#context.currentTime;
    this.#voice.gain.gain.cancelScheduledValues(now);
    this.#voice.gain.gain.setTargetAtTime(0, now, 0.05);
    this.#untilS = null;
  }

  // One second of the tone, to try it.
  async try() {
    if (!(await this.start())) return false;
    this.#glide("inhale", this.#context.currentTime + 0.05, 1.2, 0);
    return true;
  }

  // Where a part of the exercise begins or ends.
  chime(name) {
    if (this.#context?.state !== "running") return;
    CHIMES[name].forEach((hz, place) => this.#strike(hz, this.#context.currentTime + 0.05 + place * APART_S));
  }

  // Schedules what is coming; call a few times a second while a paced step runs.
  follow(step, sessionS, speed) {
    if (this.#context?.state !== "running") return;
    if (this.#step !== step.step_seq) this.stop();
    this.#step = step.step_seq;
    if (this.#untilS === null || this.#untilS < sessionS) this.#untilS = sessionS;
    while (this.#untilS < sessionS + AHEAD_S * speed) {
      const at = pacerAt(step, this.#untilS + 1e-6);
      const begin = Math.max(at.phase_start_s, this.#untilS);
      const start = this.#context.currentTime + (begin - sessionS) / speed;
      this.#glide(at.phase, start, (at.phase_end_s - begin) / speed, at.fraction);
      this.#untilS = at.phase_end_s;
    }
  }

  #newContext() {
    const context = new AudioContext();
    context.onstatechange = () => this.#changed(context.state === "running");
    return context;
  }

  #strike(hz, start) {
    const oscillator = this.#context.createOscillator();
    const gain = this.#context.createGain();
    oscillator.frequency.value = hz;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0005, start + CHIME_S);
    oscillator.connect(gain).connect(this.#context.destination);
    oscillator.start(start);
    oscillator.stop(start + CHIME_S);
  }

  #newVoice() {
    const gain = this.#context.createGain();
    gain.gain.value = 0;
    gain.connect(this.#context.destination);
    const oscillator = this.#context.createOscillator();
    oscillator.type = "sine";
    oscillator.connect(gain);
    oscillator.start();
    return { gain, oscillator };
  }

  #glide(phase, start, length, fraction) {
    const pitch = PITCH[phase];
    if (!pitch || length < 2 * FADE_S) return;
    const { gain, oscillator } = this.#voice;
    const [from, to] = pitch;
    oscillator.frequency.setValueAtTime(from * (to / from) ** fraction, start);
    oscillator.frequency.exponentialRampToValueAtTime(to, start + length);
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(LOUDNESS, start + FADE_S);
    gain.gain.setValueAtTime(LOUDNESS, start + length - FADE_S);
    gain.gain.linearRampToValueAtTime(0, start + length);
  }
}

export class BreathTouch {
  #last = null;

  tell(cue) {
    navigator.vibrate(SHAKES[cue]);
  }

  // A pulse at each new inhale and exhale.
  follow(step, sessionS) {
    const at = pacerAt(step, sessionS);
    const now = `${step.step_seq}.${at.breath.index}.${at.phase}`;
    if (now !== this.#last && PULSES[at.phase]) navigator.vibrate(PULSES[at.phase]);
    this.#last = now;
  }
}
