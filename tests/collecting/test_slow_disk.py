"""Three straps elsewhere, viewers that come and go, and disks that take their time: all ends, and is there once."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from collected_logs import logs_of, server_holds
from scripted import ScriptedStrap
from served import BUSY_S, Page, Serve, Served
from stored_files import stored_files

from biofeedback.clock import clock_of
from biofeedback.collecting import Collector, Place, Timings
from biofeedback.core.events import Characteristic, Mark
from biofeedback.keys import DeviceKeys
from biofeedback.recorder import FileRecorder
from biofeedback.recording import read_recording
from biofeedback.server.access.access import LOCAL
from biofeedback.session import Session
from biofeedback.store.committer import Committer
from biofeedback.straps import Connected, Lost, Payload

DISK_S = 0.6  # for each write, of the server and of the collectors
FRAME_S = 0.005  # for each frame, on the server
NAMES = ("room-1", "room-2", "room-3")
BEATS = [Payload(Characteristic.HEART_RATE, b"\x10\x44\x00" + bytes((k % 16,))) for k in range(150)]
SCRIPT = [
    (0.0, Connected("ble", "Polar H10", "5.0")),
    *((1.0 + k, beat) for k, beat in enumerate(BEATS)),
    (160.0, Lost("out_of_range")),
    (170.0, Connected("ble", "Polar H10", "5.0")),
    *((171.0 + k, beat) for k, beat in enumerate(BEATS)),
]


@pytest.fixture(autouse=True)
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, name, wait_s in (
        (Committer, "_commit", DISK_S),
        (FileRecorder, "sync", DISK_S),
        (Session, "receive", FRAME_S),
    ):
        monkeypatch.setattr(kind, name, slowed(getattr(kind, name), wait_s))


def slowed(quick: Callable[..., Any], wait_s: float) -> Callable[..., Any]:
    def slow(*given: Any) -> Any:
        time.sleep(wait_s)
        return quick(*given)

    return slow


async def note(served: Served, room: str, done: asyncio.Event) -> tuple[set[str], set[str]]:
    """Ids of the notes of a viewer who says each until told that it is kept, over one connection after another."""
    said, noted, known = set[str](), set[str](), ("", 0)
    while not done.is_set() or said - noted:
        ticket = served.server.access.tickets.give(LOCAL, room)
        async with served.page(None) as page:
            hello = await page.hello("physio", ticket=ticket, epoch=known[0], message_seq=known[1])
            said.add(f"{room}-{len(said)}")
            for id_ in sorted(said - noted):
                await page.say("mark", kind="note", text="lies down", id=id_)
            noted |= set((await page.hear("noted"))["ids"])
            known = hello["epoch"], newest(page, known[1])
    return said, noted


def newest(page: Page, before: int) -> int:
    """Number of the newest message that a page has; none of them came before, and none twice."""
    numbers = [message["q"] for message in page.heard if message.get("q") and message["type"] != "snapshot"]
    assert numbers == sorted(set(numbers))
    assert not numbers or numbers[0] > before
    return max([before, *(message["q"] for message in page.heard)])


async def test_on_slow_disks_everything_comes_to_its_end_and_nothing_is_lost_or_doubled(
    serve: Serve, tmp_path: Path
) -> None:
    served, keys, done = await serve(), DeviceKeys(tmp_path / "data"), asyncio.Event()
    clinic, place = served.server.clinic, Place.parse(served.url)
    rooms = {name: await clinic.open_room(None, "", f"remote-simulated:{name}") for name in NAMES}
    sessions = {name: clinic.room(room).session.channel.facts.epoch for name, room in rooms.items()}
    admitted = dict.fromkeys(NAMES, 0)

    def collector(name: str) -> Collector:
        class AfterAdmission(ScriptedStrap):
            async def run(self, sink: Any, clock: Any) -> None:
                while not admitted[name]:  # noqa: ASYNC110  nothing else tells
                    await asyncio.sleep(0.01)
                await super().run(sink, clock)

        def say(words: str, **_values: Any) -> None:
            admitted[name] += words == "collect.admitted"

        strap, key = AfterAdmission(SCRIPT, ends=True), keys.make(name, tmp_path / f"{name}.key")
        timings = Timings(back_off_s=(0.02, 0.05), open_s=BUSY_S, ping_s=BUSY_S)
        return Collector(strap, clock_of(200.0), tmp_path / name, place, key, say, 30, timings)

    async with asyncio.timeout(2 * BUSY_S):
        viewers = [asyncio.create_task(note(served, room, done)) for room in rooms.values()]
        collecting = [asyncio.create_task(collector(name).run()) for name in NAMES]
        while min(admitted.values()) == 0:  # noqa: ASYNC110  nothing else tells
            await asyncio.sleep(0.01)
        await asyncio.sleep(3 * DISK_S)  # in the midst of it
        for room in rooms.values():
            visit = clinic.room(room).collector
            assert visit is not None
            visit.dismiss(1013, "come again")
        assert await asyncio.gather(*collecting) == [0, 0, 0]
        done.set()
        noted = dict(zip(NAMES, await asyncio.gather(*viewers), strict=True))
        served.server.should_exit = True
        await served.server.stopped.wait()
    held = server_holds(tmp_path / "data")
    for name, session in sessions.items():
        (log,) = logs_of(tmp_path / name, session)
        assert held[session] == log
        assert len(log) == len(SCRIPT) + 1
        events = read_recording(stored_files(tmp_path / "data") / f"{session}.jsonl").events
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        notes = [event.id for event in events if isinstance(event, Mark) and event.id is not None]
        assert sorted(notes) == sorted(noted[name][0]) == sorted(noted[name][1])
    assert min(admitted.values()) == 2
