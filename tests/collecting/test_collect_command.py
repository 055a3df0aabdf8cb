"""The command: what a person reads, and what it leaves behind."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from collected_logs import logs_of, server_holds
from served import Serve

from biofeedback.cli import main
from biofeedback.keys import DeviceKey

# A busy machine is no fault of the collector; what a strap gives before a session takes it is another matter.
UNHURRIED = """
import sys
from biofeedback.cli import main
from biofeedback.collecting import collector

collect = collector.Collector._collect

async def collect_once_admitted(self):
    while not self.sender.is_admitted:
        await self.backlog.changed.wait()
    await collect(self)

collector.Collector._collect = collect_once_admitted
collector.GOODBYE_S = 60
sys.exit(main())
"""


async def test_sigterm_lets_the_strap_go_and_says_how_much_the_server_has(
    serve: Serve, key: DeviceKey, tmp_path: Path
) -> None:
    served = await serve(strap="remote-simulated")
    options = ["--key", str(tmp_path / "room-2.key"), "--log", str(tmp_path / "logs"), "--lang", "en"]
    command = ["collect", "--server", served.url, *options, "--strap", "simulated:responder:3", "--speed", "20"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", UNHURRIED, *command, stderr=asyncio.subprocess.PIPE, env=os.environ
    )
    async with served.page() as page:
        await page.hear("beat")
    process.send_signal(signal.SIGTERM)
    _, text = await process.communicate()
    assert process.returncode == 0, text
    assert b"takes what comes from here" in text
    assert b"The server has all of it." in text
    session = served.server.clinic.room().session.channel.facts.epoch
    (log,) = logs_of(tmp_path / "logs", session)
    assert server_holds(tmp_path / "data")[session] == log
    assert log[-1][-1] == "lost"


async def test_a_server_that_is_away_is_said_in_the_language_that_was_asked_for(tmp_path: Path, key: DeviceKey) -> None:
    options = ["--key", str(tmp_path / "room-2.key"), "--log", str(tmp_path / "logs"), "--lang", "nl"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "biofeedback", "collect", "--server", "http://localhost:1", *options,
        "--strap", "simulated", stderr=asyncio.subprocess.PIPE, env=os.environ,
    )  # fmt: skip
    assert process.stderr is not None
    async for line in process.stderr:
        if b"De server is niet bereikbaar (op dat adres antwoordt niets)." in line:
            break
    else:
        pytest.fail("it ended without a word")
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 3  # not all is known to be kept: there is the end of the link, at the least


def test_a_mistake_costs_one_line(tmp_path: Path, key: DeviceKey, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "room-2.key")
    for options in (
        ["--server", "http://clinic.example", "--key", path],
        ["--server", "http://localhost", "--key", "x"],
    ):
        assert main(["collect", *options, "--strap", "simulated"]) == 2
        assert capsys.readouterr().err.count("\n") == 1
