"""The short form of ``make soak``: after rounds of sessions with lost links, nothing is held that was not before."""

import asyncio
import gc
import os
from collections import Counter
from pathlib import Path

import pytest
from bleak import BleakClient
from fake_bus import fake_bluez
from resting_loop import at_rest

from biofeedback.core.pipeline import Pipeline
from biofeedback.recorder import FileRecorder
from biofeedback.session import Session
from biofeedback.straps.collector import Collector
from biofeedback.straps.link import Link
from biofeedback.straps.polar import Polar
from tests.soak.crowd import wandering
from tests.soak.rounds import Taken, round_of_sessions

pytestmark = [pytest.mark.whole, pytest.mark.bus]

KINDS = (Session, Pipeline, FileRecorder, Collector, Link, Polar, BleakClient)
STRAPS = 3


def alive() -> list[object]:
    """Objects of a session and of a link."""
    gc.collect()
    return [one for one in gc.get_objects() if type(one) in KINDS]


def held(others: list[object]) -> tuple[int, int, Counter[str]]:
    """Descriptors, tasks, and the objects that are alive beside those of ``others``: earlier tests may keep some."""
    known = {id(one) for one in others}
    own = Counter(type(one).__name__ for one in alive() if id(one) not in known)
    return len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks()), own


async def rounds(address: str, folder: Path) -> tuple[list[tuple[int, int, Counter[str]]], list[Taken]]:
    """What is held after each round of a minute, and what was taken in."""
    after, taken, others = [], [Taken() for _ in range(STRAPS)], alive()
    async with fake_bluez(address) as bluez:
        bluez.advertise_s = 0.2
        async with wandering(bluez, STRAPS, pace_s=0.001, drop_every_s=20.0):
            for n in range(3):
                (folder / str(n)).mkdir()
                await round_of_sessions(folder / str(n), 60.0, taken)
                await asyncio.sleep(10.0)  # of a strap that is out of range nothing is on its way then
                after.append(held(others))
    return after, taken


def test_nothing_is_held_after_a_session_that_was_not_before(
    private_bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", private_bus)
    (_, first, *others), taken = at_rest(rounds(private_bus, tmp_path))
    assert others == [first]
    assert first[2] == Counter()
    assert sum(one.losses for one in taken) >= STRAPS
    assert all(one.count > 300 for one in taken)
