// A session on the clock of its exercise: its room may have been open for hours before the first step.

const LEAD_S = 10; // of the time before, so much is shown

const at = (one, begin_s, names) => ({ ...one, ...Object.fromEntries(names.map((name) => [name, one[name] === null ? null : one[name] - begin_s])) });

// Columns of the beats that are shown.
function columnsFrom(columns, begin_s) {
  const first = columns.t_s.findIndex((t_s) => t_s >= begin_s - LEAD_S);
  const shown = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, first < 0 ? [] : values.slice(first)]));
  return { ...shown, t_s: shown.t_s.map((t_s) => t_s - begin_s) };
}

// What the server says of a session, all times counted from its first step; `begin_s` is where that is on its own clock.
export function fromBegin(found) {
  const { document } = found;
  const begin_s = document.steps[0]?.start_s ?? 0;
  const moved = (list, ...names) => list.map((one) => at(one, begin_s, names));
  const gaps = document.quality.gaps.filter(([, to]) => to === null || to > begin_s - LEAD_S).map(([from, to]) => [Math.max(from - begin_s, -LEAD_S), to === null ? null : to - begin_s]);
  return {
    ...found,
    begin_s,
    beats: columnsFrom(found.beats, begin_s),
    marks: moved(found.marks, "t_s"),
    ratings: moved(found.ratings, "t_s"),
    document: { ...document, steps: moved(document.steps, "start_s", "end_s"), breaths: moved(document.breaths, "inhale_start_s", "exhale_start_s", "end_s"), quality: { ...document.quality, gaps } },
  };
}
