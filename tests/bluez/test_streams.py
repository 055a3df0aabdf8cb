"""ECG and acceleration of an H10 beside its heart rate, which goes on whatever they do."""

import pytest
from air import Air
from collecting import Timed, collecting, flowing
from pmd_faults import Mode

from biofeedback.core.pmd import PmdKind, decode_frame
from biofeedback.straps.strap import Lost

pytestmark = pytest.mark.bus


def is_told(heard: Timed, count: int) -> bool:
    """Whether so many frames of ECG and acceleration have come."""
    return len(heard.values_of("pmd_data")) >= count


async def test_both_streams_are_started_come_once_and_in_order_and_are_stopped(air: Air) -> None:
    strap = await air.strap()
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await heard.until(lambda: is_told(heard, 6))
        await flowing(heard)
        assert await strap.streams() == 2
    await strap.alone()
    assert await strap.streams() == 0
    came = heard.values_of("pmd_data")
    assert came == (await strap.measured())[: len(came)]
    assert {decode_frame(frame).kind for frame in came} == set(PmdKind)


@pytest.mark.parametrize("mode", [Mode.REFUSE, Mode.STALL])
async def test_heart_rate_goes_on_without_them(air: Air, mode: Mode) -> None:
    strap = await air.strap()
    await strap.measure(mode)
    async with collecting(air, strap) as heard:
        await strap.speak(air.timings.silence_s / 10)
        await heard.until(lambda: len(heard.values_of("pmd_control")) >= 8)  # two streams: settings, start; replies
        await flowing(heard)
    assert heard.of(Lost) == []
    assert heard.values_of("pmd_data") == []
    assert await strap.links() == 1
