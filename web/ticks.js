// Round numbers along an axis.

// About `count` of 1, 2 or 5 times a power of ten.
export function niceTicks([low, high], count) {
  const raw = (high - low) / count;
  if (!(raw > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((one) => one * power >= raw * 0.999) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const OF_A_CLOCK = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

// About `count` of whole seconds or minutes.
export function timeTicks([from, to], count) {
  const step = OF_A_CLOCK.find((one) => (to - from) / one <= count) ?? 7200;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, index) => (first + index) * step);
}

// 125.4 s as 2:05, or 2:05.4 with a decimal.
export function clockText(seconds, decimals = 0) {
  const unit = 10 ** decimals;
  const all = Math.round(Math.abs(seconds) * unit);
  const rest = ((all % (60 * unit)) / unit).toFixed(decimals).padStart(decimals ? decimals + 3 : 2, "0");
  return `${seconds < 0 && all > 0 ? "\u2212" : ""}${Math.floor(all / (60 * unit))}:${rest}`;
}

// The time of a beat as a reader's language writes it.
export const beatTime = (t, seconds) => clockText(seconds, 1).replace(".", t("format.decimal"));
