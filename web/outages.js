// Beats that are missing because the server or the way to it was away, as biofeedback/core/outages.py tells it.

const OUTAGES = new Set(["restart", "browser_away", "remote_away"]);
const SHORTEST_S = 12;

// Whether these, and no others, are why beats are missing.
export function wasOutage(gaps, reasons = OUTAGES) {
  const [gone, other] = [true, false].map((isOutage) => gaps.filter((gap) => reasons.has(gap.reason) === isOutage).reduce((sum, gap) => sum + (gap.end_s ?? gap.start_s) - gap.start_s, 0));
  return gone >= SHORTEST_S && gone > other;
}

// The same since then.
export function isOutage(gaps, since, nowS, reasons) {
  return wasOutage(gaps.filter((gap) => gap.end_s === null || gap.end_s > since).map((gap) => ({ ...gap, start_s: Math.max(gap.start_s, since), end_s: gap.end_s ?? nowS })), reasons);
}
