// From beats to what the physiotherapist's charts draw.

import { runsOf } from "./series.js";

// Columns for uPlot: times, heart rates with null where the line is broken, and the beats that were set apart.
export function columnsOf(beats, labels) {
  const runs = runsOf(beats, labels);
  const line = runs.flatMap((run, index) => [...(index > 0 ? [{ t_s: run[0].t_s - 1e-3, heart_rate_bpm: null }] : []), ...run]);
  const apart = beats.filter((beat) => (labels[`${beat.seq}.${beat.index}`] ?? "normal") !== "normal");
  const points = [...line.map((beat) => [beat.t_s, beat.heart_rate_bpm, null]), ...apart.map((beat) => [beat.t_s, null, beat.heart_rate_bpm])];
  points.sort((a, b) => a[0] - b[0]);
  return [0, 1, 2].map((column) => points.map((point) => point[column]));
}
