"""How the numbers are made, printed with every one of them."""

__all__ = ["METHODS", "PIPELINE"]

PIPELINE = 1  # version of the pipeline's numbers; a recording says in its header which one it was made with

METHODS: dict[str, str | int] = {
    "pipeline": PIPELINE,
    "window": "whole step; band powers: windows of 300 s at half overlap, or the step when it is shorter, Hann taper, "
    "each interval counted once",
    "interpolation": "none for RMSSD, SDNN, pNN50, SD1, SD2 and band powers; "
    "exhale rise: linear at 4 Hz between the middles of intervals",
    "detrend": "none for RMSSD, SDNN, pNN50, SD1, SD2; straight line for band powers; quadratic in the locked fit",
    "ddof": 1,
    "artifacts": "Lipponen and Tarvainen 2019 (10.1080/03091902.2019.1640306) with a gate of 300 to 2000 ms; "
    "an interval that is not normal is left out, not filled in, and no difference bridges it or a gap",
    "bands": "Task Force 1996 (10.1161/01.CIR.93.5.1043): VLF to .04, LF .04-.15, HF .15-.40 Hz, in ms2",
    "exhale_effect": "last minus first third of the exhale of the fitted waveform, "
    "generalised least squares in the noise that noise_source names",
    "intervals": "95 %, two-sided",
}
