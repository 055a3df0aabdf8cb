"""One bad session never stops the server."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from served import Serve

from biofeedback.clock import VirtualLoop
from biofeedback.header import encode_header
from biofeedback.recording import read_recording
from biofeedback.server.room import Place, Room, _keep
from biofeedback.tally import Tally

REFERENCE = Path(__file__).resolve().parents[2] / "recordings" / "responder.jsonl"


class Failing:
    """A session that fails twice and then comes to its end."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.runs = 0

    async def run(self) -> None:
        self.runs += 1
        if self.runs < 3:
            raise RuntimeError("a fault of ours")
        self.ended.set()


def test_a_session_that_fails_is_taken_up_again(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> Failing:
        session = Failing()
        await _keep(session)  # type: ignore[arg-type]
        return session

    with caplog.at_level(logging.ERROR), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(main()).runs == 3
    assert caplog.text.count("taken up again") == 2


async def test_every_new_session_knows_the_persons_earlier_ones(serve: Serve, tmp_path: Path) -> None:
    """And while they are read, the page that asked cannot ask for yet another."""
    recordings = tmp_path / "data" / "recordings"
    recordings.mkdir(parents=True)
    earlier = read_recording(REFERENCE)
    header = encode_header(replace(earlier.header, session="S1", subject="P"))
    (recordings / "0.jsonl").write_bytes(header + earlier.path.read_bytes().partition(b"\n")[2])
    served = await serve(subject="P")
    async with served.page() as page:
        first = page.heard[0]["epoch"]
        await page.say("command", command="new")
        await page.say("command", command="new")
        assert "about to begin" in (await page.hear("error"))["detail"]
        await page.hear("bye")
    async with served.page() as page:
        second = page.heard[0]["epoch"]
    assert first != second
    for session in (first, second):
        prior = read_recording(recordings / f"{session}.jsonl").header.prior
        assert prior is not None
        assert prior["exhale_noise"]["sessions"] == prior["heart_rate_sd_sessions"] == ["S1"]


async def test_a_session_begins_without_what_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    def glob(_pattern: str) -> None:
        raise OSError("the disk is gone")

    settings = SimpleNamespace(recordings=SimpleNamespace(glob=glob))
    place = Place("R", "P", "simulated", "measured_4_6", None, 1.0)
    with caplog.at_level(logging.ERROR):
        assert await Room(settings, place, Tally())._prior(simulated=True) is None  # type: ignore[arg-type]
    assert "nothing is taken" in caplog.text
