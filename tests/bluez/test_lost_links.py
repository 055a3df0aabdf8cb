"""Frames over lost links: each once and in order, whichever way BlueZ hands them over."""

import time
from statistics import median

import pytest
from air import Air
from collecting import collecting, frames_of_links

from biofeedback.straps.link import Notify
from biofeedback.straps.strap import Lost

pytestmark = pytest.mark.bus

FRAMES = 6  # in each link
MARKED_S = 0.5  # from the loss to the news of it; more where each processor is emulated


@pytest.mark.parametrize("way", Notify)
async def test_every_frame_comes_once_and_in_order_over_drops(air: Air, way: Notify) -> None:
    strap = await air.strap()
    drops = 20 if air.is_fake else 5
    dropped_s = []
    async with collecting(air, strap, way) as heard:
        await strap.speak(0.005 if air.is_fake else 0.1)
        for _ in range(drops):
            count = len(heard.frames)
            await heard.until(lambda count=count: len(heard.frames) >= count + FRAMES)
            await strap.drop()
            dropped_s.append(time.monotonic())
            measured = await strap.measured()
            await heard.until(lambda: len(heard.lost_s) == len(dropped_s))
        await strap.silence()
        links = await frames_of_links(strap)
    assert heard.of(Lost) == [Lost("out_of_range")] * drops
    assert heard.frames == [value for link in links for value in link]
    came = heard.values_of("pmd_data")
    assert len(came) == len(set(came))
    assert set(measured) <= set(came)
    late_s = median(
        lost_s - drop_s for lost_s, drop_s in zip(heard.lost_s, dropped_s, strict=True)
    )  # one was the machine's
    assert late_s < (MARKED_S if air.is_fake else 4 * MARKED_S)
