// The measures of a step, in the order in which they are read: their digits, the window they are of and how they are made.

const POWERS = { window: "power", method: "bands", decimals: 0 };
const WHOLE = { window: "step", method: "direct", decimals: 1 };

export const MEASURES = [
  ["beats", { window: "step", method: "artifacts", decimals: 0 }],
  ["heart_rate_bpm", { window: "step", method: "artifacts", decimals: 1 }],
  ["rmssd_ms", WHOLE],
  ["sdnn_ms", { ...WHOLE, method: "spread" }],
  ["pnn50_percent", WHOLE],
  ["sd1_ms", { ...WHOLE, method: "spread" }],
  ["sd2_ms", { ...WHOLE, method: "spread" }],
  ["vlf_power_ms2", POWERS],
  ["lf_power_ms2", POWERS],
  ["hf_power_ms2", POWERS],
  ["rsa_ms", { window: "breaths", method: "locked", decimals: 1 }],
  ["respiration_hz", { window: "step", method: "breathing_rate", decimals: 3 }],
  ["breathing_hz", { window: "step", method: "breathing_rate", decimals: 3 }],
  ["rate_corrected_amplitude_ms", { window: "step", method: "rate_corrected_amplitude", decimals: 1 }],
  ["respiration_power_ms2", { window: "power", method: "respiration_power", decimals: 0 }],
  ["single_wave_fraction", { window: "wave", method: "single_wave", decimals: 2 }],
  ["sample_entropy", { window: "power", method: "sample_entropy", decimals: 2 }],
  ["dfa_alpha1", { window: "step", method: "dfa_alpha1", decimals: 2 }],
].map(([name, rest]) => ({ name, ...rest }));

// A value as it is read; nothing where there is none.
export function measureWords(t, value, decimals) {
  return value === null || value === undefined ? t("report.absent") : t(`report.number.${decimals}`, { x: value });
}

// The second minus the first, null where either is missing.
export const differenceOf = (one, other) => (typeof one === "number" && typeof other === "number" ? other - one : null);
