// From beats and breaths to what is drawn: pure, and the same for both pages.

const LEAST_RANGE_BPM = 16; // less would blow noise up to look like something
const GAP_S = 3;
const LEAST_BAR_BPM = 6;
export const SHOWN = 12; // breaths

// Lowest and highest heart rate of the picture.
export function rangeOf(rates) {
  const low = Math.min(...rates);
  const high = Math.max(...rates);
  const middle = (low + high) / 2;
  const half = Math.max(LEAST_RANGE_BPM, (high - low) * 1.1) / 2;
  return [middle - half, middle + half];
}

// Runs of beats with no gap, no new segment and no artefact between them.
export function runsOf(beats, labels) {
  const runs = [];
  let last = null;
  for (const beat of beats) {
    const artifact = labels[`${beat.seq}.${beat.index}`];
    if (artifact && artifact !== "normal") {
      last = null;
      continue;
    }
    if (!last || beat.segment !== last.segment || beat.t_s - last.t_s > GAP_S) runs.push([]);
    runs.at(-1).push(beat);
    last = beat;
  }
  return runs;
}

// Columns for uPlot: times, heart rates with null where the line is broken, and the beats that were set apart.
export function columnsOf(beats, labels) {
  const runs = runsOf(beats, labels);
  const line = runs.flatMap((run, index) => [...(index > 0 ? [{ t_s: run[0].t_s - 1e-3, heart_rate_bpm: null }] : []), ...run]);
  const apart = beats.filter((beat) => (labels[`${beat.seq}.${beat.index}`] ?? "normal") !== "normal");
  const points = [...line.map((beat) => [beat.t_s, beat.heart_rate_bpm, null]), ...apart.map((beat) => [beat.t_s, null, beat.heart_rate_bpm])];
  points.sort((a, b) => a[0] - b[0]);
  return [0, 1, 2].map((column) => points.map((point) => point[column]));
}

// Height and place of each bar; null where nothing was measured.
export function barsOf(breaths, height) {
  const last = breaths.slice(-SHOWN);
  const most = Math.max(LEAST_BAR_BPM, ...last.map((breath) => Math.abs(breath.exhale_fall_bpm ?? 0)));
  const hasFalls = last.some((breath) => breath.exhale_fall_bpm < 0);
  const zero = hasFalls ? height / 2 : height - 4;
  const perBpm = (hasFalls ? height / 2 - 4 : height - 8) / most;
  return last.map((breath, place) => {
    const size = breath.exhale_fall_bpm === null ? null : Math.abs(breath.exhale_fall_bpm) * perBpm;
    return { breath, place, zero, size, top: breath.exhale_fall_bpm > 0 ? zero - size : zero };
  });
}
