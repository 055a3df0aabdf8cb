from biofeedback.tally import BOUNDS_S, Durations


def test_a_duration_counts_for_the_first_bound_that_it_does_not_pass() -> None:
    durations = Durations()
    for lasted_s in (0.0, BOUNDS_S[0], 0.0002, BOUNDS_S[-1], 99.0):
        durations.add(lasted_s)
    assert durations.counts == [2, 1, *[0] * (len(BOUNDS_S) - 3), 1, 1]
    assert durations.sum_s == BOUNDS_S[0] + 0.0002 + BOUNDS_S[-1] + 99.0
