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
