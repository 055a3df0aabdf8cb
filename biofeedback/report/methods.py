"""How the numbers are made, printed with every one of them."""

from biofeedback.core.pipeline import PIPELINE_VERSION
from biofeedback.core.pool import DETECTABLE_BPM
from biofeedback.core.prior import DAY_DF, DAY_SD_BPM, SITTING_FALL_BPM, SITTING_FALL_SD_BPM
from biofeedback.core.resonance import REPEAT_FRACTION, WIDEST_PER_MIN
from biofeedback.core.trial import CHANGE_DF, CHANGE_SD_BPM

__all__ = ["METHODS"]

METHODS: dict[str, str | int] = {
    "pipeline": PIPELINE_VERSION,  # a recording says in its header which one it was made with
    "window": "whole step; band powers: windows of 300 s at half overlap, or the step when it is shorter, Hann taper, "
    "each interval counted once",
    "interpolation": "none for RMSSD, SDNN, pNN50, SD1, SD2 and band powers; "
    "exhale rise: linear at 4 Hz between the middles of intervals",
    "detrend": "none for RMSSD, SDNN, pNN50, SD1, SD2; straight line for band powers; quadratic in the locked fit",
    "ddof": 1,
    "artifacts": "Lipponen and Tarvainen 2019 (10.1080/03091902.2019.1640306) with a gate of 300 to 2000 ms; "
    "for RMSSD, SDNN, pNN50, SD1, SD2, band powers and mean heart rate a missed beat is put in, an extra one taken out "
    "and one out of place moved by a cubic through its neighbours; all else leaves out what is not normal; "
    "nothing bridges a gap",
    "bands": "Task Force 1996 (10.1161/01.CIR.93.5.1043): VLF to .04, LF .04-.15, HF .15-.40 Hz, in ms2",
    "exhale_effect": "last minus first third of the exhale of the fitted waveform, whose turns may come early or late "
    "by 7.5 % of a breath; a Gaussian process in the noise that noise_source names, weighed against noise alone and "
    "against a steady rhythm of one's own",
    "intervals": "95 %, two-sided; of the exhale effect: what the likelihood does not rule out, for all looks at once",
    "following": "from RR where neither a person nor the chest shows it: yes where the wave of exhale_effect explains "
    "RR better than noise and than a rhythm of one's own; no where such a rhythm explains them better, where the "
    "second harmonic is large, or where the breathing of the baseline goes on: restricted likelihood of the step's "
    "beats (Patterson and Thompson 1971, 10.1093/biomet/58.3.545) in the baseline's noise, over that in the same noise "
    "without what stands above its median from .15 to .45 Hz",
    "trial": "blocks in an order drawn within sets (Fisher 1935, The Design of Experiments): difference of two arms "
    "over the sets that are whole, t with (sets - 1)(arms - 1) degrees of freedom; after an effort with "
    f"{CHANGE_DF} more for an SD of {CHANGE_SD_BPM:g} bpm between two changes; two-sided, 95 % for all outcomes "
    "that it claims something of together (Dunn 1961, 10.1080/01621459.1961.10482090), and for each of the others",
    "resonance": "parabola through RSA by breathing rate, posterior of its peak over the rates searched (Lehrer, "
    "Vaschillo and Vaschillo 2000, 10.1023/A:1009554825745); RSA's error is that of the noise and "
    f"{100 * REPEAT_FRACTION:g} % from block to block; a rate is named where p is below .05 and its 95 % interval lies "
    f"inside of what was searched and is no wider than {WIDEST_PER_MIN:g}/min",
    "calmer_interval": "mean heart rate of recovery minus baseline, t, two-sided 95 %; its error from bins of 10 s of "
    "both steps, not detrended, as a Gaussian process of spectrum 1/f**slope "
    "(Kobayashi and Musha 1982, 10.1109/TBME.1982.324972), slopes 0 to 2 and shares of it weighed by restricted "
    "likelihood (Patterson and Thompson 1971, 10.1093/biomet/58.3.545)",
    "calmer_expected": "where 95 % of changes lie after sitting alone: "
    f"a fall of {SITTING_FALL_BPM} bpm, SD {SITTING_FALL_SD_BPM} bpm between people and {DAY_SD_BPM} bpm from day to "
    f"day ({DAY_DF:g} degrees of freedom), and the error; fall and days weighed with those of the person's own "
    "sessions that the header names (Gelman et al. 2013, Bayesian Data Analysis, 2.5 and 2.6); "
    "degrees of freedom of the sum: Satterthwaite 1946 (10.2307/3002019)",
    "calmer_p_values": "one-sided: a fall of heart rate beyond that of sitting, a rise of ln RMSSD; "
    "Holm 1979 (jstor.org/stable/4615733) over the two; only heart rate decides",
    "calmer_pooling": "random effects over sessions: variance between them by Paule and Mandel 1982 "
    "(10.6028/jres.087.022), interval by Hartung and Knapp 2001 (10.1002/sim.791), never narrower than the sessions' "
    "own errors allow (Roever, Knapp and Friede 2015, 10.1186/s12874-015-0091-1); "
    f"sessions needed: 80 % power for {DETECTABLE_BPM:g} bpm",
    "breathing_rate": "breathing_hz: the pacer's, unless the person was seen not to follow it; "
    "without a pacer the one rhythm that stands out in RR",
    "rate_corrected_amplitude": "RMSSD / (sqrt(2) S |sin(pi f T)|) with S = sin(pi f T) / (pi f T), "
    "f the breathing rate and T the mean NN interval: half of peak to trough",
    "respiration_power": "breathing rate plus and minus .02 Hz, or one over the window's length if that is more; "
    "spectrum as for the bands",
    "single_wave": "our own formula: windows of 64 s at half overlap, power within 1/32 Hz of the highest peak "
    "between .04 and .26 Hz over that from .0033 to .40 Hz; likeness to a sine, whatever its source",
    "sample_entropy": "Richman and Moorman 2000 (10.1152/ajpheart.2000.278.6.H2039): m 2, r .2 SD (ddof 1), "
    "mean over windows of 300 s at half overlap, 100 templates or more in each",
    "dfa_alpha1": "Peng et al. 1995 (10.1063/1.166141): boxes of 4 to 16 beats side by side, line removed in each",
}
