from biofeedback import messages
from biofeedback.told import SNAPSHOT_S, Told


def beat(t_s: float) -> messages.Beat:
    return messages.Beat(seq=1, index=0, t_s=t_s, rr_ms=1000.0, heart_rate_bpm=60.0, segment=0, labels=[])


def test_beats_that_no_snapshot_needs_are_forgotten() -> None:
    told = Told()
    for t_s in range(1000):
        told.add(beat(float(t_s)))
    assert [one.t_s for one in told.snapshot(1000.0, None).beats] == [float(t_s) for t_s in range(880, 1000)]
    assert len(told._beats) == SNAPSHOT_S + 1


def test_what_is_told_again_stands_as_it_was_told_last() -> None:
    told = Told()
    gap = messages.Gap(start_s=3.0, end_s=None, reason="silence")
    told.add(gap)
    told.add(messages.Gap(start_s=3.0, end_s=5.0, reason="silence"))
    told.add(messages.Ping())  # nothing that a snapshot holds
    assert [one.end_s for one in told.snapshot(10.0, None).gaps] == [5.0]


def test_an_outage_is_told_however_long_ago_it_was() -> None:
    told = Told()
    for start_s, reason in ((3.0, "restart"), (40.0, "silence")):
        told.add(messages.Gap(start_s=start_s, end_s=start_s + 20.0, reason=reason))
    assert [one.reason for one in told.snapshot(600.0, None).gaps] == ["restart"]
