import asyncio
from collections.abc import Callable

from biofeedback.clock import VirtualLoop
from biofeedback.outgoing import Dropped, Outgoing
from biofeedback.viewer import CAPACITY, CHUNK_BYTES, GOODBYE_S, Item, Viewer


class FakeWire:
    """A connection that can be told to take nothing."""

    def __init__(self) -> None:
        self.drained: Callable[[], None] | None = None
        self.takes = True
        self.heard: list[bytes] = []
        self.hung_up: int | None = None

    def write(self, frames: bytes) -> bool:
        if self.takes:
            self.heard.append(frames)
        return self.takes

    def hang_up(self, code: int) -> None:
        self.hung_up = code

    def drain(self) -> None:
        self.takes = True
        assert self.drained is not None
        self.drained()


class Hands:
    """A clock that is set by hand."""

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def new_viewer(role: str = "patient") -> Viewer:
    return Viewer(role, Hands())


def beat(k: int) -> Outgoing:
    return Outgoing("beat", f"beat {k};".encode(), k, float(k))


def frame(item: Item) -> bytes:
    return item.frame if isinstance(item, Outgoing) else f"gap {item.start_s}-{item.end_s};".encode()


def drained(viewer: Viewer) -> list[Item]:
    async def main() -> list[Item]:
        viewer.close(1000, "done")
        items = []
        while (item := await viewer.next()) is not None:
            items.append(item)
        return items

    return asyncio.run(main())


def test_a_slow_viewer_keeps_the_latest_beat_and_is_told_what_was_dropped() -> None:
    viewer = new_viewer()
    for k in range(1, CAPACITY + 2):
        viewer.put(beat(k))
    assert drained(viewer) == [Dropped(1.0, CAPACITY - 1.0), beat(CAPACITY), beat(CAPACITY + 1)]


def test_what_must_arrive_is_never_dropped_and_keeps_its_place() -> None:
    viewer = new_viewer()
    kept = [Outgoing(kind, kind.encode(), 100) for kind in ("answer", "step", "mark", "breath", "measures", "hello")]
    kept.append(Outgoing("bye", b"bye", 100))
    for k in range(10 * CAPACITY):
        viewer.put(beat(k))
        viewer.put(Outgoing("quality", f"quality {k}".encode()))
        if k % 40 == 20:
            viewer.put(kept[k // 40 % len(kept)])
    items = drained(viewer)
    assert [item for item in items if isinstance(item, Outgoing) and item.q == 100] == kept[:7] + kept[:1]
    assert len(items) < 60
    assert items[-1] == Outgoing("quality", f"quality {10 * CAPACITY - 1}".encode())
    spans = [(item.start_s, item.end_s) for item in items if isinstance(item, Dropped)]
    assert spans == sorted(spans)
    told = {item.at_s for item in items if isinstance(item, Outgoing) and item.kind == "beat"}
    told |= {float(k) for start_s, end_s in spans for k in range(int(start_s), int(end_s) + 1)}
    assert told == {float(k) for k in range(10 * CAPACITY)}


def test_a_viewer_waits_for_what_comes() -> None:
    async def main() -> object:
        viewer = new_viewer("physio")
        waiting = asyncio.create_task(viewer.next())
        await asyncio.sleep(0)
        viewer.put(beat(1))
        return await waiting

    assert asyncio.run(main()) == beat(1)


def test_a_waiting_viewer_without_a_wire_hears_that_it_is_closed() -> None:
    async def main() -> object:
        viewer = new_viewer()
        waiting = asyncio.create_task(viewer.next())
        await asyncio.sleep(0)
        viewer.close(4008, "too_slow")
        return await waiting

    assert asyncio.run(main()) is None


def test_a_closed_viewer_keeps_its_first_reason() -> None:
    viewer = new_viewer("physio")
    viewer.close(4008, "too_slow")
    viewer.close(1012, "shutdown")
    assert viewer.closed == (4008, "too_slow")


def test_a_viewer_is_behind_by_its_oldest_message_or_its_last_word() -> None:
    clock = Hands(100.0)
    viewer = Viewer("physio", clock)
    assert viewer.behind_s(104.0) == 4.0
    for q, clock.now_s in ((1, 101.0), (0, 101.5), (2, 102.0)):
        viewer.sent(q)
    clock.now_s = 109.0
    viewer.acknowledge(1)
    assert viewer.behind_s(110.0) == 8.0  # it speaks, but has not come further than message 1
    clock.now_s = 110.0
    viewer.acknowledge(2)
    assert viewer.behind_s(110.0) == 0.0


def test_what_arises_is_written_at_once_and_the_same_bytes_go_to_everybody() -> None:
    one, other = FakeWire(), FakeWire()
    message = beat(1)
    for wire in (one, other):
        viewer = new_viewer()
        viewer.connect(wire, frame)
        viewer.put(message)
        viewer.disconnect()
        assert wire.drained is None
    assert one.heard[0] is other.heard[0] is message.frame


def test_a_viewer_whose_connection_is_full_goes_on_when_it_has_drained() -> None:
    async def main() -> FakeWire:
        wire, viewer = FakeWire(), new_viewer()
        viewer.connect(wire, frame)
        viewer.put(beat(0))
        wire.takes = False
        for k in range(1, CAPACITY + 2):
            viewer.put(beat(k))
        wire.drain()
        viewer.put(beat(99))
        viewer.disconnect()
        viewer.disconnect()
        viewer._flush()
        return wire

    assert asyncio.run(main()).heard == [b"beat 0;", b"gap 1.0-31.0;beat 32;beat 33;", b"beat 99;"]


def test_a_long_welcome_is_written_in_chunks_and_others_have_their_turn() -> None:
    async def main() -> tuple[list[str], FakeWire]:
        wire, viewer, turns = FakeWire(), new_viewer(), []
        viewer.welcome(Outgoing("missed", b"x" * (CHUNK_BYTES // 2), q) for q in range(1, 6))
        viewer.connect(wire, frame)
        viewer.put(beat(6))
        while viewer._owed or viewer._queue:
            turns.append(f"{len(wire.heard)} written")
            await asyncio.sleep(0)
        return turns, wire

    turns, wire = asyncio.run(main())
    assert turns == ["1 written", "2 written", "3 written"]
    assert [len(written) for written in wire.heard] == [CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES // 2, 7]


def test_a_viewer_that_must_go_is_hung_up_on_after_its_last_message() -> None:
    async def main() -> FakeWire:
        wire, viewer = FakeWire(), new_viewer()
        viewer.connect(wire, frame)
        wire.takes = False
        viewer.put(beat(1))
        viewer.close(4008, "too_slow")
        assert wire.hung_up is None
        wire.drain()
        await asyncio.sleep(0)
        return wire

    wire = asyncio.run(main())
    assert (wire.heard, wire.hung_up) == ([b"beat 1;"], 4008)


def test_a_viewer_that_takes_nothing_any_more_is_cut_off() -> None:
    async def main() -> int | None:
        wire, viewer = FakeWire(), new_viewer()
        viewer.connect(wire, frame)
        wire.takes = False
        viewer.put(beat(1))
        viewer.close(4008, "too_slow")
        await asyncio.sleep(GOODBYE_S)
        return wire.hung_up

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(main()) == 4008
