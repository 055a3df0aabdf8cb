// Breathing by ear and by touch: a soft tone that rises on the inhale and falls on the exhale; short pulses for the hand.

import { pacerAt } from "./pacer.js";

const LOW_HZ = 165;
const HIGH_HZ = 247;
const LOUDNESS = 0.12;
const AHEAD_S = 2.5; // scheduled this far ahead, so that a throttled page keeps its rhythm
const FADE_S = 0.25;
const PITCH = { inhale: [LOW_HZ, HIGH_HZ], exhale: [HIGH_HZ, LOW_HZ] };
const PULSES = { inhale: [350], exhale: [90, 120, 90, 120, 90] };

export const canSound = typeof AudioContext === "function";
// Desktop browsers know the call but have nothing to vibrate with.
export const canVibrate = typeof navigator === "object" && typeof navigator.vibrate === "function" && matchMedia("(pointer: coarse)").matches;

export class BreathSound {
  #context = null;
  #voice = null;
  #untilS = null; // scheduled up to here, on the session's clock
  #step = null;

  // Browsers only allow this from a tap.
  async start() {
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.#voice ??= this.#newVoice();
    this.#untilS = null;
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

  // Schedules what is coming; call a few times a second while a paced step runs.
  follow(step, sessionS, speed) {
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

  // A pulse at each new inhale and exhale.
  follow(step, sessionS) {
    const at = pacerAt(step, sessionS);
    const now = `${step.step_seq}.${at.breath.index}.${at.phase}`;
    if (now !== this.#last && PULSES[at.phase]) navigator.vibrate(PULSES[at.phase]);
    this.#last = now;
  }
}
