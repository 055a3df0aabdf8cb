import numpy as np
import pytest

from biofeedback.core.events import Characteristic, Link, LinkState, Notification, Resumed, StrapInfo
from biofeedback.core.intake import Intake, StrapData
from biofeedback.core.pmd import PmdFrame, PmdKind, encode_frame

FRAME_S = 73 / 130


def feed_ecg(intake: Intake, count: int) -> None:
    for k in range(count):
        frame = PmdFrame(PmdKind.ECG, round((7e8 + k * FRAME_S) * 1e9), np.zeros((73, 1), np.int32))
        intake.take(Notification(k + 1, k * FRAME_S, 1, Characteristic.PMD_DATA, encode_frame(frame)))


@pytest.mark.parametrize(
    "event",
    [
        StrapInfo(90, 30.0, 2, "ble"),
        Link(90, 30.0, 1, LinkState.LOST),
        Link(90, 30.0, 1, LinkState.CONNECTED),
        Resumed(90, 30.0, "2026-01-01T00:00:00Z", "restart"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_breaks_the_link_breaks_the_streams(event: StrapData) -> None:
    intake = Intake()
    feed_ecg(intake, 30)
    assert intake.streams.clock.is_known
    intake.take(event)
    assert not intake.streams.clock.is_known


def test_acceleration_goes_to_the_chest_on_the_session_s_clock_and_ecg_does_not() -> None:
    intake = Intake()
    feed_ecg(intake, 10)
    assert intake.chest.last_s is None
    for k in range(20):
        felt = np.tile(np.array([10, -950, 250 + k], np.int32), (36, 1))
        frame = PmdFrame(PmdKind.ACCELERATION, round((7e8 + 10.0 + k * 0.72) * 1e9), felt)
        intake.take(Notification(k + 11, 10.0 + k * 0.72, 1, Characteristic.PMD_DATA, encode_frame(frame)))
    assert intake.chest.last_s == pytest.approx(10.0 + 19 * 0.72, abs=0.5)
    (run,) = intake.chest.runs(0.0, 60.0)
    assert run.acc_mg[:, 1] == pytest.approx(-950.0)


def test_acceleration_makes_no_beats() -> None:
    intake = Intake()
    for k in range(30):
        frame = PmdFrame(PmdKind.ACCELERATION, round((7e8 + k * 0.72) * 1e9), np.ones((36, 3), np.int32))
        found = intake.take(Notification(k + 1, k * 0.72, 1, Characteristic.PMD_DATA, encode_frame(frame)))
        assert found == []
    assert intake.streams.clock.is_known
    assert intake.compare_sources() is None
