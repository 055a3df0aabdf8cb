"""A strap elsewhere may send many frames at once: nobody else waits for all of them."""

import asyncio
from types import SimpleNamespace

import pytest

from biofeedback.frames import FrameBytes
from biofeedback.messages import Kept
from biofeedback.server import post
from biofeedback.server.post import Post


class Taking:
    """A session and its strap, as far as frames are handed in."""

    source = "browser"

    def __init__(self) -> None:
        self.ended, self.listening = asyncio.Event(), asyncio.Event()
        self.listening.set()
        self.taken: list[int] = []

    def status(self) -> SimpleNamespace:
        return SimpleNamespace(session_s=0.0)

    async def commit(self) -> bool:
        return True

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


async def test_what_is_taken_while_others_have_their_turn_is_told_to_be_kept_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(post, "TURN_S", -1.0)
    monkeypatch.setattr(post, "KEEP_WITHIN_S", 0.0)
    taking, told, is_all_told = Taking(), list[int](), asyncio.Event()

    def tell(message: object) -> None:
        if isinstance(message, Kept):
            told.append(message.seq)
            if message.seq == len(frames):
                is_all_told.set()

    frames = [FrameBytes(seq=seq, t_s=float(seq), characteristic="2a37", value="0048") for seq in range(1, 51)]
    attending = Post(taking, taking, tell)
    running = asyncio.create_task(attending.run())
    await attending.take("browser-1", frames)
    async with asyncio.timeout(30):
        await is_all_told.wait()
    running.cancel()
    assert len(told) > 1, "nothing was told while frames were taken: this test shows nothing"


def test_a_connection_that_names_ever_more_origins_is_refused() -> None:
    told = Post(Taking(), Taking(), lambda message: None)
    for number in range(post.MAX_ORIGINS):
        told.name(f"browser-{number}")
    told.name("browser-0")
    with pytest.raises(post.FrameRefused, match="at most 1000 origins"):
        told.name("one-more")
