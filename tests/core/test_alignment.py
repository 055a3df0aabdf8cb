import gzip
from pathlib import Path

import numpy as np
import pytest
from made_ecg import blocks, hearts_beats

from biofeedback.core.alignment import Alignment, Differences, find_place
from biofeedback.core.ecg import RPeaks
from biofeedback.core.timeline import Timeline

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
LATENCY_S = 1.7


def rr_of(peaks_s: np.ndarray) -> np.ndarray:
    return np.diff(peaks_s, prepend=np.nan) * 1000.0


def on_grid(rr_ms: np.ndarray) -> np.ndarray:
    return np.round(rr_ms * 1.024) / 1.024


def pair(
    peaks_s: np.ndarray, strap_s: np.ndarray, latency_s: float = LATENCY_S, peak_rr_ms: np.ndarray | None = None
) -> Alignment:
    """An alignment of R peaks with the beats of a strap, in the order in which both come."""
    alignment = Alignment()
    peak_rr_ms = rr_of(peaks_s) if peak_rr_ms is None else peak_rr_ms
    ends_s = strap_s[1:] + latency_s
    shown = 0
    for count, (end_s, rr) in enumerate(zip(ends_s, on_grid(np.diff(strap_s) * 1000.0), strict=True), start=1):
        while shown < len(peaks_s) and peaks_s[shown] < end_s - 0.8:
            alignment.add_peak(float(peaks_s[shown]), float(peaks_s[shown]), float(peak_rr_ms[shown]))
            shown += 1
        alignment.add_intervals([float(rr)])
        if alignment.is_due:
            alignment.look(ends_s[:count])
    return alignment


def beats(seed: int, until_s: float = 200.0) -> np.ndarray:
    return hearts_beats(np.random.default_rng(seed), until_s)[0]


@pytest.mark.parametrize("latency_s", [0.2, 1.0, 2.5, 4.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_latency_is_found(latency_s: float, seed: int) -> None:
    peaks_s = beats(seed)
    alignment = pair(peaks_s, peaks_s, latency_s)
    assert alignment.latency_s == pytest.approx(latency_s, abs=0.01)
    assert alignment.latency_sd_s == pytest.approx(0.0, abs=0.02)
    assert alignment.differences() == Differences((), ())


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("spread_ms", [0.0, 1.0, 2.0, 4.0, 8.0, 16.0])
def test_a_regular_rhythm_is_never_placed_a_beat_off(spread_ms: float, seed: int) -> None:
    rng = np.random.default_rng([seed, 9])
    truth_s = 0.7 + np.cumsum(0.8 + 0.001 * spread_ms * rng.standard_normal(220))
    peaks_s = truth_s + 0.001 * rng.standard_normal(220)
    latency_s = rng.uniform(0.2, 4.0)
    alignment = pair(peaks_s, truth_s, latency_s)
    assert alignment.latency_s is None or abs(alignment.latency_s - latency_s) < 0.05
    if spread_ms >= 16.0:
        assert alignment.latency_s is not None
    if spread_ms <= 1.0:
        assert alignment.latency_s is None
        assert alignment.latency_sd_s is None


def test_a_bigeminy_is_not_placed_two_beats_off() -> None:
    rng = np.random.default_rng(3)
    rr_s = np.where(np.arange(220) % 2, 0.55, 1.05) + 0.001 * rng.standard_normal(220)
    peaks_s = 0.7 + np.cumsum(rr_s)
    assert pair(peaks_s + 0.001 * rng.standard_normal(220), peaks_s).latency_s is None


def test_a_strap_that_counts_on_a_clock_of_its_own_is_placed_all_the_same() -> None:
    peaks_s = beats(1)
    alignment = pair(1.02 * peaks_s, peaks_s, LATENCY_S + 0.02 * float(peaks_s.mean()))
    assert alignment.latency_s is not None


def test_beats_that_the_strap_did_not_send_are_named() -> None:
    peaks_s = beats(2)
    missed = [3, 60, 61, 140]
    alignment = pair(peaks_s, np.delete(peaks_s, missed))
    assert alignment.differences().missing_s == pytest.approx(peaks_s[missed])
    assert alignment.differences().made_up_s == ()


def test_beats_that_the_strap_made_up_are_named() -> None:
    peaks_s = beats(4)
    between_s = (peaks_s[70] + peaks_s[71]) / 2
    alignment = pair(peaks_s, np.sort(np.append(peaks_s, between_s)))
    assert alignment.differences().missing_s == ()
    assert alignment.differences().made_up_s == pytest.approx([between_s], abs=0.01)


def test_what_the_ecg_did_not_see_is_not_said_to_be_made_up() -> None:
    peaks_s = beats(5)
    seen_s = np.delete(peaks_s, range(80, 90))
    rr_ms = rr_of(seen_s)
    rr_ms[80] = np.nan
    assert pair(seen_s, peaks_s, peak_rr_ms=rr_ms).differences() == Differences((), ())


def test_a_strap_that_breaks_off_is_compared_run_by_run() -> None:
    peaks_s = beats(6)
    alignment, ends_s = Alignment(), peaks_s + LATENCY_S
    for peak_s, rr in zip(peaks_s, rr_of(peaks_s), strict=True):
        alignment.add_peak(float(peak_s), float(peak_s), float(rr))
    rr_ms = on_grid(rr_of(peaks_s))
    alignment.add_intervals(rr_ms[1:80].tolist())
    assert alignment.look(ends_s[1:80])
    alignment.break_strap()
    alignment.add_intervals(rr_ms[100:110].tolist())
    assert not alignment.look(ends_s[100:110])  # too few of the new run
    alignment.add_intervals(rr_ms[110:160].tolist())
    assert alignment.look(ends_s[100:160])
    assert alignment.differences() == Differences((), ())
    alignment.break_strap(newest=5)
    alignment.add_intervals(rr_ms[160:170].tolist())
    assert not alignment.look(ends_s[100:170])  # some are of another run, which these times do not say


def test_nothing_is_known_while_one_of_both_is_missing() -> None:
    alignment = Alignment()
    assert not alignment.is_due
    alignment.add_intervals([900.0] * 30)
    assert not alignment.is_due
    alignment.add_peak(5.0, 5.0, float("nan"))
    assert not alignment.look(np.arange(30.0))
    assert alignment.differences() == Differences((), ())
    assert find_place(np.full(20, 900.0), 100.0, [1.0, 2.0], [1000.0, 1000.0]) is None


def test_a_place_of_which_not_all_is_known_is_not_taken() -> None:
    peaks_s = beats(7)
    rr_ms = rr_of(peaks_s)
    strap_ms = on_grid(rr_ms[1:21])
    newest_s = float(peaks_s[20]) + 3.0
    assert find_place(strap_ms, newest_s, peaks_s[:40].tolist(), rr_ms[:40].tolist()) == 20
    half_ms = np.where(np.arange(40) < 5, np.nan, rr_ms[:40])
    assert find_place(strap_ms, newest_s, peaks_s[:40].tolist(), half_ms.tolist()) is None
    strap_ms = on_grid(rr_ms[11:31])
    newest_s = float(peaks_s[30]) + 3.0
    assert find_place(strap_ms, newest_s, peaks_s[:40].tolist(), rr_ms[:40].tolist()) == 30


@pytest.mark.shared
def test_a_real_strap_sends_what_its_ecg_shows_but_for_four_beats() -> None:
    folder = SHARED / "polar_h10"
    if not folder.exists():
        pytest.skip("needs ../shared/data")
    with gzip.open(folder / "frequent_pvc_ecg_130hz.csv.gz", "rt") as file:
        times_s, ecg_mv = np.loadtxt(file, delimiter=",", skiprows=1, unpack=True)
    arrivals_s, rr_ms = np.loadtxt(folder / "frequent_pvc_rr.csv", delimiter=",", skiprows=1, unpack=True)
    finder, alignment, beside = RPeaks(), Alignment(), Timeline()
    peaks = [peak for block in blocks(times_s, ecg_mv * 1000.0) for peak in finder.take(block)]
    for before, peak in zip([None, *peaks[:-1]], peaks, strict=True):
        whole = before is not None and peak.joins
        alignment.add_peak(
            peak.strap_s, peak.strap_s, (peak.strap_s - before.strap_s) * 1000.0 if whole else float("nan")
        )
    for number, arrival_s in enumerate(np.unique(arrivals_s)):
        sent_ms = rr_ms[arrivals_s == arrival_s].tolist()
        beside.place(number, float(arrival_s), tuple(sent_ms))
        alignment.add_intervals(sent_ms)
        if alignment.is_due:
            alignment.look(beside.segments[-1].times_s())
    found = alignment.differences()
    assert alignment.latency_s == pytest.approx(1.3, abs=0.3)
    # Three ectopic beats, and one in the noise of a movement, where it is not clear who is right.
    assert found.missing_s == pytest.approx([8.96, 56.45, 57.61, 85.19], abs=0.05)
    assert found.made_up_s == ()
