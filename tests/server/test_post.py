"""A strap elsewhere may send many frames at once: nobody else waits for all of them."""

import asyncio

import pytest

from biofeedback.frames import FrameBytes
from biofeedback.server import post
from biofeedback.server.post import Post


class Taking:
    """A session and its strap, as far as frames are handed in."""

    source = "browser"

    def __init__(self) -> None:
        self.ended, self.listening = asyncio.Event(), asyncio.Event()
        self.listening.set()
        self.taken: list[int] = []

    def heard(self, origin: str) -> int:
        return len(self.taken)

    def hand_in(self, event) -> None:
        self.taken.append(event.origin.seq)


@pytest.mark.parametrize(("turn_s", "seen"), [(-1.0, {0, 1, 2, 3}), (3600.0, {0, 3})])
async def test_what_takes_long_leaves_others_their_turn(
    turn_s: float, seen: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "TURN_S", turn_s)
    taking, turns = Taking(), set[int]()

    async def live() -> None:
        while True:
            turns.add(len(taking.taken))
            await asyncio.sleep(0)

    other = asyncio.create_task(live())
    await asyncio.sleep(0)
    frames = [FrameBytes(seq=seq, t_s=float(seq), characteristic="2a37", value="0048") for seq in (1, 2, 3)]
    await Post(taking, taking, lambda message: None).take("browser-1", frames)
    await asyncio.sleep(0)
    other.cancel()
    assert taking.taken == [1, 2, 3]
    assert turns == seen


def test_a_connection_that_names_ever_more_origins_is_refused() -> None:
    told = Post(Taking(), Taking(), lambda message: None)
    for number in range(post.MAX_ORIGINS):
        told.name(f"browser-{number}")
    told.name("browser-0")
    with pytest.raises(post.FrameRefused, match="at most 1000 origins"):
        told.name("one-more")
