"""A strap elsewhere: what is handed in reaches the session, and a silence is a loss."""

import asyncio

import pytest
from scripted import virtually

from biofeedback.clock import LoopClock
from biofeedback.core.events import Characteristic, Origin
from biofeedback.errors import InputError
from biofeedback.straps import Connected, Lost, Payload, Searching, StrapEvent
from biofeedback.straps.registry import make_strap
from biofeedback.straps.remote import BROWSER, REMOTE, SILENCE_S, RemoteStrap


def payload(seq: int) -> Payload:
    return Payload(Characteristic.HEART_RATE, b"\x00\x40", Origin("room-2:1", seq, float(seq)))


def test_each_gap_is_marked_once_after_a_silence_of_five_seconds_and_not_before() -> None:
    async def main() -> list[tuple[float, StrapEvent]]:
        told: list[tuple[float, StrapEvent]] = []
        loop = asyncio.get_running_loop()
        strap = RemoteStrap(REMOTE)
        running = asyncio.create_task(strap.run(lambda event: told.append((loop.time(), event)), LoopClock()))
        await asyncio.sleep(1.0)
        strap.arrive()
        for seq in range(1, 4):
            strap.hand_in(payload(seq))
            await asyncio.sleep(SILENCE_S - 0.1)
        await asyncio.sleep(60.0)
        strap.leave()
        strap.arrive()
        strap.hand_in(payload(4))
        strap.leave()
        await asyncio.sleep(60.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not strap.listening.is_set()
        strap.leave()  # with no session that could be told
        return told

    told = virtually(main())
    assert told[0] == (0.0, Searching("strap.remote_away"))
    lost = [(round(t_s, 1), event) for t_s, event in told if isinstance(event, Lost)]
    last_s = 1.0 + 2 * (SILENCE_S - 0.1)
    back_s = last_s + SILENCE_S - 0.1 + 60.0
    assert lost == [(round(last_s + 5.0, 1), Lost("silence")), (round(back_s + 5.0, 1), Lost("remote_away"))]
    assert [event.origin.seq for _, event in told if isinstance(event, Payload) and event.origin] == [1, 2, 3, 4]


def test_a_strap_that_is_there_already_is_not_waited_for() -> None:
    async def main() -> list[StrapEvent]:
        told: list[StrapEvent] = []
        strap = RemoteStrap(BROWSER)
        strap.arrive()
        running = asyncio.create_task(strap.run(told.append, LoopClock()))
        await asyncio.sleep(1.0)
        strap.watch(None)
        strap.hand_in(Connected(BROWSER, "Polar H10"))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return told

    assert virtually(main()) == [Connected(BROWSER, "Polar H10")]


def test_a_loss_that_was_told_is_not_marked_again_as_a_silence() -> None:
    async def main() -> list[StrapEvent]:
        told: list[StrapEvent] = []
        strap = RemoteStrap(BROWSER)
        strap.arrive()
        running = asyncio.create_task(strap.run(told.append, LoopClock()))
        await asyncio.sleep(1.0)
        strap.hand_in(payload(1))
        strap.hand_in(Lost("out_of_range"))
        strap.hand_in(Searching("strap.busy"))
        await asyncio.sleep(60.0)
        strap.hand_in(payload(2))
        await asyncio.sleep(60.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return told

    busy = [Lost("out_of_range"), Searching("strap.busy")]
    assert virtually(main()) == [payload(1), *busy, payload(2), Lost("silence")]


@pytest.mark.parametrize(
    ("word", "source", "device", "simulated"),
    [
        ("remote", "remote", "", False),
        ("remote:room-2", "remote", "room-2", False),
        ("remote-simulated:room-2", "remote", "room-2", True),
        ("browser", "browser", "", False),
    ],
)
def test_straps_elsewhere_have_their_words(word: str, source: str, device: str, simulated: bool) -> None:
    strap = make_strap(word)
    assert isinstance(strap, RemoteStrap)
    assert (strap.source, strap.device, strap.simulated) == (source, device, simulated)


def test_which_strap_a_browser_uses_is_chosen_there() -> None:
    with pytest.raises(InputError, match="chosen on its page"):
        make_strap("browser:H10")
