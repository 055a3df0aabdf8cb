"""A page that floods its channel waits; nobody else does."""

import asyncio

from served import Serve

from biofeedback.server.pace import BURST_S, Pace


def test_a_few_seconds_worth_may_come_at_once_and_then_each_waits_its_turn() -> None:
    now_s = 100.0
    pace = Pace(10, lambda: now_s)
    waits_s = [pace.wait_s() for _ in range(int(BURST_S * 10) + 3)]
    assert waits_s[:-3] == [0.0] * int(BURST_S * 10)
    assert [round(wait_s, 6) for wait_s in waits_s[-3:]] == [0.1, 0.2, 0.3]
    now_s += 0.3
    assert round(pace.wait_s(), 6) == 0.1
    now_s += 1000
    assert pace.wait_s() == 0.0


async def test_waiting_takes_as_long_as_it_has_to() -> None:
    pace = Pace(1000, asyncio.get_running_loop().time)
    for _ in range(int(BURST_S * 1000)):
        pace.wait_s()
    before_s = asyncio.get_running_loop().time()
    await pace.keep()
    await Pace(1000, asyncio.get_running_loop().time).keep()
    assert asyncio.get_running_loop().time() > before_s


async def test_a_page_that_floods_its_channel_waits_and_another_is_served(serve: Serve) -> None:
    served = await serve(max_messages_per_s=5)
    async with served.page() as flood, served.page() as other:
        began_s = asyncio.get_running_loop().time()
        for number in range(500):
            await flood.say("mark", kind="note", text=str(number))
        await other.say("mark", kind="note", text="heard")
        taken = await other.hear("mark", text="heard")
        marks = [message for message in other.heard if message["type"] == "mark"]
        assert taken in marks
        lasted_s = asyncio.get_running_loop().time() - began_s  # on a busy machine more have had their turn
        assert len(marks) <= 5 * (BURST_S + lasted_s) + 2
