// From breaths to the bars that are drawn of them.

const LEAST_BAR_BPM = 6;
export const SHOWN = 12; // breaths

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
