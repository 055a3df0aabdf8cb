// From beats to the line that is drawn: pure, and the same for both pages.

const LEAST_RANGE_BPM = 16; // less would blow noise up to look like something
const GAP_S = 3;

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
