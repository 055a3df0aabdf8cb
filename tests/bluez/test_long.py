"""Twenty lost links in ten minutes, in the time that they take: in the guest alone, with `make test-bluez ARGS=--long`.

Over the fake of BlueZ the same is played in some seconds, with `make test` (tests/straps/test_drops.py).
"""

import asyncio
import random
import statistics
import time

import pytest
from air import Air
from collecting import collecting, frames_of_links

from biofeedback.straps.strap import Connected, Lost

pytestmark = pytest.mark.bus

SESSION_S = 600.0
DROPS = 20
AWAY_S = (0.0, 10.0)  # off the air after each drop
BACK_S = 10.0  # from the air to beats
MARKED_S = 0.5


async def test_twenty_drops_in_ten_minutes(air: Air) -> None:
    chance = random.Random(20)
    strap = await air.strap()
    dropped_s, reachable_s, back_s = [], [], []
    began_s = time.monotonic()
    async with asyncio.timeout(2 * SESSION_S), collecting(air, strap) as heard:
        await strap.speak(0.9)
        await heard.until(lambda: bool(heard.frames))
        for n, at_s in enumerate(sorted(chance.uniform(20.0, SESSION_S - 30.0) for _ in range(DROPS))):
            await asyncio.sleep(max(0.0, began_s + at_s - time.monotonic()))
            await heard.until(lambda n=n: len(heard.of(Connected)) > n)
            await strap.off()
            await strap.drop()
            dropped_s.append(time.monotonic())
            await heard.until(lambda n=n: len(heard.lost_s) > n)
            await asyncio.sleep(chance.uniform(*AWAY_S))
            await strap.on()
            reachable_s.append(time.monotonic())
            await heard.until(lambda n=n: len(heard.of(Connected)) > n + 1)
            back_s.append(time.monotonic())
        await asyncio.sleep(max(0.0, began_s + SESSION_S - time.monotonic()))
        await strap.silence()
        links = await frames_of_links(strap)
    late_s = [lost - dropped for lost, dropped in zip(heard.lost_s, dropped_s, strict=True)]
    waits_s = [back - reachable for back, reachable in zip(back_s, reachable_s, strict=True)]
    print(f"LONG: {DROPS} drops, {sum(map(len, links))} frames sent to a listener, {len(heard.frames)} recorded")
    for what, values_s in (("loss to its mark", late_s), ("reachable to beats", waits_s)):
        print(f"LONG: {what}: median {statistics.median(values_s):.2f} s, longest {max(values_s):.2f} s")
    assert heard.of(Lost) == [Lost("out_of_range")] * DROPS
    assert heard.frames == [value for link in links for value in link]
    # The longest is the machine's, which may be busy and emulates each processor; over the fake each is held to this.
    assert statistics.median(late_s) < 2 * MARKED_S
    assert statistics.median(waits_s) < BACK_S
