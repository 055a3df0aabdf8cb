"""What a minute of heart rate may be made of: breathing at each rate, or none of it, and how well each explains it."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["RATES_HZ", "WINDOW_S", "free_breaths", "log_likelihoods"]

WINDOW_S = 56.0  # two of them and more fill the shortest step that is given a rate
RATES_HZ = np.arange(3.0, 26.0, 1 / 3) / 60.0  # 3 to 26 breaths a minute; faster than half a slow heart folds back
TOP_HZ = 0.45
FINE = 4  # points of the spectra between two multiples of 1 / WINDOW_S
NEIGHBOUR_TERMS = 1 / 1.5  # the Hann taper makes of each independent value one and a half
VLF_TAUS_S = (6.0, 20.0, 60.0)  # science.md 6 has 20-60 s; the shortest leaves room for faster wandering; assumed
MAYER_HZ = (0.08, 0.09, 0.10, 0.11)  # science.md 6: .085-.11 Hz
MAYER_TAUS_S = (8.0, 20.0, 40.0)  # science.md 6 has a coherence of 20-60 s; the shortest is assumed
VLF_BPM2, MAYER_BPM2 = 10.0, 4.0  # mean of the exponential prior of each power; SD 1-3 bpm in science.md 6
EVEN_JITTER = 0.04  # SD of a breath's length, of its mean: along with a pacer or on purpose
# Free breaths, as seen through the taper: on a scale of log f, power falls off exponentially on either side of a rate
# near the median. Read off simulated breaths, whose lengths are those of a real person (tests/core/test_rhythms.py).
FREE_MODE = -0.04  # log of the rate with most power, over the median of the window
FREE_BELOW_PER_MIN = 0.025  # log width below it, for each breath a minute: the long breaths swing the heart most
FREE_ABOVE = 0.12  # log width above it
FREE_MORE = 1.4  # power, over that of even breaths of the median rate
HARMONICS = (0.005, 0.1)  # power of the second harmonic, of the first: an even wave, an uneven one
RSA_BPM, RSA_LOG_SD = 8.0, 0.75  # peak to trough at 6/min: median and log SD over people (science.md 4 and 6)
CORNER_PER_MIN, SLOPE = 7.2, 1.05  # RSA against rate (Hirsch & Bishop 1981, PubMed 7315987)
DEPTH_PER_MIN, DEPTH = (6.0, 14.0), (1.0, 0.7)  # free breaths are shallower than slow ones; assumed
ROUNDS = 10  # of the multiplicative updates: they stop before they settle, and the likelihoods are those of the powers
# so far; with 20 and 40 rounds as many of 1400 simulated people were named, and as many wrong, within chance
LEAST_BPM2 = 1e-4  # keeps a log finite; rounding to 1/1024 s alone makes 2e-4 at 40 bpm and 6e-4 at 60
UNSEEN_LOG_ODDS = -3.0  # one in twenty has no RSA to speak of, and may breathe at any rate; assumed
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class _Bank:
    """Spectra of unit power, a column each, at multiples of 1 / WINDOW_S: backgrounds; even and free breaths, none."""

    background: NDArray[np.float64]
    background_bpm2: NDArray[np.float64]
    breath: NDArray[np.float64]
    breath_log_bpm2: NDArray[np.float64]


def log_likelihoods(
    mid_s: NDArray[np.float64], nn_ms: NDArray[np.float64], start_s: float, prior_share: float = 1.0
) -> NDArray[np.float64]:
    """Log likelihood of even, then of free breathing at each of ``RATES_HZ`` in one window, over any background.

    Parameters
    ----------
    mid_s, nn_ms : ndarray, shape (n_beats,)
        Midpoints in seconds and NN intervals in ms of clean beats.
    start_s : float
        Start of the window of ``WINDOW_S``.
    prior_share : float
        How much of what is known of the powers beforehand counts: it is told once of a person, not once a window.

    Returns
    -------
    ndarray, shape (2, n_rates)

    Notes
    -----
    Whittle's likelihood of the periodogram of heart rate (Whittle 1953, doi 10.1007/BF02590998): a sum of a white
    floor, wandering, Mayer waves and a breath with its second harmonic, each with its own power. The powers are the
    most likely ones, found by the multiplicative updates of Fevotte 2009 (doi 10.1162/neco.2008.04-08-771), with
    exponential priors for the background and a log-normal one for the breath: what RSA is worth at that rate.
    """
    inside = (mid_s >= start_s) & (mid_s <= start_s + WINDOW_S)
    density = _density(mid_s[inside] - start_s, nn_ms[inside])
    below = int(WINDOW_S * 500.0 / float(nn_ms[inside].mean()))  # above one wave to two beats lies a mirror
    *seen, unseen = _fit(np.maximum(density[:below], LEAST_BPM2), _bank(), prior_share)
    round_, pointed, free = np.reshape(seen, (3, -1))
    found = np.array([np.logaddexp(round_, pointed) - np.log(2.0), free])
    return np.asarray(np.logaddexp(found, unseen + UNSEEN_LOG_ODDS))


def _density(place_s: NDArray[np.float64], nn_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power density of heart rate in bpm2/Hz: beats count with their length, linear trend removed, Hann taper."""
    seconds = nn_ms / 1000.0
    weight = seconds * 0.5 * (1 - np.cos(2 * np.pi * place_s / WINDOW_S))
    heart_bpm, centred = 60.0 / seconds, place_s - np.average(place_s, weights=weight)
    heart_bpm = heart_bpm - np.average(heart_bpm, weights=weight)
    slope = np.sum(weight * centred * heart_bpm) / np.sum(weight * centred * centred)
    turns = np.outer(_multiples_hz(), place_s)
    spectrum = np.exp(-2j * np.pi * turns) @ ((heart_bpm - slope * centred) * weight)
    return np.asarray(2.0 * np.abs(spectrum) ** 2 / np.sum(weight * weight / seconds))


def _multiples_hz() -> NDArray[np.float64]:
    """Multiples of 1 / WINDOW_S that are looked at."""
    return np.arange(1, int(TOP_HZ * WINDOW_S) + 1) / WINDOW_S


@cache
def _bank() -> _Bank:
    """All spectra; made once."""
    count = len(_multiples_hz())
    backgrounds = [(np.ones(count) / TOP_HZ, np.inf)]
    backgrounds += [(_line(0.0, 1 / (2 * np.pi * tau_s)), VLF_BPM2) for tau_s in VLF_TAUS_S]
    backgrounds += [(_line(hz, 1 / (2 * np.pi * tau_s)), MAYER_BPM2) for hz in MAYER_HZ for tau_s in MAYER_TAUS_S]
    even = [_even(hz, harmonic) for harmonic in HARMONICS for hz in RATES_HZ.tolist()]
    free = [free_breaths(hz) for hz in RATES_HZ.tolist()]
    even_bpm2 = _swing_bpm(RATES_HZ) ** 2 / 8.0
    free_bpm2 = FREE_MORE * even_bpm2
    return _Bank(
        np.stack([spectrum for spectrum, _ in backgrounds], axis=1),
        np.array([power for _, power in backgrounds]),
        np.stack([*even, *free, np.zeros(count)], axis=1),
        np.append(np.log(np.concatenate((even_bpm2, even_bpm2, free_bpm2))), 0.0),
    )


def _swing_bpm(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Peak to trough of heart rate in breaths of each rate."""
    per_min = hz * 60.0
    slower = np.minimum(1.0, (CORNER_PER_MIN / per_min) ** SLOPE)
    return np.asarray(RSA_BPM * slower * np.interp(per_min, DEPTH_PER_MIN, DEPTH))


def _even(hz: float, harmonic: float) -> NDArray[np.float64]:
    """Spectrum of breaths of nearly one length: the phase diffuses, each line widens."""
    half_hz = np.pi * EVEN_JITTER**2 * hz
    return np.asarray((_line(hz, half_hz) + harmonic * _line(2 * hz, 4 * half_hz)) / (1 + harmonic))


def free_breaths(hz: float) -> NDArray[np.float64]:
    """Density per Hz, with a sum near that of unit power, at multiples of 1 / WINDOW_S: free breaths of a median rate.

    Notes
    -----
    Power falls off exponentially with log f on either side. Long breaths lie below the median and swing the heart more
    than short ones, so that the rate with most power is no measure of the median.
    """
    multiples_hz = _multiples_hz()
    above = np.log(multiples_hz / hz) - FREE_MODE
    below_width = FREE_BELOW_PER_MIN * hz * 60.0
    width = np.where(above < 0, below_width, -FREE_ABOVE)
    return np.asarray(np.exp(above / width) / multiples_hz / (below_width + FREE_ABOVE))


def _line(centre_hz: float, half_hz: float) -> NDArray[np.float64]:
    """Lorentzian of unit power over negative and positive frequencies, as seen through the Hann taper."""
    count = len(_multiples_hz())
    bin_hz = 1 / (FINE * WINDOW_S)
    edges_hz = (np.arange(-FINE * count * 2, FINE * count * 2 + 2) - 0.5) * bin_hz
    half_hz = max(half_hz, bin_hz / 2)
    one = np.diff(np.arctan((edges_hz - centre_hz) / half_hz)) / (np.pi * bin_hz)
    both = one + one[::-1]
    return _tapered(both)[1 : count + 1]


def _tapered(both: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two-sided spectrum on the fine grid as seen through the Hann taper, at multiples of 1 / WINDOW_S from 0 on."""
    offset = np.arange(-4 * FINE, 4 * FINE + 1) / FINE
    seen = np.sinc(offset) + (np.sinc(offset - 1) + np.sinc(offset + 1)) / 2
    smooth = np.convolve(both, seen**2 / np.sum(seen**2), mode="same")
    return np.asarray(smooth[len(both) // 2 :: FINE])


def _fit(density: NDArray[np.float64], bank: _Bank, prior_share: float) -> NDArray[np.float64]:
    """Penalised log likelihood of each breath of the bank at its most likely powers."""
    count = len(density)
    # Spectra over the density that was seen: every step below then asks for one product less.
    background, breaths = bank.background[:count] / density[:, None], bank.breath[:count] / density[:, None]
    penalty = 1.0 / (bank.background_bpm2 * NEIGHBOUR_TERMS)[:, None]
    spread = (2 * RSA_LOG_SD) ** 2  # variance of the log of a power
    level = density.mean() / (len(penalty) * bank.background[:count].mean(axis=0))
    power = np.repeat(level[:, None], breaths.shape[1], axis=1)
    breath, over = np.exp(bank.breath_log_bpm2), np.zeros(breaths.shape[1])
    for _ in range(ROUNDS):
        inverse = 1.0 / (background @ power + breath * breaths)
        square = inverse * inverse
        power *= np.sqrt((background.T @ square) / (background.T @ inverse + penalty))
        pull = over / (spread * breath * NEIGHBOUR_TERMS)
        more = np.einsum("ij,ij->j", square, breaths) + np.maximum(-pull, 0.0)
        less = np.einsum("ij,ij->j", inverse, breaths) + np.maximum(pull, 0.0)
        breath *= np.sqrt((more + TINY) / (less + TINY))
        over = np.log(breath) - bank.breath_log_bpm2
    model = background @ power + breath * breaths
    likely = -NEIGHBOUR_TERMS * ((1.0 / model + np.log(model)).sum(axis=0) + np.log(density).sum())
    known = -NEIGHBOUR_TERMS * (penalty[:, 0] @ power) - over**2 / (2 * spread)
    return np.asarray(likely + prior_share * known)
