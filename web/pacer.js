// The pacer as a formula, as in biofeedback/core/pacing.py: which breath, and where in it, at a time.
// It needs a step ({start_s, inhale_s, hold_in_s, exhale_s, hold_out_s, breaths}) and the session's clock, nothing else.

const INHALE = "inhale";
const HOLD_IN = "hold_in";
export const EXHALE = "exhale";
const HOLD_OUT = "hold_out";

export function isPaced(step) {
  return Boolean(step) && step.inhale_s !== null && step.inhale_s > 0;
}

function period(step) {
  return step.inhale_s + (step.hold_in_s ?? 0) + step.exhale_s + (step.hold_out_s ?? 0);
}

// Breath number `index`, counted from 0; past the end of a varied list the pattern goes on.
export function breath(step, index) {
  const varied = step.breaths ?? [];
  const lengths = varied.slice(0, index);
  const passed = lengths.reduce((sum, [inhale, exhale]) => sum + inhale + exhale, 0);
  const start = step.start_s + passed + (index - lengths.length) * period(step);
  const [inhale, exhale] = varied[index] ?? [step.inhale_s, step.exhale_s];
  const holdIn = index < varied.length ? 0 : (step.hold_in_s ?? 0);
  const holdOut = index < varied.length ? 0 : (step.hold_out_s ?? 0);
  const exhaleStart = start + inhale + holdIn;
  return {
    index,
    inhale_start_s: start,
    inhale_end_s: start + inhale,
    exhale_start_s: exhaleStart,
    exhale_end_s: exhaleStart + exhale,
    end_s: exhaleStart + exhale + holdOut,
  };
}

function indexAt(step, time) {
  const varied = step.breaths ?? [];
  let start = step.start_s;
  for (let index = 0; index < varied.length; index += 1) {
    start += varied[index][0] + varied[index][1];
    if (time < start) return index;
  }
  return varied.length + Math.max(0, Math.floor((time - start) / period(step)));
}

function phaseOf(one, time) {
  if (time < one.inhale_end_s) return [INHALE, one.inhale_start_s, one.inhale_end_s];
  if (time < one.exhale_start_s) return [HOLD_IN, one.inhale_end_s, one.exhale_start_s];
  if (time < one.exhale_end_s) return [EXHALE, one.exhale_start_s, one.exhale_end_s];
  return [HOLD_OUT, one.exhale_end_s, one.end_s];
}

// Where in its breath a step is at a time: phase, fraction of the phase, whole seconds left in it, size of the disc 0..1.
export function pacerAt(step, time) {
  const at = Math.max(time, step.start_s);
  const one = breath(step, indexAt(step, at));
  const [phase, start, end] = phaseOf(one, at);
  const fraction = Math.min(1, Math.max(0, (at - start) / (end - start)));
  const eased = (1 - Math.cos(Math.PI * fraction)) / 2;
  const size = { [INHALE]: eased, [HOLD_IN]: 1, [EXHALE]: 1 - eased, [HOLD_OUT]: 0 }[phase];
  return { breath: one, phase, fraction, size, phase_start_s: start, phase_end_s: end, countdown: Math.max(1, Math.ceil(end - at - 1e-9)) };
}

// All exhales of a step that touch [from, to], as [start, end].
export function exhalesBetween(step, from, to) {
  const last = Math.min(to, step.ended_s ?? (step.duration_s === null ? to : step.start_s + step.duration_s));
  const found = [];
  if (!isPaced(step) || last <= step.start_s) return found;
  for (let index = indexAt(step, Math.max(from, step.start_s)); ; index += 1) {
    const one = breath(step, index);
    if (one.inhale_start_s >= last) return found;
    if (one.exhale_end_s > from && one.exhale_start_s < last) found.push([one.exhale_start_s, Math.min(one.exhale_end_s, last)]);
  }
}
