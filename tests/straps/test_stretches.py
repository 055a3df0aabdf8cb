import itertools
import math

import numpy as np

from biofeedback.straps.stretches import Stretches, draw_stretches


def drawn(seed=1):
    return draw_stretches((5.0, 10.0), (1.0, 2.0), np.random.default_rng(seed))


def test_stretches_are_as_long_and_as_far_apart_as_they_should_be():
    found = list(itertools.islice(drawn(), 200))
    for (_, early_end_s), (start_s, end_s) in itertools.pairwise([(0.0, 0.0), *found]):
        assert 5 <= start_s - early_end_s <= 10
        assert 1 <= end_s - start_s <= 2


def test_there_may_be_none():
    nothing = Stretches(draw_stretches(None, (1.0, 2.0), np.random.default_rng(1)))
    assert nothing.until(1e9) == []
    assert not nothing.cover(np.array([0.0, 1e9])).any()


def test_what_was_drawn_stays_whatever_is_asked_next():
    once, often = Stretches(drawn()), Stretches(drawn())
    for end_s in (3.0, 50.0, 20.0, 400.0):
        often.until(end_s)
    assert once.until(400.0) == often.until(400.0)
    assert [number for number, _ in once.until(100.0)] == list(range(len(once.until(100.0))))


def test_a_stretch_covers_its_start_and_not_its_end():
    stretches = Stretches(iter([(1.0, 2.0), (5.0, 6.0), (math.inf, math.inf)]))
    t_s = np.array([0.9, 1.0, 1.9, 2.0, 4.9, 5.0, 5.5, 6.0])
    assert stretches.cover(t_s).tolist() == [False, True, True, False, False, True, True, False]
    assert stretches.touching(2.0, 5.0) == []
    assert stretches.touching(1.5, 5.1) == [(0, (1.0, 2.0)), (1, (5.0, 6.0))]
