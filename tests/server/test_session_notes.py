"""The note of a session: read and written by who has the person in care, kept in every version, and in the audit."""

from collections.abc import AsyncIterator

import httpx
import pytest
from served import Serve
from staffed import Staffed, staff

from biofeedback.ids import new_ulid
from biofeedback.store import audit, people, session_notes, sessions
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of

EMPTY = {
    "posture": None, "medication": "", "changed": "", "protocol": "", "quality_note": "", "adverse": "",
    "strap_cleaned": None, "text": "", "author": None, "at_utc": None,
}  # fmt: skip


@pytest.fixture
async def staffed(serve: Serve) -> AsyncIterator[Staffed]:
    found = await staff(await serve(speed=20.0), agrees=True)
    yield found
    await found.opened.aclose()


def path_of(staffed: Staffed) -> str:
    return f"/api/sessions/{staffed.clinic.room(staffed.room).session.channel.facts.epoch}/note"


async def test_a_session_without_a_note_has_an_empty_one(staffed: Staffed) -> None:
    assert (await (await staffed.physio()).get(path_of(staffed))).json() == EMPTY


async def test_what_was_written_is_read_with_its_author_and_time_and_earlier_versions_stay(staffed: Staffed) -> None:
    physio, path = await staffed.physio(), path_of(staffed)
    first = {"posture": "lying", "medication": " bètablokker ", "strap_cleaned": False, "text": "één\r\ntwee"}
    second = {"adverse": "duizelig", "strap_cleaned": True}
    written = (await physio.put(path, json=first)).json()
    assert (written["medication"], written["text"], written["strap_cleaned"]) == ("bètablokker", "één\ntwee", False)
    assert (written["author"], written["at_utc"][:2]) == ("merel", "20")
    await physio.put(path, json=second)
    told = (await physio.get(path)).json()
    assert told == EMPTY | second | {"author": "merel", "at_utc": told["at_utc"]}

    def versions(connection):
        seal = vault_of(connection).seal_of(staffed.person)
        return session_notes.versions(connection, seal, path.split("/")[3])

    kept = await staffed.clinic.store.read(versions)
    assert [(one.posture, one.adverse) for one in kept] == [("lying", ""), (None, "duizelig")]
    entries = await staffed.clinic.store.read(lambda found: audit.of_person(found, staffed.person))
    assert [(entry.act, entry.about) for entry in entries] == [
        (act, path.split("/")[3]) for act in ("note_written", "note_written", "note_seen")
    ]


@pytest.mark.parametrize(
    "body", [{"posture": "hanging"}, {"text": "x" * 2001}, {"text": "\x00"}, {"strap_cleaned": "perhaps"}, {"more": 1}]
)
async def test_a_note_that_makes_no_sense_is_refused(staffed: Staffed, body: dict[str, object]) -> None:
    answer = await (await staffed.physio()).put(path_of(staffed), json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_valid")


async def test_a_note_of_anothers_session_is_neither_read_nor_written(staffed: Staffed) -> None:
    other = new_ulid()

    def add(connection) -> None:
        person = people.add(connection, pseudonym="X-1", owner=new_ulid())
        sessions.add(connection, StoredSession(other, person.id, b"{}"))

    await staffed.clinic.store.write(add)
    physio = await staffed.physio()
    for session in (other, new_ulid()):
        path = f"/api/sessions/{session}/note"
        for answer in (await physio.get(path), await physio.put(path, json={"text": "x"})):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for somebody in (await staffed.patient(), await staffed.guest()):
        assert (await somebody.get(path_of(staffed))).status_code == 403


async def test_a_private_try_out_has_no_sessions_but_those_that_are_there(serve: Serve) -> None:
    served = await serve()
    async with httpx.AsyncClient(base_url=served.url, timeout=60, trust_env=False) as page:
        assert (await page.get(f"/api/sessions/{new_ulid()}/note")).status_code == 404
