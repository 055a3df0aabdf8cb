"""Straps nearby: one look at a time, and a sentence where there is nothing to look with."""

import asyncio
import re
from pathlib import Path

import httpx
from fastapi import FastAPI

from biofeedback.server.nearby import BUSY, WAIT_S, Nearby, NearStrap, StrapsNear, add_straps
from biofeedback.settings import Settings

POLAR = NearStrap("A0:9E:1A:00:11:22", "Polar H10 12345678", 84, in_use=False)


class Radio:
    """Counts how often it was listened to; hears something when it is told to."""

    def __init__(self) -> None:
        self.looks = 0
        self.heard: asyncio.Future[StrapsNear] = asyncio.get_running_loop().create_future()

    async def __call__(self) -> StrapsNear:
        self.looks += 1
        return await self.heard


def test_a_page_waits_longer_than_the_server_looks() -> None:
    page = (Path(__file__).parents[2] / "web" / "near.js").read_text(encoding="utf-8")
    (look_ms,) = re.findall(r"LOOK_MS = ([\d_]+);", page)
    assert WAIT_S + 2 < int(look_ms) / 1000 < Settings().request_s


async def test_who_asks_meanwhile_gets_the_same_answer_and_later_ones_a_new_one() -> None:
    radio = Radio()
    nearby = Nearby(radio)
    first, second = asyncio.create_task(nearby.look()), asyncio.create_task(nearby.look())
    await asyncio.sleep(0)
    first.cancel()  # whose page was closed
    await asyncio.sleep(0)
    radio.heard.set_result(StrapsNear((POLAR,)))
    assert await second == StrapsNear((POLAR,))
    assert radio.looks == 1
    await nearby.look()
    assert radio.looks == 2


async def test_while_the_radio_is_busy_there_is_a_sentence() -> None:
    assert await Nearby(Radio(), wait_s=0).look() == StrapsNear((), BUSY)


async def test_the_route_tells_what_was_heard() -> None:
    app, radio = FastAPI(), Radio()
    radio.heard.set_result(StrapsNear((POLAR,)))
    add_straps(app, Nearby(radio))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        told = (await client.post("/api/straps")).json()
    assert told == {
        "straps": [
            {"address": POLAR.address, "name": POLAR.name, "battery_percent": 84, "in_use": False},
        ],
        "trouble": None,
    }
