// Which part of a session a picture shows: pairs of seconds.

const LEAST_S = 5; // some six beats

// From the first to the last second of a session; a second at least.
export function spanOf(found) {
  if (!found) return [0, 1];
  const { beats, document } = found;
  const times = [...beats.t_s.slice(0, 1), ...beats.t_s.slice(-1), ...document.steps.flatMap((step) => [step.start_s, step.end_s])];
  if (times.length === 0) return [0, 1];
  const from = Math.min(...times);
  return [from, Math.max(from + 1, ...times)];
}

// The same length, or the whole, inside of it.
export function within([from, to], [first, last]) {
  if (to - from >= last - first) return [first, last];
  const moved = Math.max(0, first - from) - Math.max(0, to - last);
  return [from + moved, to + moved];
}

// Closer (factor below 1) or further away; what is at `about_s` stays where it is.
export function zoomed([from, to], factor, about_s, span) {
  const length = Math.max(LEAST_S, (to - from) * factor);
  const share = Math.min(1, Math.max(0, (about_s - from) / (to - from)));
  return within([about_s - share * length, about_s + (1 - share) * length], span);
}

// Moved so that a time can be seen, with a tenth of room beside it.
export function showing([from, to], t_s, span) {
  const room = (to - from) / 10;
  if (t_s >= from + room && t_s <= to - room) return [from, to];
  const moved = t_s < from + room ? t_s - from - room : t_s - to + room;
  return within([from + moved, to + moved], span);
}
