"""From a strap to an analysed recording, over processes that are killed and links that are lost."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from air import Air
from numbered import EVERY_S, STEP_MS
from pmd_faults import Mode
from programs import program

from biofeedback.cli import main

pytestmark = pytest.mark.bus

BEATS = 8  # in each link
LONGEST_S = 300.0  # three times a program starts, and in the guest on a processor that is emulated


async def reads(path: Path, true: Callable[[str], bool]) -> None:
    """Return when a condition holds for the text of another process' file."""
    while not path.exists() or not true(path.read_text(encoding="utf-8")):  # noqa: ASYNC110, ASYNC240 - nobody tells
        await asyncio.sleep(0.05)


def frames(text: str) -> int:
    """How many frames a recording holds."""
    return text.count('"2a37"')


def lines_of(path: Path, kind: str) -> list[dict[str, Any]]:
    """Lines of one type in a recording."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["type"] == kind]


async def test_a_killed_recording_is_followed_by_one_that_takes_the_link_over_and_analyzes(
    air: Air, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strap = await air.strap()
    await strap.measure(Mode.REFUSE)  # beats are those of the frames
    await strap.speak(EVERY_S)
    killed, out = tmp_path / "killed.jsonl", tmp_path / "session.jsonl"
    near_s = 1.0 if air.is_fake else 3.0  # there nothing is heard for a second before a link is lost
    record = ("record", "--strap", f"ble:{strap.address}", "--out")
    async with asyncio.timeout(LONGEST_S):
        async with program(*record, str(killed)) as first:
            await reads(killed, lambda text: frames(text) >= 3)
            first.kill()
        async with program(*record, str(out)) as second:
            await reads(out, lambda text: frames(text) >= BEATS)
            assert await strap.links() == 1, "the link that the killed process left is used"
            await strap.drop()
            await reads(out, lambda text: frames(text) >= 2 * BEATS)
            await strap.silence()
            sent = [sent.value.hex() for sent in await strap.log() if sent.heard]
            await reads(out, lambda text: sent[-1] in text)
            second.terminate()
        await strap.alone()

    values = [line["value"] for line in lines_of(out, "notification") if line["characteristic"] == "2a37"]
    assert values == sent[sent.index(values[0]) :]
    links = lines_of(out, "link")
    assert [link["state"] for link in links] == ["connected", "lost", "connected"]
    assert main(["analyze", "--json", str(out)]) == 0
    analysis = json.loads(capsys.readouterr().out)
    assert analysis["quality"]["beats"] == len(values)
    assert analysis["quality"]["gaps"][0] == pytest.approx([link["t_s"] for link in links[1:]], abs=near_s)
    # No difference bridges the gap; where that took long, too little of the step is left to measure.
    assert analysis["steps"][0]["rmssd_ms"] in (None, pytest.approx(STEP_MS))
