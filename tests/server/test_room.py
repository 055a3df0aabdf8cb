"""One bad session never stops the server."""

import asyncio
import logging
from pathlib import Path

import pytest
from served import Serve
from sqlalchemy import update
from stored_files import stored_files

from biofeedback.clock import VirtualLoop
from biofeedback.core.events import Step
from biofeedback.recording import read_recording
from biofeedback.server.room import _keep
from biofeedback.store import open_store, people
from biofeedback.store.inputs import inputs
from biofeedback.store.recordings import bring_in, read_file

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
        await _keep(session)
        return session

    with caplog.at_level(logging.ERROR), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(main()).runs == 3
    assert caplog.text.count("taken up again") == 2


async def test_every_new_session_knows_the_persons_earlier_ones(serve: Serve, tmp_path: Path) -> None:
    """And while they are read, the page that asked cannot ask for yet another."""
    store = await open_store(tmp_path / "data")
    person = await store.write(lambda connection: people.add(connection, pseudonym="P"))
    earlier = await store.write(lambda connection: bring_in(connection, read_file(REFERENCE), person.id))
    await store.close()
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
    await served.server.clinic.store.commit()
    for session in (first, second):
        prior = read_recording(stored_files(tmp_path / "data") / f"{session}.jsonl").header.prior
        assert prior is not None
        assert prior["exhale_noise"]["sessions"] == prior["heart_rate_sd_sessions"] == [earlier.id]


async def test_a_session_begins_without_what_cannot_be_read(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_store(tmp_path / "data")
    person = await store.write(lambda connection: people.add(connection, pseudonym="P"))
    await store.write(lambda connection: bring_in(connection, read_file(REFERENCE), person.id))
    await store.write(lambda connection: connection.execute(update(inputs).values(sealed=b"altered")))
    await store.close()
    with caplog.at_level(logging.ERROR):
        served = await serve(subject="P")
    assert served.server.clinic.room().session.status().state == "ready"
    assert "nothing is taken" in caplog.text


async def test_a_session_that_begins_while_the_disk_refuses_is_saved_when_it_does_not(
    serve: Serve, tmp_path: Path
) -> None:
    served = await serve()
    await served.disk(is_writable=False)
    async with served.page() as page:
        await page.say("command", command="new")
        await page.hear("bye")
    async with served.page() as page:
        epoch = page.heard[0]["epoch"]
        assert not page.heard[0]["saved"]
        await page.say("command", command="start")
        await page.hear("step")
        await served.disk(is_writable=True)
        await page.hear("quality", saved=True)
    await served.server.clinic.store.commit()
    events = read_recording(stored_files(tmp_path / "data") / f"{epoch}.jsonl").events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert any(isinstance(event, Step) for event in events)
