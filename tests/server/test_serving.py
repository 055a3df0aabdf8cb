"""The server as its own process: started, killed, started again, told to stop."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from pathlib import Path

import pytest
import websockets
from stored_files import stored_files

from biofeedback.core.events import Resumed, Step
from biofeedback.errors import InputError
from biofeedback.recording import read_recording
from biofeedback.server import serve
from biofeedback.server.serving import open_server
from biofeedback.settings import Settings

PROGRAM = """
import sys
from pathlib import Path
from biofeedback.server import serving
from biofeedback.settings import Settings
serving.EXIT_WITHIN_S = 60  # a busy machine is no fault of the server
serving.serve(Settings(port=0, data=Path(sys.argv[1]), strap=sys.argv[2], lang=sys.argv[3], subject="A-17"))
"""


class Program:
    """A server process, its port read from what it says."""

    def __init__(self, process: asyncio.subprocess.Process, said: str) -> None:
        self.process = process
        self.said = said
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\n", said)
        assert found, said
        self.port = int(found[1])

    @classmethod
    async def start(cls, data: Path, strap: str = "simulated:responder:3", lang: str = "en") -> "Program":
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, str(data), strap, lang, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        said = ""
        async with asyncio.timeout(120):
            while "Ctrl+C" not in said:
                said += (await process.stdout.readline()).decode()
        return cls(process, said)

    def connect(self) -> websockets.connect:
        return websockets.connect(f"ws://127.0.0.1:{self.port}/ws", origin=f"http://127.0.0.1:{self.port}")

    async def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(120):
            return await self.process.wait()


async def heard(socket: websockets.ClientConnection, type_: str, **fields: object) -> dict[str, object]:
    async with asyncio.timeout(120):
        while True:
            message: dict[str, object] = json.loads(await socket.recv())
            if message["type"] == type_ and all(message[name] == value for name, value in fields.items()):
                return message


async def hello(socket: websockets.ClientConnection, **fields: object) -> dict[str, object]:
    await socket.send(json.dumps({"type": "hello", "protocol": 1, "role": "physio"} | fields))
    return await heard(socket, "hello")


async def test_a_server_that_was_killed_goes_on_with_its_session_and_marks_it(tmp_path: Path) -> None:
    first = await Program.start(tmp_path)
    assert "simulated" in first.said
    async with first.connect() as socket:
        epoch = (await hello(socket))["epoch"]
        await heard(socket, "beat")
        await socket.send('{"type":"command","command":"start"}')
        await heard(socket, "step")
        last = await heard(socket, "beat")
        for _ in range(3):  # one notification has two at the most: when they are here, the beat before them is stored
            await heard(socket, "beat")
        await first.stop(signal.SIGKILL)
    before = read_recording(stored_files(tmp_path) / f"{epoch}.jsonl").events
    second = await Program.start(tmp_path)
    async with second.connect() as socket:
        again = await hello(socket, epoch=epoch, message_seq=last["q"])
        assert (again["recovered"], again["epoch"], again["state"]) == (True, epoch, "running")
        await heard(socket, "beat")
    assert await second.stop() == 0
    recording = read_recording(stored_files(tmp_path) / f"{epoch}.jsonl")
    assert recording.events[: len(before)] == before
    assert isinstance(recording.events[len(before)], Resumed)
    assert len([event for event in recording.events if isinstance(event, Step)]) == 1
    assert not recording.ended


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_told_to_stop_says_bye_and_leaves_in_order(tmp_path: Path, number: int) -> None:
    program = await Program.start(tmp_path, lang="nl" if number == signal.SIGINT else "en")
    async with program.connect() as socket:
        await hello(socket)
        waiting = asyncio.create_task(heard(socket, "bye", reason="shutdown"))
        assert await program.stop(number) == 0
        await waiting
        await socket.wait_closed()
        assert socket.close_code == 1012


async def test_the_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    program = await Program.start(data)
    assert await program.stop() == 0
    assert oct(data.stat().st_mode & 0o777) == "0o700"
    files = [path for path in data.iterdir() if path.is_file()]
    assert len(files) > 2
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}


def test_a_taken_port_is_said_with_its_cure() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} .* choose another with --port {port + 1}"):
            open_server(Settings(port=port, strap="simulated"))


def test_the_last_port_there_is_has_none_after_it() -> None:
    with socket.create_server(("127.0.0.1", 65535)), pytest.raises(InputError, match="with --port 65534"):
        open_server(Settings(port=65535, strap="simulated"))


def test_an_address_of_another_machine_is_not_mended_by_another_port(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"port 8800 on 192\.0\.2\.1 .* give an address of this machine with --host"):
        open_server(Settings(host="192.0.2.1", insecure_http=True, data=tmp_path, strap="simulated"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="here every port may be listened on")
def test_a_port_that_is_not_for_everybody_is_mended_by_one_that_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one from 1024 on"):
        open_server(Settings(port=1, data=tmp_path, strap="simulated"))


def test_a_strap_that_cannot_be_used_is_said_before_anything_starts(tmp_path: Path) -> None:
    for strap in ("polar", "simulated:nobody", f"replay:{tmp_path / 'none.jsonl'}"):
        with pytest.raises(InputError) as caught:
            serve(Settings(port=0, strap=strap, data=tmp_path))
        assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []
