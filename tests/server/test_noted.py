"""What a page says is said to be noted when it is on the disk; said again it is recorded and carried out once."""

from pathlib import Path
from typing import Any

import pytest
from served import Page, Serve
from stored_files import stored_files

from biofeedback.core.events import Mark, MarkKind, Rating
from biofeedback.recording import read_recording
from biofeedback.session import LATE_S, MOST_NOTES
from biofeedback.store import committer

NOTE = {"kind": "note", "text": "sneezed", "id": "00000000000000a1"}
START = {"command": "start", "exercise": "walk", "id": "00000000000000a0", "at_s": 0.0}
RATING = {"scale": "tension", "moment": "before", "value": 6, "id": "00000000000000a2"}
Message = dict[str, Any]


async def noted(page: Page, *ids: str) -> None:
    """Return when the page was told that all of these are noted, by one message or by several."""
    missing = set(ids)
    while missing:
        missing -= set((await page.hear("noted"))["ids"])


async def test_what_a_page_notes_is_there_once_however_often_it_says_so_also_after_a_restart(
    serve: Serve, tmp_path: Path
) -> None:
    served = await serve()
    async with served.page("physio") as page:
        await page.say("command", command="start")
        for _ in range(2):
            await page.say("mark", **NOTE)
            await page.say("rating", **RATING)
            await noted(page, NOTE["id"], RATING["id"])
        assert len([one for one in page.heard if one["type"] == "mark" and one["kind"] in ("note", "rating")]) == 2
    served.server.should_exit = True
    await served.server.stopped.wait()
    again = await serve()
    async with again.page("physio") as page:
        await page.say("mark", **NOTE)
        await page.say("rating", **RATING)
        await page.say("mark", **NOTE | {"text": "and again", "id": "00000000000000a3"})
        await noted(page, NOTE["id"], RATING["id"], "00000000000000a3")
    again.server.should_exit = True
    await again.server.stopped.wait()
    (path,) = stored_files(tmp_path / "data").glob("*.jsonl")
    events = [event for event in read_recording(path).events if isinstance(event, Mark | Rating) and event.id]
    assert [(type(event), event.id) for event in events] == [
        (Mark, "00000000000000a1"),
        (Rating, "00000000000000a2"),
        (Mark, "00000000000000a3"),
    ]


async def test_a_session_takes_no_more_notes_than_anybody_writes_and_every_command(serve: Serve) -> None:
    served = await serve()
    session = served.server.clinic.room().session
    for number in range(MOST_NOTES):
        session.mark(MarkKind.NOTE, str(number), "physio")
    async with served.page("physio") as page:
        for type_, said in (("mark", NOTE), ("rating", RATING)):
            await page.say(type_, **said)
            refused = await page.hear("error", id=said["id"])
            assert refused["code"] == "not_noted"
        await page.say("command", **START)
        await noted(page, START["id"])
    assert session.status().state == "running"


async def test_a_command_is_carried_out_once_however_often_it_is_said_also_after_a_restart(
    serve: Serve, tmp_path: Path
) -> None:
    served = await serve()
    skip = {"command": "skip", "id": "00000000000000a4"}
    async with served.page("physio") as page:
        await page.say("command", **START | {"exercise": None, "at_s": None})
        await noted(page, START["id"])
        for _ in range(2):
            await page.say("command", **skip)
            await noted(page, skip["id"])
        assert not [one for one in page.heard if one["type"] == "error"]
    served.server.should_exit = True
    await served.server.stopped.wait()
    again = await serve()
    async with again.page("physio") as page:
        await page.say("command", **skip)
        await noted(page, skip["id"])
    again.server.should_exit = True
    await again.server.stopped.wait()
    (path,) = stored_files(tmp_path / "data").glob("*.jsonl")
    commands = [(event.kind, event.id) for event in read_recording(path).events if isinstance(event, Mark)]
    assert commands == [(MarkKind.COMMAND, START["id"]), (MarkKind.SKIP, skip["id"])]


async def test_who_gives_a_command_is_told_that_it_was_not_carried_out(serve: Serve) -> None:
    served = await serve()
    async with served.page("physio") as page:
        await page.say("command", **START | {"at_s": -LATE_S - 1.0})  # before the session began, by its own clock
        refused = await page.hear("error")
        assert (refused["code"], refused["id"]) == ("not_done", START["id"])
        await page.say("command", command="pause", id="00000000000000a5")
        refused = await page.hear("error")
        assert (refused["code"], refused["id"]) == ("command_refused", "00000000000000a5")
        assert not [one for one in page.heard if one["type"] == "mark"]


async def test_nothing_is_said_to_be_noted_before_it_is_on_the_disk(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "RETRY_S", 0.02)
    served = await serve()
    async with served.page("physio") as page:
        await served.disk(is_writable=False)
        await page.say("mark", **NOTE)
        await page.hear("mark", kind="note")  # it is seen,
        await page.hear("quality", saved=False)
        assert not [one for one in page.heard if one["type"] == "noted"]  # and that it is not kept
        await served.disk(is_writable=True)
        await noted(page, NOTE["id"])
        await page.say("mark", kind="note", text="an old page gives no id")
        await page.hear("mark", text="an old page gives no id")


@pytest.mark.parametrize("id_", ["", "short", "x" * 41, "a b c d e f", "é" * 10 + "\n", 7])
async def test_an_id_is_a_word(id_: object, serve: Serve) -> None:
    served = await serve()
    async with served.page("physio") as page:
        await page.say("mark", **NOTE | {"id": id_})
        assert (await page.hear("error"))["code"] == "bad_message"
