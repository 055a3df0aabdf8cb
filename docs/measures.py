"""``make measures``: writes docs/measures.md, the measures and what each does when only the breathing rate changes."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biofeedback.core import hrv
from biofeedback.core.breath_rate import rate_corrected_amplitude_ms, respiration_power_ms2, single_wave_fraction
from biofeedback.core.nonlinear import dfa_alpha1, sample_entropy
from biofeedback.core.pacing import Pacer, Pattern
from biofeedback.core.rsa import locked_amplitude_ms, phases_rad
from biofeedback.core.spectrum import power_spectrum

PAGE = Path(__file__).with_name("measures.md")
TASK_FORCE = "Task Force 1996, 10.1161/01.CIR.93.5.1043"
BRENNAN = "Brennan 2001, 10.1109/10.959330"
OURS = "ours"
STEP, RUN = "whole step", "longest unbroken run of the step"
SPECTRUM = "300 s at half overlap, or the run when it is shorter; Hann"
EACH = "each interval once, at its midpoint; straight line removed"
FIT = "generalised least squares in the noise of free breathing"


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the first table."""

    field: str
    unit: str
    method: str
    window: str
    interpolation: str
    ddof: str
    source: str


MEASURES = (
    Measure("heart_rate_bpm", "1/min", "60000 over the mean NN interval", STEP, "none", "-", TASK_FORCE),
    Measure("rmssd_ms", "ms", "root mean square of differences of neighbours", STEP, "none", "0", TASK_FORCE),
    Measure("sdnn_ms", "ms", "standard deviation of NN intervals", STEP, "none", "1", TASK_FORCE),
    Measure("pnn50_percent", "%", "share of differences above 50 ms", STEP, "none", "-", TASK_FORCE),
    Measure("sd1_ms", "ms", "SD of differences over the root of 2", STEP, "none", "1", BRENNAN),
    Measure("sd2_ms", "ms", "root of 2 SDNN² - SD1²", STEP, "none", "1", BRENNAN),
    Measure("vlf_power_ms2", "ms²", f".0033-.04 Hz; {EACH}; not under 5 min", SPECTRUM, "none", "0", TASK_FORCE),
    Measure("lf_power_ms2", "ms²", f".04-.15 Hz; {EACH}", SPECTRUM, "none", "0", TASK_FORCE),
    Measure("hf_power_ms2", "ms²", f".15-.40 Hz; {EACH}", SPECTRUM, "none", "0", TASK_FORCE),
    Measure("respiration_hz", "Hz", "by the chest's acceleration: median breath between two swings alike; else by RR: "
            "rate that explains the beats best, hidden Markov model over windows", f"{STEP}; RR: 56 s at half overlap",
            "none", "-", "`core/chest_breaths.py`, `core/respiration.py`"),
    Measure("rsa_ms", "ms", "peak to trough of a sine on the pacer's phase, with a linear drift: least squares",
            RUN, "none", "-", OURS),
    Measure("exhale_rise_ms", "ms", "mean RR of the last third of an exhale minus that of its first third",
            "one exhale", "linear, 4 Hz, between midpoints", "-", OURS),
    Measure("exhale_fall_bpm", "1/min", "the same as heart rate, first minus last", "one exhale",
            "linear, 4 Hz, between midpoints", "-", OURS),
    Measure("effect_ms", "ms", f"last minus first third of the exhale of the fitted wave; {FIT}; 95 % interval, "
            "0 left out only where nothing else explains the wave",
            "whole breaths: 3, 6, 12", "none", "-", OURS),
    Measure("effect_bpm", "1/min", "`effect_ms` at the mean NN interval", "whole breaths: 3, 6, 12", "none", "-", OURS),
    Measure("breath average (picture)", "ms", "RR folded on the pacer's phase, 20 bins, each breath about its mean; "
            "percentile bootstrap over breaths", STEP, "linear, 4 instants a bin", "-",
            "Efron 1979, 10.1214/aos/1176344552"),
    Measure("delta_heart_rate_bpm", "1/min", "recovery minus baseline; error from how both steps wander",
            "two quiet steps", "none", "-", OURS),
    Measure("delta_ln_rmssd", "-", "logarithm of RMSSD, recovery minus baseline", "two quiet steps", "none", "-", OURS),
    Measure("breathing_hz", "Hz", "`respiration_hz` as measured by the chest; else the pacer's rate, unless the person "
            "was seen not to follow, or `respiration_hz`", STEP, "none", "-", OURS),
    Measure("rate_corrected_amplitude_ms", "ms", "RMSSD / (√2 S \\|sin πfT\\|), S = sin πfT / πfT, f `breathing_hz`, "
            "T mean NN: half of peak to trough", STEP, "none", "0", "ours; IPFM of Mateo and Laguna 2000"),
    Measure("respiration_power_ms2", "ms²", f"`breathing_hz` ± max(.02 Hz, 1/window); {EACH}", SPECTRUM, "none", "0",
            f"band: ours; {TASK_FORCE}"),
    Measure("single_wave_fraction", "-", "power within 1/32 Hz of the highest peak of .04-.26 Hz, over that of "
            ".0033-.40 Hz: likeness to a sine, from any source", "64 s at half overlap; Hann", "none", "0", OURS),
    Measure("sample_entropy", "nat", "m 2, r .2 SD, no self-matches; from 100 templates", "300 s at half overlap, mean",
            "none", "1 (of r)", "Richman and Moorman 2000, 10.1152/ajpheart.2000.278.6.H2039"),
    Measure("dfa_alpha1", "-", "boxes of 4 to 16 beats side by side, line removed; slope of 13 sizes", RUN, "none", "0",
            "Peng 1995, 10.1063/1.166141"),
)  # fmt: skip
PER_MINUTE = (4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0)
SECONDS, HEART_BPM, SWING_BPM, GRID_S, SEED = 600.0, 65.0, 4.0, 0.005, 4
ROWS = {
    "RMSSD (ms)": 1, "SDNN (ms)": 1, "LF (ms²)": 0, "HF (ms²)": 0, "LF/HF": 2, "RSA, locked, peak to trough (ms)": 1,
    "rate-corrected amplitude (ms)": 1, "power around breathing (ms²)": 0, "share of a single wave": 2,
    "sample entropy": 2, "DFA alpha 1": 2,
}  # fmt: skip
SAID = {
    "RMSSD (ms)": "a high-pass: three times as large at 18 a minute as at 4",
    "SDNN (ms)": "a tenth less: a beat averages over itself, more so in fast breathing",
    "LF (ms²)": "holds breathing up to 9 a minute",
    "HF (ms²)": "holds breathing from 9 a minute",
    "LF/HF": "turns over at 9 a minute: a matter of bands, no balance of anything",
    "RSA, locked, peak to trough (ms)": "a tenth less, for the same reason",
    "rate-corrected amplitude (ms)": "nearly the same from 8 a minute; below, other waves in RMSSD weigh more",
    "power around breathing (ms²)": "a quarter less, the square of the same; Mayer waves come in near 6 a minute",
    "share of a single wave": "high at any rate it looks at, which ends at 15.6 a minute: no sign of slow breathing",
    "sample entropy": "goes with the rate: slow waves are easier to foretell",
    "DFA alpha 1": "falls with the rate, as its boxes of 4 to 16 beats see slow breathing as a trend",
}


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The whole page."""
    head = ("field", "unit", "method", "window", "interpolation", "ddof", "source")
    rows = [(f"`{m.field}`", m.unit, m.method, m.window, m.interpolation, m.ddof, m.source) for m in MEASURES]
    return "\n".join(
        (
            "# Measures",
            "",
            "Made by `make measures` from `docs/measures.py`; do not edit. Fields are those of `analyze --json`. For "
            "heart rate, RMSSD, SDNN, pNN50, SD1, SD2 and band powers artefacts are put right (artefacts.md); all else "
            "leaves out what is not normal. Nothing bridges a gap. ddof: what is taken from n in a variance.",
            "",
            *_table(head, rows),
            "",
            "## When only the breathing rate changes",
            "",
            f"A simulated person, ten minutes at each rate: heart rate {HEART_BPM:.0f}, breathing 4:6 with a swing of "
            f"{2 * SWING_BPM:.0f} bpm peak to trough at **every** rate, in phase with the breath, so that the vagal "
            "modulation is the same throughout; besides, always alike, a Mayer wave (.095 Hz, 1 bpm SD, coherence "
            "30 s), slow wandering (1 bpm SD, 40 s) and noise (.5 bpm). Beats come by integral pulse frequency "
            f"modulation. Seed {SEED}. In a real person the swing itself also grows as breathing slows; that is not in "
            "here. What changes along a row is the measure's own doing, and no sign of the nervous system.",
            "",
            *_table(("breaths a minute", *(f"{rate:g}" for rate in PER_MINUTE), "what it does"), _changes()),
            "",
        )
    )


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)]


def _changes() -> list[tuple[str, ...]]:
    """Rows of the second table."""
    columns = [_measured(rate) for rate in PER_MINUTE]
    return [(name, *(f"{column[name]:.{digits}f}" for column in columns), SAID[name]) for name, digits in ROWS.items()]


def _measured(per_minute: float) -> dict[str, float]:
    """All measures at one breathing rate."""
    period_s = 60.0 / per_minute
    pacer = Pacer(0.0, Pattern(0.4 * period_s, 0.6 * period_s))
    rr_ms = _beats_ms(pacer)
    mid_s = (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0
    differences_ms, followed = np.diff(rr_ms), np.ones(len(rr_ms), dtype=bool)
    bands, spectrum = hrv.spectral_measures(mid_s, rr_ms), power_spectrum(mid_s, rr_ms)
    values = (
        hrv.rmssd_ms(differences_ms), hrv.sdnn_ms(rr_ms), bands.lf_power_ms2, bands.hf_power_ms2,
        (bands.lf_power_ms2 or 0.0) / (bands.hf_power_ms2 or 1.0), 2 * locked_amplitude_ms(pacer, mid_s, rr_ms),
        rate_corrected_amplitude_ms(hrv.rmssd_ms(differences_ms), float(rr_ms.mean()), per_minute / 60.0),
        respiration_power_ms2(spectrum, per_minute / 60.0), single_wave_fraction(mid_s, rr_ms),
        sample_entropy(mid_s, rr_ms, followed), dfa_alpha1(rr_ms, followed),
    )  # fmt: skip
    return {name: float("nan") if value is None else value for name, value in zip(ROWS, values, strict=True)}


def _beats_ms(pacer: Pacer) -> NDArray[np.float64]:
    """RR intervals of the person: a beat each time the integral of the heart rate grows by one."""
    grid_s = np.arange(0.0, SECONDS, GRID_S)
    rate_bpm = HEART_BPM - SWING_BPM * np.cos(phases_rad(pacer, grid_s + GRID_S / 2)) + _background_bpm(grid_s)
    integral = np.concatenate(([0.0], np.cumsum(rate_bpm[:-1] * GRID_S / 60.0)))
    return np.asarray(np.diff(np.interp(np.arange(integral[-1]), integral, grid_s)) * 1000.0)


def _background_bpm(grid_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is the same at every breathing rate: Mayer wave, slow wandering, noise; made every half second."""
    rng = np.random.default_rng(SEED)
    step_s, count = 0.5, round(SECONDS / 0.5) + 1
    drives = rng.standard_normal((4, count))
    mayer, slow = np.zeros(count, dtype=complex), np.zeros(count)
    keep_mayer, keep_slow = np.exp(-step_s / 30.0 + 2j * np.pi * 0.095 * step_s), np.exp(-step_s / 40.0)
    for k in range(1, count):
        mayer[k] = keep_mayer * mayer[k - 1] + np.sqrt(1 - abs(keep_mayer) ** 2) * complex(drives[0, k], drives[1, k])
        slow[k] = keep_slow * slow[k - 1] + np.sqrt(1 - keep_slow**2) * drives[2, k]
    return np.asarray(np.interp(grid_s, step_s * np.arange(count), mayer.real + slow + 0.5 * drives[3]))


if __name__ == "__main__":
    sys.exit(main())
