// The tachogram of a card: the last minute with exhales and gaps, as three paths. It moves once a second.

import { exhalesBetween } from "./pacer.js";
import { rangeOf, runsOf } from "./series.js";

const SPAN_S = 60;
const DELAY_S = 2; // drawn so much late, so that beats need not come on time
export const WIDTH = 300;
export const HEIGHT = 56;
const TOP = 3;
const LEAST_GAP_S = 3;

// Until when a line is drawn: a little behind now, or the newest beat where none will follow.
export function drawnUntilS(state, sessionS) {
  const newest = state.beats.at(-1);
  return state.phase === "finished" && newest ? newest.t_s : (sessionS ?? 0) - DELAY_S;
}

// Stretches without a usable beat, as [start, end].
function holes(runs, from, to) {
  const edges = [from, ...runs.flatMap((run) => [run[0].t_s, run.at(-1).t_s]), to];
  const pairs = Array.from({ length: edges.length / 2 }, (_, at) => [edges[2 * at], edges[2 * at + 1]]);
  return pairs.filter(([start, end]) => end - start > LEAST_GAP_S);
}

// Paths of the exhales, the line and the gaps on the minute that ends at `to`.
export function sparkPaths({ beats, labels, steps }, to) {
  const from = to - SPAN_S;
  const runs = runsOf(beats.filter((beat) => beat.t_s > from && beat.t_s <= to), labels);
  const [low, high] = rangeOf(runs.length ? runs.flat().map((beat) => beat.heart_rate_bpm) : [70]);
  const x = (time) => (((Math.min(to, Math.max(from, time)) - from) / SPAN_S) * WIDTH).toFixed(1);
  const y = (rate) => (TOP + (1 - (rate - low) / (high - low)) * (HEIGHT - 2 * TOP)).toFixed(1);
  const band = ([start, end]) => `M${x(start)} 0H${x(end)}V${HEIGHT}H${x(start)}Z`;
  return {
    exhales: steps.flatMap((step) => exhalesBetween(step, from, to)).map(band).join(""),
    line: runs.map((run) => `M${run.map((beat) => `${x(beat.t_s)} ${y(beat.heart_rate_bpm)}`).join("L")}`).join(""),
    gaps: holes(runs, from, to).map(([start, end]) => `M${x(start)} ${HEIGHT / 2}H${x(end)}`).join(""),
  };
}
