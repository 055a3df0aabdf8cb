// The physiotherapist's warnings: notes on a card, no alarm and no sound.

const NO_CONTACT_S = 5;
const LOW_USABLE_S = 30;
const USABLE_PERCENT = 80;
const BATTERY_PERCENT = 15;

// Since when (ms on the session's clock) each condition has held; carried from one quality message to the next.
export const NOTHING_SINCE = Object.freeze({ contact: null, usable: null });

// Whether a poor signal is worth a warning: who has not begun, or has taken the strap off again, has none.
export function isMeasured(phase) {
  return phase === "running" || phase === "paused";
}

export function since(before, quality, nowMs) {
  const keep = (name, holds) => (holds ? (before[name] ?? nowMs) : null);
  return {
    contact: keep("contact", quality.contact === false || quality.connected === false),
    usable: keep("usable", quality.usable_percent !== null && quality.usable_percent < USABLE_PERCENT),
  };
}

function lasted(start, seconds, nowMs) {
  return start !== null && (nowMs - start) / 1000 >= seconds;
}

// Keys of the language files with their values; limits are the clinic's own: { low, high } in bpm, null where not set.
export function warningsOf(quality, held, limits, nowMs) {
  if (!quality) return [];
  const rate = quality.heart_rate_bpm;
  const found = [];
  if (lasted(held.contact, NO_CONTACT_S, nowMs)) found.push(["warning.no_contact", { n: Math.floor((nowMs - held.contact) / 1000) }]);
  if (lasted(held.usable, LOW_USABLE_S, nowMs)) found.push(["warning.usable", { n: Math.round(quality.usable_percent) }]);
  if (quality.battery_percent !== null && quality.battery_percent < BATTERY_PERCENT) found.push(["warning.battery", { n: quality.battery_percent }]);
  if (quality.strap_place && quality.strap_place !== "chest") found.push(["warning.not_chest", {}]);
  if (rate !== null && limits.high !== null && rate > limits.high) found.push(["warning.above", { n: Math.round(rate), limit: limits.high }]);
  if (rate !== null && limits.low !== null && rate < limits.low) found.push(["warning.below", { n: Math.round(rate), limit: limits.low }]);
  if (!quality.saved) found.push(["warning.not_saved", {}]);
  return found;
}
