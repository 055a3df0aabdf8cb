from itertools import pairwise

import numpy as np
import pytest

from biofeedback.core.pmd import PmdFrame, PmdKind
from biofeedback.core.samples import Block, Samples

RATE_HZ = 130.0
COUNT = 73
LASTS_NS = round(COUNT / RATE_HZ * 1e9)
SET_NS = 820_000_000_000_000_000  # some time in 2025, as a strap counts


def frame(end_ns: int, count: int = COUNT, value: int = 0) -> PmdFrame:
    return PmdFrame(PmdKind.ECG, end_ns, np.full((count, 1), value, np.int32))


def take_all(samples: Samples, *ends_ns: int) -> list[Block]:
    return [block for end_ns in ends_ns for block in samples.take(frame(end_ns))]


def ends_s(blocks: list[Block]) -> list[float]:
    return [round(float(block.strap_s[-1] - SET_NS * 1e-9), 4) for block in blocks]


def test_a_first_frame_waits_for_the_one_that_follows_on_it() -> None:
    samples = Samples(RATE_HZ)
    assert samples.take(frame(SET_NS)) == []
    blocks = samples.take(frame(SET_NS + LASTS_NS))
    assert [block.begins_run for block in blocks] == [True, False]
    assert blocks[0].kind is PmdKind.ECG


def test_the_last_sample_has_the_frames_stamp_and_the_first_follows_the_frame_before() -> None:
    ends = [SET_NS + k * round(LASTS_NS * 1.02) for k in range(4)]  # a real rate 2 % below the nominal one
    blocks = take_all(Samples(RATE_HZ), *ends)
    assert [block.strap_s[-1] for block in blocks] == pytest.approx([end * 1e-9 for end in ends], abs=1e-6)
    times_s = np.concatenate([block.strap_s for block in blocks])
    steps_s = np.diff(times_s)
    assert steps_s[: COUNT - 1] == pytest.approx(
        1 / RATE_HZ, abs=1e-6
    )  # the first frame is as long as it is said to be
    assert steps_s[COUNT:] == pytest.approx(1.02 / RATE_HZ, abs=1e-6)


def test_samples_come_as_they_are() -> None:
    samples = Samples(RATE_HZ)
    samples.take(frame(SET_NS, value=-7))
    blocks = samples.take(frame(SET_NS + LASTS_NS, value=9))
    assert [block.samples[0, 0] for block in blocks] == [-7, 9]


@pytest.mark.parametrize(("count", "lasts"), [(73, 1.19), (73, 0.81), (36, 36 / 73), (1, 1 / 73)])
def test_a_stamp_within_a_fifth_follows_on(count: int, lasts: float) -> None:
    samples = Samples(RATE_HZ)
    take_all(samples, SET_NS, SET_NS + LASTS_NS)
    [block] = samples.take(frame(SET_NS + LASTS_NS + round(lasts * LASTS_NS), count))
    assert not block.begins_run
    assert len(block.strap_s) == count


@pytest.mark.parametrize("jump", [1.21, 2.0, 500.0])
def test_a_lost_frame_begins_a_new_run_that_nothing_joins_to_the_old(jump: float) -> None:
    samples = Samples(RATE_HZ)
    take_all(samples, SET_NS, SET_NS + LASTS_NS)
    later_ns = SET_NS + LASTS_NS + round(jump * LASTS_NS)
    blocks = take_all(samples, later_ns, later_ns + LASTS_NS)
    assert [block.begins_run for block in blocks] == [True, False]
    assert blocks[0].strap_s[0] == pytest.approx(later_ns * 1e-9 - (COUNT - 1) / RATE_HZ, abs=1e-6)


def test_a_frame_that_comes_twice_is_taken_once() -> None:
    samples = Samples(RATE_HZ)
    ends = [SET_NS, SET_NS, SET_NS + LASTS_NS, SET_NS + LASTS_NS, SET_NS + 2 * LASTS_NS]
    assert ends_s(take_all(samples, *ends)) == [0.0, 0.5615, 1.1231]


@pytest.mark.parametrize("stamp_ns", [0, 1, SET_NS - 5 * LASTS_NS, SET_NS + 10**18, 2**64 - 1], ids=str)
def test_one_absurd_stamp_costs_its_own_frame_alone(stamp_ns: int) -> None:
    samples = Samples(RATE_HZ)
    ends = [SET_NS, SET_NS + LASTS_NS, stamp_ns, SET_NS + 2 * LASTS_NS, SET_NS + 3 * LASTS_NS]
    blocks = take_all(samples, *ends)
    assert [block.begins_run for block in blocks] == [True, False, False, False]
    assert ends_s(blocks) == [0.0, 0.5615, 1.1231, 1.6846]


def test_an_absurd_stamp_in_place_of_a_good_one_leaves_a_hole_and_no_more() -> None:
    samples = Samples(RATE_HZ)
    ends = [SET_NS, SET_NS + LASTS_NS, 0, SET_NS + 3 * LASTS_NS, SET_NS + 4 * LASTS_NS]
    blocks = take_all(samples, *ends)
    assert [block.begins_run for block in blocks] == [True, False, True, False]


def test_a_clock_that_always_says_the_same_gives_no_samples() -> None:
    samples = Samples(RATE_HZ)
    assert take_all(samples, *[0] * 9) == []


def test_a_clock_that_is_set_back_goes_on_from_there() -> None:
    samples = Samples(RATE_HZ)
    take_all(samples, SET_NS, SET_NS + LASTS_NS)
    blocks = take_all(samples, *(k * LASTS_NS for k in range(1, 4)))
    assert [block.begins_run for block in blocks] == [True, False, False]
    assert blocks[-1].strap_s[-1] == pytest.approx(3 * LASTS_NS * 1e-9)


def test_runs_never_overlap_and_never_leave_their_frames() -> None:
    rng = np.random.default_rng(3)
    samples = Samples(RATE_HZ)
    kept = [SET_NS + k * LASTS_NS for k in range(300) if rng.random() > 0.1]
    blocks = take_all(samples, *kept)
    stamps_s = {round(end * 1e-9, 6) for end in kept}
    assert {round(float(block.strap_s[-1]), 6) for block in blocks} <= stamps_s
    assert all(after.strap_s[0] > before.strap_s[-1] for before, after in pairwise(blocks))
    joins = [after.strap_s[0] - before.strap_s[-1] for before, after in pairwise(blocks) if not after.begins_run]
    assert np.array(joins) == pytest.approx(1 / RATE_HZ, abs=1e-6)
