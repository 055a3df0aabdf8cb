// Beats that are missing because the server or the way to it was away, as biofeedback/core/outages.py tells it.

const OUTAGES = new Set(["restart", "browser_away", "remote_away"]);
const SHORTEST_S = 12;
const MINUTE_S = 60; // that the signal is judged by

// Whether outages, and no strap, are why beats are missing.
export function wasOutage(gaps) {
  const [gone, other] = [true, false].map((isOutage) => gaps.filter((gap) => OUTAGES.has(gap.reason) === isOutage).reduce((sum, gap) => sum + (gap.end_s ?? gap.start_s) - gap.start_s, 0));
  return gone >= SHORTEST_S && gone > other;
}

// The same of the last minute.
export function isOutage(gaps, nowS) {
  const since = nowS - MINUTE_S;
  return wasOutage(gaps.filter((gap) => gap.end_s === null || gap.end_s > since).map((gap) => ({ ...gap, start_s: Math.max(gap.start_s, since), end_s: gap.end_s ?? nowS })));
}
