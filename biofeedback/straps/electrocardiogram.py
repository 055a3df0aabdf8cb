"""The ECG that chest electrodes see of a simulated heart: waves for each true beat, and all that lies over them."""

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import Streams
from biofeedback.straps.stretches import Stretches

__all__ = ["RAIL_UV", "Electrocardiogram"]

Floats = NDArray[np.float64]

BEHIND_S = 0.9  # a beat's last wave is over so long after its R peak
RAIL_UV = 20_000.0  # the converter knows no more; assumed
LEAST_RR_S, MOST_RR_S = 0.4, 1.6  # the QT interval follows RR within these
USUAL_RR_S = 0.9  # taken for the first beat, which has no RR
WANDER_HZ = (0.04, 0.5)  # of the baseline: below the waves
WANDER_PARTS = 8
SHOVE_TAU_S = 1.0  # with which the baseline comes back; assumed
NO_CONTACT_UV = 2.0  # noise of open electrodes on a flat line; assumed

# Waves: height over that of R, centre and SD in s after the R peak; the last two of a normal beat stretch with QT.
# Heights and widths of a textbook lead; R and S as wide as in the one H10 recording at hand.
_P_QRS = np.array([(0.11, -0.165, 0.022), (-0.12, -0.028, 0.008), (1.0, 0.0, 0.011), (-0.35, 0.030, 0.010)])
_T = np.array([(0.10, 0.215, 0.055), (0.20, 0.275, 0.038)])
# A ventricular beat: no P, wide, and its T the other way round.
_WIDE = np.array([(1.25, 0.0, 0.030), (-0.65, 0.085, 0.036), (-0.40, 0.300, 0.060)])


def _sum_of_waves(waves: Floats, t_s: Floats) -> Floats:
    """Sum of Gaussians (height, centre, SD) at times, shape as given."""
    heights, centres_s, widths_s = waves.T[:, :, np.newaxis]
    total: Floats = np.sum(heights * np.exp(-0.5 * ((t_s - centres_s) / widths_s) ** 2), axis=0)
    return total


def _with_peak_at_zero(waves: Floats) -> Floats:
    """Waves moved so that the highest point of their sum lies at 0: neighbours pull it aside by up to some ms."""
    grid_s = np.arange(-0.02, 0.02, 1e-5)
    return waves - (0.0, grid_s[np.argmax(_sum_of_waves(waves, grid_s))], 0.0)


def _placed(waves: Floats, height_uv: float, beat_s: float) -> Floats:
    """Waves of a beat that is so high and has its R peak then."""
    placed: Floats = waves * (height_uv, 1.0, 1.0) + (0.0, beat_s, 0.0)
    return placed


_P_QRS, _WIDE = _with_peak_at_zero(_P_QRS), _with_peak_at_zero(_WIDE)


class Electrocardiogram:
    """What the electrodes see at any time that the person has lived, to a step of his heart's grid.

    A beat shows before its R peak: of the one that is still to come, the first waves stand where it is expected.

    Notes
    -----
    Each beat is a sum of Gaussians, as in McSharry et al. 2003 (doi 10.1109/TBME.2003.808805); ours stand at fixed
    times from the R peak instead of angles of a limit cycle, so that the R peak is where the beat is. QT grows with
    the root of the RR before it (Bazett 1920, reprinted as doi 10.1111/j.1542-474X.1997.tb00325.x). Breathing makes R
    higher and lower and moves the baseline.
    """

    def __init__(
        self, person: Person, streams: Streams, bursts: Stretches, no_contact: Stretches, rng: np.random.Generator
    ) -> None:
        self._person = person
        self._streams = streams
        self._bursts = bursts
        self._no_contact = no_contact
        self._rng = rng
        self._r_uv = rng.uniform(*streams.r_uv)
        self._noise_uv = rng.uniform(*streams.noise_uv)
        self._breath_fraction = rng.uniform(0.03, 0.15)  # of R, by a breath as deep as at 6/min; assumed
        self._breath_uv = rng.uniform(-60.0, 60.0)  # of the baseline, by such a breath; assumed
        edges = np.log(WANDER_HZ)
        self._wander_hz = np.exp(rng.uniform(edges[0], edges[1], WANDER_PARTS))
        self._wander_turn = rng.uniform(0.0, math.tau, WANDER_PARTS)
        self._wander_uv = rng.uniform(*streams.wander_uv) * math.sqrt(2 / WANDER_PARTS)

    def measure(self, t_s: Floats) -> Floats:
        """Voltages in uV at rising times in s, shape (n_times, 1); to be asked in order of time."""
        volume = self._person.respiration.volume(t_s)
        noise = self._rng.standard_normal(t_s.shape)
        quiet_uv = np.hypot(self._noise_uv, self._streams.muscle_uv * self._bursts.cover(t_s))
        total_uv = self._beats_uv(t_s) + self._baseline_uv(t_s, volume) + quiet_uv * noise
        for number, (start_s, end_s) in self._no_contact.touching(float(t_s[0]), float(t_s[-1]) + 1e-9):
            open_uv = NO_CONTACT_UV * noise + (RAIL_UV if number % 2 else 0.0)  # a flat line, or hard against the rail
            total_uv = np.where((t_s >= start_s) & (t_s < end_s), open_uv, total_uv)
        clipped: Floats = np.clip(total_uv, -RAIL_UV, RAIL_UV)[:, np.newaxis]
        return clipped

    def _beats_uv(self, t_s: Floats) -> Floats:
        """Waves of all beats near enough."""
        known_s = self._person.beats_s
        coming_s, is_ectopic = self._person.coming_beat()
        first = bisect_left(known_s, float(t_s[0]) - BEHIND_S)
        last_s = known_s[first - 1] if first else coming_s - USUAL_RR_S
        waves = []
        for beat_s in known_s[first:]:
            waves.append(self._waves(beat_s, beat_s - last_s, self._is_ectopic(beat_s)))
            last_s = beat_s
        waves.append(self._waves(coming_s, coming_s - last_s, is_ectopic))
        return _sum_of_waves(np.concatenate(waves), t_s)

    def _waves(self, beat_s: float, rr_s: float, is_ectopic: bool) -> Floats:
        """Waves of one beat, in uV and s."""
        at_s = np.array([min(beat_s, self._person.lived_s)])
        height_uv = self._r_uv * (1 + self._breath_fraction * self._person.respiration.volume(at_s)[0])
        if is_ectopic:
            return _placed(_WIDE, height_uv, beat_s)
        stretch = math.sqrt(min(max(rr_s, LEAST_RR_S), MOST_RR_S))
        return _placed(np.concatenate((_P_QRS, _T * (1.0, stretch, stretch))), height_uv, beat_s)

    def _is_ectopic(self, beat_s: float) -> bool:
        """Whether a beat came from elsewhere in the heart."""
        ectopic_s = self._person.ectopic_s
        place = bisect_left(ectopic_s, beat_s)
        return place < len(ectopic_s) and ectopic_s[place] == beat_s

    def _baseline_uv(self, t_s: Floats, volume: Floats) -> Floats:
        """Slow wandering, the share of breathing, and what movements throw off."""
        turns = math.tau * self._wander_hz[:, np.newaxis] * t_s + self._wander_turn[:, np.newaxis]
        total_uv: Floats = self._wander_uv * np.sin(turns).sum(axis=0) + self._breath_uv * volume
        for number, (start_s, _) in self._bursts.touching(float(t_s[0]) - 10 * SHOVE_TAU_S, float(t_s[-1])):
            since_s = np.maximum(t_s - start_s, 0.0)
            way_uv = self._streams.shove_uv * (-1) ** number
            total_uv += np.where(t_s >= start_s, way_uv * np.exp(-since_s / SHOVE_TAU_S), 0.0)
        return total_uv
