// The median fall of heart rate over the exhales, with an interval that assumes nothing of their distribution.

// 95 % interval of a median between two of the sorted values (Conover 1999, Practical Nonparametric Statistics, 3.2):
// as many are left out on each side as a fair coin gives heads in n throws in at most 2.5 % of series.
function leftOut(n) {
  let share = 0.5 ** n;
  let within = 0;
  for (let heads = 0; heads < n; heads += 1) {
    within += share;
    if (within > 0.025) return heads;
    share *= (n - heads) / (heads + 1);
  }
  return 0;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return null;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Over the usable breaths; low and high are null with fewer than six, which say nothing at 95 %.
export function fallOf(breaths) {
  const falls = breaths.filter((one) => one.usable && one.exhale_fall_bpm !== null).map((one) => one.exhale_fall_bpm);
  const sorted = falls.toSorted((a, b) => a - b);
  const skipped = leftOut(sorted.length);
  const has = skipped > 0;
  return { bpm: median(falls), low: has ? sorted[skipped - 1] : null, high: has ? sorted.at(-skipped) : null, breaths: falls.length, all: breaths.length };
}

// One for each pattern, in the order in which they came: a comparison of patterns is none once they are pooled.
export function fallsOf({ breaths, steps }) {
  const patternOf = (one) => steps[one.step_index]?.pattern ?? null;
  const patterns = breaths.length ? [...new Set(breaths.map(patternOf))] : [null];
  return patterns.map((pattern) => ({ pattern, ...fallOf(breaths.filter((one) => patternOf(one) === pattern)) }));
}
