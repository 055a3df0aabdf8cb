"""A room that is told to close closes, whatever fails in the same moment; and what fails in it stops nothing else."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedStrap, Stage
from served import BUSY_S, Serve

from biofeedback.channel import Channel
from biofeedback.core.exercises import EXERCISES
from biofeedback.server.room import Room, _keep
from biofeedback.store import open_store, sessions


class Reluctant(ScriptedStrap):
    """A strap that takes its time to be let go, and may fail then."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__([])
        self.running, self.leaving, self.gone = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._fails = fails

    async def run(self, sink: Any, clock: Any) -> None:
        self.running.set()
        try:
            await super().run(sink, clock)
        finally:
            self.leaving.set()
            await self.gone.wait()
            if self._fails:
                raise OSError("the radio is gone")


def a_fault(*_: object) -> None:
    raise RuntimeError("a fault of ours")


async def cancelled(task: asyncio.Task[None]) -> bool:
    """Whether a task that was told to stop has stopped, and for that."""
    await asyncio.wait({task}, timeout=BUSY_S)
    is_over = task.cancelled()
    task.cancel()
    await asyncio.wait({task})
    return is_over


async def test_a_session_that_fails_is_not_taken_up_again_when_its_room_closed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strap = Reluctant(fails=False)
    stage = Stage(tmp_path, EXERCISES["measured_4_6"], strap)
    await strap.running.wait()
    strap.gone.set()
    await stage.cut()  # the room is to run it
    for event in (strap.running, strap.leaving, strap.gone):
        event.clear()
    with monkeypatch.context() as broken:
        keeping = asyncio.create_task(_keep(stage.session))
        await strap.running.wait()
        broken.setattr(stage.course, "due", a_fault)
        await strap.leaving.wait()  # it failed
        keeping.cancel()
        await asyncio.sleep(0)
        strap.gone.set()
    assert await cancelled(keeping)
    assert strap.runs == 2


async def test_a_strap_that_fails_while_it_is_let_go_is_not_run_again(tmp_path: Path) -> None:
    strap = Reluctant(fails=True)
    stage = Stage(tmp_path, EXERCISES["measured_4_6"], strap)
    await strap.running.wait()
    strap.gone.set()
    stage.running.cancel()
    assert await cancelled(stage.running)
    assert strap.runs == 1
    stage.session.close()


async def test_a_fault_in_a_rooms_housekeeping_is_said_once_and_costs_nothing_else(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve()
    looked = asyncio.Queue[None]()

    def fail(_channel: Channel, _now_s: float) -> None:
        looked.put_nowait(None)
        a_fault()

    with monkeypatch.context() as broken:
        broken.setattr(Channel, "reap", fail)
        async with asyncio.timeout(BUSY_S):
            await looked.get()
            await looked.get()
    assert caplog.text.count("housekeeping") == 1
    async with served.page() as page:
        await page.say("command", command="start")
        await page.hear("step")
        await page.hear("pacer")


@pytest.mark.parametrize("name", ["say_bye", "close"])
async def test_a_room_that_cannot_be_closed_keeps_neither_the_others_nor_the_store_open(
    name: str, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve()
    clinic = served.server.clinic
    other = clinic.room(await clinic.open_room(None, "", "simulated:responder:4"))
    broken, epoch = clinic.room(), other.session.channel.facts.epoch
    whole = getattr(Room, name)

    def fail(room: Room, *given: str) -> Any:
        if room is broken:
            a_fault()
        return whole(room, *given)

    with monkeypatch.context() as patched:
        patched.setattr(Room, name, fail)
        served.server.should_exit = True
        async with asyncio.timeout(BUSY_S):
            await served.server.stopped.wait()
    assert "a room cannot be closed" in caplog.text
    store = await open_store(tmp_path / "data")
    assert epoch not in [session.id for session in await store.read(sessions.unended)]
    await store.close()
