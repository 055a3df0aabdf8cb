"""`biofeedback record` and `serve` as their own processes, over unmodified bleak and a fake org.bluez."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_bluez import FakeBluez

pytestmark = pytest.mark.bus

ENDS = pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program while the block runs; it does not outlive it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "biofeedback",
        *arguments,
        env=dict(os.environ),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
        async with asyncio.timeout(120):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@ENDS
async def test_a_recording_over_bluetooth_holds_every_frame_once_and_leaves_no_link(
    bluez: FakeBluez, tmp_path: Path, end: signal.Signals
) -> None:
    strap = bluez.add_strap()
    out = tmp_path / "session.jsonl"
    sent = [bytes([0x10, 60, n, 3]) for n in range(30)]
    async with program("record", "--strap", "ble", "--out", str(out)) as record:
        await bluez.until(lambda: strap.has_listener)
        for value in sent[:15]:
            await strap.send(value)
        await strap.drop()
        await bluez.until(lambda: strap.has_listener)
        for value in sent[15:]:
            await strap.send(value)
        while out.read_text(encoding="utf-8").count('"2a37"') < len(sent):  # noqa: ASYNC110  another process' file
            await asyncio.sleep(0.05)
        record.send_signal(end)
    await bluez.until(lambda: not strap.connected)

    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    kinds = [line["type"] for line in lines]
    values = [line["value"] for line in lines if line.get("characteristic") == "2a37"]
    assert values == [value.hex() for value in sent]
    assert kinds.count("strap") == 1, "the same strap again is no new strap"
    assert [line["state"] for line in lines if line["type"] == "link"] == ["connected", "lost", "connected"]
    assert next(line for line in lines if line["type"] == "strap")["model"] == "Polar H10"


@ENDS
async def test_a_server_that_is_stopped_leaves_no_link(bluez: FakeBluez, tmp_path: Path, end: signal.Signals) -> None:
    strap = bluez.add_strap()
    async with program("serve", "--strap", "ble", "--port", "0", "--data", str(tmp_path)) as serve:
        await bluez.until(lambda: strap.has_listener)
        await strap.send(b"\x10\x3c\x00\x04")
        serve.send_signal(end)
    await bluez.until(lambda: not strap.connected)
