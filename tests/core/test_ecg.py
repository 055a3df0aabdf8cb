import gzip
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from made_ecg import RATE_HZ, blocks, ecg_uv, hearts_beats, noise_uv

from biofeedback.core.ecg import RPeak, RPeaks
from biofeedback.core.pmd import PmdKind
from biofeedback.core.samples import Block

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
LASTS_S = 120.0
Spoil = Callable[[np.random.Generator, np.ndarray, np.ndarray], np.ndarray]


def find(times_s: np.ndarray, signal_uv: np.ndarray) -> list[RPeak]:
    peaks = RPeaks()
    return [peak for block in blocks(times_s, signal_uv) for peak in peaks.take(block)]


@pytest.mark.parametrize("muscle_uv", [5.0, 40.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_what_would_be_final_later_is_found_where_nothing_more_comes(muscle_uv: float, sign: float) -> None:
    rng = np.random.default_rng(7)
    beats_s, _ = hearts_beats(rng, LASTS_S)
    times_s = np.arange(0, LASTS_S, 1 / RATE_HZ)
    signal_uv = ecg_uv(times_s, beats_s, None, sign) + noise_uv(rng, times_s, muscle_uv, 30.0)
    peaks, last_s, waited = RPeaks(), 0.0, 0
    for block in blocks(times_s, signal_uv)[:-2]:
        final = peaks.take(block)
        last_s = final[-1].strap_s if final else last_s
        rest_s = [peak.strap_s for peak in peaks.rest()]
        if last_s < 5.0:
            continue
        end_s = float(block.strap_s[-1])
        assert rest_s == sorted(rest_s)
        assert all(at_s > last_s and np.abs(beats_s - at_s).min() < 0.02 for at_s in rest_s)
        to_come = [at_s for at_s in beats_s if last_s + 0.1 < at_s < end_s - 0.12]
        assert len(rest_s) >= len(to_come)
        waited += len(to_come)
    assert waited > 40
    assert peaks.rest() == peaks.rest(), "asking changes nothing"


def test_before_any_sample_nothing_is_left() -> None:
    assert RPeaks().rest() == []


class Found:
    """What was found in a made ECG, beside its beats."""

    def __init__(
        self, seed: int, muscle_uv: float = 10.0, wander_uv: float = 0.0, mean_s: float = 0.9,
        ectopic: float = 0.0, sign: float = 1.0, scale: float = 1.0, spoil: Spoil | None = None,
    ) -> None:  # fmt: skip
        rng = np.random.default_rng(seed)
        self.beats_s, odd = hearts_beats(rng, LASTS_S, mean_s, ectopic)
        times_s = np.arange(0, LASTS_S, 1 / RATE_HZ)
        signal_uv = scale * ecg_uv(times_s, self.beats_s, odd, sign) + noise_uv(rng, times_s, muscle_uv, wander_uv)
        self.peaks = find(times_s, signal_uv if spoil is None else spoil(rng, times_s, signal_uv))
        self.peaks_s = np.array([peak.strap_s for peak in self.peaks])
        inside_s = self.beats_s[(self.beats_s > 1.0) & (self.beats_s < LASTS_S - 2.0)]
        self.errors_s = np.array([self.peaks_s[np.abs(self.peaks_s - at_s).argmin()] - at_s for at_s in inside_s])

    @property
    def sensitivity(self) -> float:
        return float((np.abs(self.errors_s) < 0.05).mean())

    @property
    def false_beats(self) -> int:
        return int(sum(np.abs(self.beats_s - at_s).min() > 0.05 for at_s in self.peaks_s))

    @property
    def typical_error_s(self) -> float:
        return float(np.median(np.abs(self.errors_s[np.abs(self.errors_s) < 0.05])))

    @property
    def breaks(self) -> int:
        return sum(not peak.joins for peak in self.peaks)

    @property
    def wrong_intervals(self) -> int:
        """Intervals said to be whole that are no interval of the heart."""
        wrong = 0
        for k, peak in enumerate(self.peaks):
            place = int(np.abs(self.beats_s - peak.strap_s).argmin())
            true_s = self.beats_s[place] - self.beats_s[place - 1]
            wrong += peak.joins and abs(peak.strap_s - self.peaks_s[k - 1] - true_s) > 0.05
        return wrong


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "made",
    [
        {},
        {"muscle_uv": 100.0},
        {"muscle_uv": 20.0, "wander_uv": 1500.0},
        {"ectopic": 0.1},
        {"ectopic": 0.1, "sign": -1.0},
        {"ectopic": 0.1, "sign": -1.0, "muscle_uv": 40.0, "wander_uv": 300.0},
        {"mean_s": 0.38},
        {"mean_s": 1.6},
        {"scale": 0.25},
        {"scale": -1.0},
    ],
    ids=str,
)
def test_every_beat_is_found_to_a_millisecond_and_none_is_made_up(made: dict[str, float], seed: int) -> None:
    found = Found(seed, **made)
    assert found.sensitivity == 1.0
    assert found.false_beats == 0
    assert found.typical_error_s < 0.001
    assert found.breaks == 1  # the first beat has none before it


def clip(rng: np.random.Generator, times_s: np.ndarray, signal_uv: np.ndarray) -> np.ndarray:
    return np.clip(signal_uv, -700, 700)


def hit_rail(rng: np.random.Generator, times_s: np.ndarray, signal_uv: np.ndarray) -> np.ndarray:
    for at_s in range(20, 110, 20):
        signal_uv[(times_s > at_s) & (times_s < at_s + rng.uniform(0.2, 3.0))] = 8000.0
    return signal_uv


def lose_contact(rng: np.random.Generator, times_s: np.ndarray, signal_uv: np.ndarray) -> np.ndarray:
    for at_s in (30.0, 70.0):
        signal_uv[(times_s > at_s) & (times_s < at_s + 10.0)] = 0.0
    return signal_uv


def move(rng: np.random.Generator, times_s: np.ndarray, signal_uv: np.ndarray) -> np.ndarray:
    for at_s in (30.0, 70.0):
        part = (times_s > at_s) & (times_s < at_s + 5.0)
        signal_uv[part] += 600.0 * rng.standard_normal(part.sum())
    return signal_uv


def shove(rng: np.random.Generator, times_s: np.ndarray, signal_uv: np.ndarray) -> np.ndarray:
    since_s = times_s - hearts_beats(np.random.default_rng(2), LASTS_S)[0][55] - 0.45
    return signal_uv + np.where(since_s > 0, 1500.0 * np.exp(-since_s.clip(0)), 0.0)


def weaken(rng: np.random.Generator, times_s: np.ndarray, signal_uv: np.ndarray) -> np.ndarray:
    return np.where(times_s > 40.0, 0.25, 1.0) * signal_uv


def strengthen(rng: np.random.Generator, times_s: np.ndarray, signal_uv: np.ndarray) -> np.ndarray:
    return np.where(times_s > 40.0, 6.0, 1.0) * signal_uv


def test_tops_that_are_cut_off_are_found_in_their_middle() -> None:
    found = Found(1, spoil=clip)
    assert found.sensitivity == 1.0
    assert found.typical_error_s < 0.001


@pytest.mark.parametrize("spoil", [hit_rail, lose_contact, move, strengthen], ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_what_hides_beats_breaks_the_run_and_no_interval_spans_it(spoil: Spoil, seed: int) -> None:
    found = Found(seed, spoil=spoil)
    assert 2 <= found.breaks <= 8
    assert found.wrong_intervals <= 1  # a first twitch of noise may look like a beat
    assert found.sensitivity > 0.75
    assert found.false_beats <= 2


def test_a_lead_that_grows_weak_is_followed() -> None:
    found = Found(1, spoil=weaken)
    assert (found.sensitivity, found.false_beats, found.breaks) == (1.0, 0, 1)


def test_a_jump_of_the_baseline_between_two_beats_breaks_nothing() -> None:
    found = Found(2, spoil=shove)
    assert (found.sensitivity, found.false_beats, found.breaks) == (1.0, 0, 1)


@pytest.mark.parametrize("width", [1, 9])
def test_noise_alone_gives_no_beats(width: int) -> None:
    rng = np.random.default_rng(4)
    times_s = np.arange(0, 60, 1 / RATE_HZ)
    peaks = find(times_s, 200.0 * np.convolve(rng.standard_normal(len(times_s)), np.hanning(width + 2), "same"))
    assert not any(peak.joins for peak in peaks)


def test_a_flat_line_gives_nothing() -> None:
    assert find(np.arange(0, 20, 1 / RATE_HZ), np.zeros(2601)) == []


def test_a_weak_beat_is_looked_for_when_one_is_overdue() -> None:
    rng = np.random.default_rng(5)
    beats_s = np.arange(0.7, 60.0, 0.9)
    times_s = np.arange(0, 60, 1 / RATE_HZ)
    signal_uv = ecg_uv(times_s, beats_s) + noise_uv(rng, times_s, 5.0)
    weak_s = beats_s[40]
    signal_uv = np.where(np.abs(times_s - weak_s) < 0.1, 0.3, 1.0) * signal_uv
    peaks = find(times_s, signal_uv)
    assert min(abs(peak.strap_s - weak_s) for peak in peaks) < 0.01
    assert sum(not peak.joins for peak in peaks) == 1


def test_a_peak_is_final_half_a_second_after_it() -> None:
    rng = np.random.default_rng(6)
    beats_s, _ = hearts_beats(rng, 30.0)
    times_s = np.arange(0, 30, 1 / RATE_HZ)
    peaks, late_s = RPeaks(), []
    for block in blocks(times_s, ecg_uv(times_s, beats_s)):
        late_s += [block.strap_s[-1] - peak.strap_s for peak in peaks.take(block) if peak.strap_s > 4.0]
    assert max(late_s) < 0.5 + 73 / RATE_HZ  # and the frame that it waits for
    assert len(late_s) > 25


def test_a_run_that_begins_anew_joins_nothing() -> None:
    rng = np.random.default_rng(7)
    beats_s, _ = hearts_beats(rng, 40.0)
    times_s = np.arange(0, 40, 1 / RATE_HZ)
    signal_uv = ecg_uv(times_s, beats_s)
    peaks = RPeaks()
    half = len(times_s) // 2
    first = [peak for block in blocks(times_s[:half], signal_uv[:half]) for peak in peaks.take(block)]
    second = [peak for block in blocks(times_s[half:], signal_uv[half:]) for peak in peaks.take(block)]
    assert [peak.joins for peak in first].count(False) == 1
    assert [peak.joins for peak in second].count(False) == 1
    assert second[0].strap_s < 21.5  # how strong a beat is it still knows


def test_frames_of_any_length_give_the_same_beats() -> None:
    rng = np.random.default_rng(9)
    beats_s, _ = hearts_beats(rng, 20.0)
    times_s = np.arange(0, 20, 1 / RATE_HZ)
    samples = np.round(ecg_uv(times_s, beats_s)[:, None]).astype(np.int32)
    found: list[list[float]] = []
    for length in (5, 36, 73, 130):
        peaks, parts = RPeaks(), range(0, len(times_s), length)
        parted = (
            Block(PmdKind.ECG, times_s[k : k + length], samples[k : k + length], begins_run=k == 0) for k in parts
        )
        found.append([peak.strap_s for block in parted for peak in peaks.take(block) if peak.strap_s < 18.0])
    assert found[1:] == [pytest.approx(found[0], abs=1e-9)] * 3
    assert len(found[0]) > 17


def test_a_shift_in_time_shifts_the_peaks_and_their_scale_changes_nothing() -> None:
    rng = np.random.default_rng(8)
    beats_s, _ = hearts_beats(rng, 40.0)
    times_s = np.arange(0, 40, 1 / RATE_HZ)
    signal_uv = ecg_uv(times_s, beats_s) + noise_uv(rng, times_s, 10.0)
    plain = np.array([peak.strap_s for peak in find(times_s, signal_uv)])
    moved = np.array([peak.strap_s for peak in find(times_s + 5e4, signal_uv)])
    larger = np.array([peak.strap_s for peak in find(times_s, 2.0 * signal_uv)])
    assert moved - 5e4 == pytest.approx(plain, abs=1e-6)
    assert larger == pytest.approx(plain, abs=1e-4)


@pytest.mark.shared
def test_on_a_real_strap_with_frequent_ectopy_neurokit_finds_the_same_beats() -> None:
    path = SHARED / "polar_h10" / "frequent_pvc_ecg_130hz.csv.gz"
    if not path.exists():
        pytest.skip("needs ../shared/data")
    neurokit2 = pytest.importorskip("neurokit2")
    with gzip.open(path, "rt") as file:
        times_s, ecg_mv = np.loadtxt(file, delimiter=",", skiprows=1, unpack=True)
    own_s = np.array([peak.strap_s for peak in find(times_s, ecg_mv * 1000.0)])
    clean = neurokit2.ecg_clean(ecg_mv, sampling_rate=130)
    oracle_s = times_s[neurokit2.ecg_peaks(clean, sampling_rate=130)[1]["ECG_R_Peaks"]]
    apart_s = np.array([own_s[np.abs(own_s - at_s).argmin()] - at_s for at_s in oracle_s if at_s < 599.0])
    assert len(own_s) == 801
    assert (np.abs(apart_s) > 0.1).sum() <= 8  # those it sees in the noise of movements; looked at one by one
    assert np.median(np.abs(apart_s[np.abs(apart_s) < 0.1])) < 0.004  # its are on the grid of 7.7 ms


@pytest.mark.shared
def test_on_a_real_resting_ecg_the_intervals_are_those_of_neurokit() -> None:
    folder = SHARED / "rest_ecg_respiration"
    if not folder.exists():
        pytest.skip("needs ../shared/data")
    with gzip.open(folder / "rest_8min_100hz.csv.gz", "rt") as file:
        ecg = np.loadtxt(file, delimiter=",", skiprows=1, usecols=0)
    at_100_s = np.arange(len(ecg)) / 100.0
    times_s = np.arange(0.0, at_100_s[-1], 1 / RATE_HZ)
    peaks = find(times_s, np.interp(times_s, at_100_s, ecg) * 1000.0)
    own_ms = np.array([(b.strap_s - a.strap_s) * 1000.0 for a, b in pairwise(peaks) if b.joins])
    ends_s, rr_ms = np.loadtxt(folder / "rr.csv", delimiter=",", skiprows=1, unpack=True)
    own_ends_s = np.array([peak.strap_s for peak in peaks if peak.joins])
    near = np.array([np.abs(own_ends_s - at_s).argmin() for at_s in ends_s])
    same = np.abs(own_ends_s[near] - ends_s) < 0.05
    assert same.mean() > 0.99
    assert np.median(np.abs(own_ms[near][same] - rr_ms[same])) < 2.0
