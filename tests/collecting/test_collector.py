"""A collector and a server: what the strap gave is there once, in order, with its own times."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
import websockets
from collected_logs import logs_of, server_holds
from scripted import ScriptedStrap
from served import Serve
from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.frames import Close

from biofeedback.collecting import Place
from biofeedback.collecting.sender import _reason
from biofeedback.core.events import Characteristic
from biofeedback.errors import InputError
from biofeedback.keys import DeviceKey
from biofeedback.straps import Connected, Lost, Payload, RrFrame, Searching

BEAT = Payload(Characteristic.HEART_RATE, b"\x10\x44\x00\x04")
SCRIPT = [
    (0.0, Searching("strap.searching")),
    (1.0, Connected("ble", "Polar H10", "5.0")),
    *((1.0 + k, BEAT) for k in range(60)),
]


def strap(script: Any = SCRIPT, *, ends: bool = True) -> ScriptedStrap:
    return ScriptedStrap(script, ends=ends)


async def admitted(said: list[Any], times: int = 1) -> None:
    async with asyncio.timeout(120):
        while sum(key == "collect.admitted" for key, _ in said) < times:  # noqa: ASYNC110  nothing else tells
            await asyncio.sleep(0.01)


async def holds(collector: Any, lines: int) -> None:
    async with asyncio.timeout(120):
        while collector.backlog.log.count < lines:
            await collector.backlog.changed.wait()


async def test_all_that_the_strap_gave_is_in_the_session_once(
    serve: Serve, collect: Any, said: list[Any], tmp_path: Path
) -> None:
    served = await serve(strap="remote-simulated:room-2")
    wait = asyncio.Event()

    class Waiting(ScriptedStrap):
        async def run(self, sink: Any, clock: Any) -> None:
            await wait.wait()
            await super().run(sink, clock)

    running = asyncio.create_task(collect(served, Waiting(SCRIPT, ends=True)).run())
    await admitted(said)
    wait.set()
    async with asyncio.timeout(120):
        assert await running == 0
    session = served.server.clinic.room().session.channel.facts.epoch
    (log,) = logs_of(tmp_path / "logs", session)
    assert len(log) == 62
    assert [seq for _, seq, *_ in log] == list(range(1, 63))
    assert server_holds(tmp_path / "data")[session] == log


async def test_what_came_before_any_session_stays_here_and_is_said(
    serve: Serve, collect: Any, said: list[Any], tmp_path: Path
) -> None:
    collector = collect(1, strap())
    running = asyncio.create_task(collector.run())
    await holds(collector, 62)
    running.cancel()
    assert await running == 63  # and that it was stopped
    assert "collect.away" in [key for key, _ in said]
    served = await serve(strap="remote-simulated")
    assert await collect(served, strap()).run() >= 0
    session = served.server.clinic.room().session.channel.facts.epoch
    assert server_holds(tmp_path / "data")[session] == [
        entry for log in logs_of(tmp_path / "logs", session) for entry in log
    ]


async def test_a_collector_that_was_killed_sends_what_its_earlier_run_left(
    serve: Serve, collect: Any, said: list[Any], tmp_path: Path
) -> None:
    served = await serve(strap="remote-simulated")
    first = asyncio.create_task(collect(served, strap([(0.0, Connected("ble"))], ends=False)).run())
    await admitted(said)
    first.cancel()
    assert await first >= 0
    cut = collect(1, strap())  # the network is away, and then the program is killed
    task = asyncio.create_task(cut.run())
    await holds(cut, 61)
    task.cancel()
    assert await task >= 61
    last = asyncio.create_task(collect(served, strap()).run())
    async with asyncio.timeout(120):
        assert await last >= 0
    session = served.server.clinic.room().session.channel.facts.epoch
    logs = logs_of(tmp_path / "logs", session)
    held = server_holds(tmp_path / "data")[session]
    assert len(logs) >= 3
    for log in logs:
        assert [entry for entry in held if entry[0] == log[0][0]] == log
    assert len(held) == sum(len(log) for log in logs)


async def test_another_session_gets_a_log_of_its_own_and_the_strap_is_named_there(
    serve: Serve, collect: Any, said: list[Any], tmp_path: Path
) -> None:
    served = await serve(strap="remote-simulated")
    old = served.server.clinic.room().session.channel.facts.epoch
    endless = [(0.0, Connected("ble", "Polar H10")), *((0.2 * k, BEAT) for k in range(1, 3000))]
    running = asyncio.create_task(collect(served, strap(endless, ends=False)).run())
    async with served.page() as page:
        await page.hear("beat")
        await page.say("command", command="new")
        await page.hear("bye")
    await admitted(said, 2)
    async with served.page() as page:
        await page.hear("quality", strap_model="Polar H10", strap_state="beats")
    running.cancel()
    assert await running >= 0
    held = server_holds(tmp_path / "data")
    new = served.server.clinic.room().session.channel.facts.epoch
    for session in (old, new):
        logs = [entry for log in logs_of(tmp_path / "logs", session) for entry in log]
        assert held[session] == logs[: len(held[session])]
        assert held[session]


async def test_a_strap_that_was_there_is_run_again_at_once_however_often_it_failed_before(
    collect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("biofeedback.collecting.collector.BACK_OFF_S", (0.0, 1e6))
    is_there = asyncio.Event()

    class Failing(ScriptedStrap):
        runs = 0

        async def run(self, sink: Any, clock: Any) -> None:
            self.runs += 1
            sink(Connected("ble"))
            if self.runs < 4:
                raise OSError("gone")
            is_there.set()

    running = asyncio.create_task(collect(1, Failing([], ends=True)).run())
    async with asyncio.timeout(60):
        await is_there.wait()
    running.cancel()
    assert await running >= 4


@pytest.mark.parametrize(
    ("server", "device", "code"),
    [
        ("remote", "room-2", "not_simulated"),
        ("remote-simulated:room-3", "room-2", "other_device"),
        ("simulated", "room-2", "other_strap"),
        ("remote-simulated", "room-9", "key"),
    ],
)
async def test_who_is_not_admitted_says_why_and_stops(
    serve: Serve, collect: Any, key: DeviceKey, server: str, device: str, code: str
) -> None:
    served = await serve(strap=server)
    shown = DeviceKey(device, key.token.replace("room-2", device))
    with pytest.raises(InputError, match=f"collect.refused.{'is_simulated' if code == 'not_simulated' else code}"):
        await collect(served, strap(), shown=shown).run()


async def test_a_server_that_does_not_speak_https_is_said_to_be_so(serve: Serve, collect: Any) -> None:
    served = await serve(strap="remote-simulated")
    collector = collect(served, strap())
    collector.sender._place = Place.parse(served.url.replace("http:", "https:"))
    with pytest.raises(InputError, match=r"collect\.refused\.no_tls"):
        await collector.run()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), "name"),
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 8)"), "nobody"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 8), [Errno 111] ..."), "nobody"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
        (TimeoutError(), "time_out"),
        (InvalidMessage("did not receive a valid HTTP response"), "closed"),
        (ConnectionClosed(None, None), "closed"),
        (ConnectionClosed(Close(1001, "closing"), None), "closing"),
    ],
)
def test_why_there_is_no_connection_is_said_in_words(error: Exception, reason: str) -> None:
    assert _reason(error) == reason


async def test_a_refusal_that_is_not_known_here_ends_nothing(collect: Any, said: list[Any]) -> None:
    told = asyncio.Event()
    visits = 0

    async def refuse(socket: websockets.ServerConnection) -> None:
        nonlocal visits
        visits += 1
        await socket.recv()  # hello
        await socket.send('{"type":"error","code":"of_a_later_program","detail":""}')
        if visits == 2:
            told.set()

    async with websockets.serve(refuse, "127.0.0.1", 0) as server:
        running = asyncio.create_task(collect(server.sockets[0].getsockname()[1], strap(ends=False)).run())
        async with asyncio.timeout(60):
            await told.wait()
        running.cancel()
        await running
    assert "collect.refused.unknown" in [key for key, _ in said]


async def test_a_list_of_intervals_cannot_be_sent(serve: Serve, collect: Any) -> None:
    served = await serve(strap="remote-simulated")
    with pytest.raises(InputError, match="no bytes"):
        await collect(served, strap([(0.0, RrFrame((800.0,)))], ends=False)).run()


async def test_a_strap_that_fails_is_started_again(serve: Serve, collect: Any, tmp_path: Path) -> None:
    served = await serve(strap="remote-simulated")
    failing = ScriptedStrap([(0.0, Connected("ble")), (0.1, RuntimeError("driver"))], [(0.0, Lost("x"))], ends=True)
    assert await collect(served, failing).run() >= 0
    assert failing.runs == 2
