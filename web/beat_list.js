// The beats of a review: from the columns that the server sends to one object a beat, and to lines and pairs of them.

// What the server sends in columns, a row each; `middle_s` is the middle of the interval.
export function beatsOf(columns) {
  return columns.ids.map((id, place) => ({
    id,
    place,
    t_s: columns.t_s[place],
    middle_s: columns.t_s[place] - columns.rr_ms[place] / 2000,
    rr_ms: columns.rr_ms[place],
    nn_ms: columns.nn_ms[place],
    artifact: columns.artifact[place],
    edit: columns.edit[place],
    segment: columns.segment[place],
  }));
}

// Unbroken runs of [seconds, ms]: `value` gives null where the line is broken.
export function runsOf(beats, value) {
  const runs = [];
  let before = null;
  for (const beat of beats) {
    const ms = value(beat);
    if (ms === null) {
      before = null;
      continue;
    }
    if (before !== beat.segment) runs.push([]);
    runs.at(-1).push([beat.t_s, ms]);
    before = beat.segment;
  }
  return runs;
}

// Each interval with the next one: [ms, ms, place], where both are there and nothing lies between them.
export function pairsOf(beats) {
  return beats.slice(1).flatMap((beat, index) => {
    const before = beats[index];
    if (before.nn_ms === null || beat.nn_ms === null || before.segment !== beat.segment) return [];
    return [[before.nn_ms, beat.nn_ms, beat.place]];
  });
}

// Place of the beat that is nearest to a time; -1 without a beat.
export function nearest(beats, t_s) {
  let best = -1;
  beats.forEach((beat, place) => {
    if (best < 0 || Math.abs(beat.t_s - t_s) < Math.abs(beats[best].t_s - t_s)) best = place;
  });
  return best;
}

const REACH_PX = 24; // half of what a finger covers

// Place of the beat under a pointer at a place of a picture, else of the nearest in time; y(beat) is where it is drawn.
export function beatAt(beats, frame, y, x_px, y_px) {
  let best = -1;
  let least = REACH_PX;
  beats.forEach((beat, place) => {
    const far = Math.hypot(frame.x(beat.t_s) - x_px, y(beat) - y_px);
    if (far <= least) [best, least] = [place, far];
  });
  return best >= 0 ? best : nearest(beats, frame.valueAt(x_px));
}

// The step and the breath that a time lies in, null where there is none.
export function placeIn(found, t_s) {
  const inside = (one) => t_s >= (one.start_s ?? one.inhale_start_s) && t_s < one.end_s;
  return { step: found.steps.find(inside) ?? null, breath: found.breaths.find(inside) ?? null };
}
