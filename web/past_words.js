// What a session that is over says, in words: keys of the language files with their values. Pure.

function interval(key, x, low, high) {
  if (x === null || x === undefined) return null;
  return low === null || high === null ? [`${key}.alone`, { x }] : [key, { x, low, high }];
}

const reasonOf = ({ reason }) => (reason && reason !== "inconclusive" ? `reason.${reason}` : null); // the interval says that

// An answer: its word, its number with the interval, and why it is not known.
export function exhaleWords(exhale) {
  if (!exhale) return { word: "answer.unknown", number: null, reason: null };
  return { word: `answer.${exhale.answer}`, number: interval("history.fall", exhale.effect_bpm, exhale.low_bpm, exhale.high_bpm), reason: reasonOf(exhale) };
}

export function calmerWords(calmer) {
  if (!calmer) return { word: "answer.unknown", number: null, reason: null };
  const isSlower = calmer.high_bpm !== null && calmer.high_bpm < 0; // and yet no yes: the interval alone would not say why
  const reason = reasonOf(calmer) ?? (calmer.answer === "unknown" && isSlower ? "history.calmer.sitting" : null);
  return { word: `answer.${calmer.answer}`, number: interval("history.change", calmer.delta_heart_rate_bpm, calmer.low_bpm, calmer.high_bpm), reason };
}

export function tensionWords({ tension_before: before, tension_after: after }) {
  if (before !== null && after !== null) return ["history.tension.both", { before, after }];
  if (before !== null) return ["history.tension.before", { before }];
  if (after !== null) return ["history.tension.after", { after }];
  return ["history.tension.none", {}];
}

// The calmer answer over the sessions of one exercise.
export function pooledWords(pooled) {
  const { answer, delta_heart_rate_bpm: x, low_bpm: low, high_bpm: high, more_sessions: more, expected_bpm: sitting } = pooled;
  const n = pooled.sessions.length;
  if (x === null) return ["history.pooled.one", { more }];
  if (answer === "yes") return ["history.pooled.yes", { n, fall: -x, low: -high, high: -low }];
  if (answer === "no") return ["history.pooled.no", { n, x, low, high }];
  return more === 0 ? ["history.pooled.enough", { n, x, low, high, sitting }] : ["history.pooled.unknown", { n, x, low, high, more, sitting }];
}

const HZ_PER_MIN = 60;

// Where a measure lies, and which change of it cannot be told from the person's own swing.
export function bandWords(band) {
  const times = band.measure === "respiration_hz" ? HZ_PER_MIN : 1;
  const { sessions: n, minimum_detectable_change: change, minimum_detectable_ratio: ratio } = band;
  const said = n === 1 ? "once" : "lies";
  const where = band.mean === null ? ["history.band.none", {}] : [`history.band.${band.measure}.${said}`, { n, mean: band.mean * times, low: band.low * times, high: band.high * times }];
  if (ratio !== null) return { where, detectable: ["history.band.ratio", { more: Math.round(100 * (ratio - 1)), less: Math.round(100 * (1 - 1 / ratio)) }] };
  if (change !== null) return { where, detectable: [`history.band.${band.measure}.change`, { x: change * times }] };
  return { where, detectable: null };
}
