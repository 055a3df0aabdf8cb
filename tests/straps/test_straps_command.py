"""``biofeedback straps``: what a person sees of a scan."""

import asyncio
import json

import pytest
from fake_bluez import FakeBluez

from biofeedback.cli import main

pytestmark = pytest.mark.bus


async def straps(*options: str) -> int:
    """Exit status; in a thread, as the command runs a loop of its own beside that of the fake."""
    return await asyncio.to_thread(main, ["straps", "--seconds", "0.2", "--lang", "en", *options])


async def test_straps_are_said_when_found_and_listed_at_the_end(bluez: FakeBluez, capsys) -> None:
    bluez.add_strap("AA:00:00:00:00:01", name="Polar H10", rssi=-60, battery_advertised=63)
    bluez.add_strap("AA:00:00:00:00:02", name="in use", known=True, connected=True, resolved=True)

    assert await straps() == 0

    out, err = capsys.readouterr()
    assert "Found: Polar H10" in err
    assert out.splitlines() == [
        "AA:00:00:00:00:02  in use  connected already",
        "AA:00:00:00:00:01  Polar H10  -60 dBm  63%",
    ]


async def test_no_strap_is_said_with_what_to_look_at(bluez: FakeBluez, capsys) -> None:
    assert await straps() == 0

    assert "not connected to another device?" in capsys.readouterr().out


async def test_straps_as_json(bluez: FakeBluez, capsys) -> None:
    bluez.add_strap("AA:00:00:00:00:01", name="Polar H10", rssi=-60)

    assert await straps("--json") == 0

    assert json.loads(capsys.readouterr().out) == [
        {"address": "AA:00:00:00:00:01", "name": "Polar H10", "rssi_dbm": -60, "battery_percent": None}
    ]


def test_a_machine_without_bluetooth_says_so_in_one_line(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")

    assert main(["straps", "--seconds", "0.1"]) == 2
    assert main(["record", "--out", str(tmp_path / "x.jsonl"), "--lang", "en"]) == 2

    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("biofeedback: ")]
    assert len(lines) == 2
    assert "--strap simulated" in lines[1]
