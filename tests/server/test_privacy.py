"""What a person has a say in: consent before anything is measured, a copy of everything, and being erased."""

import asyncio
import csv
import io
import json
import time
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import pytest
from served import Serve, Served
from sqlalchemy import Connection
from staffed import Staffed, staff

from biofeedback.core.events import MarkKind
from biofeedback.errors import StoreUnavailable
from biofeedback.header import Header, encode_header
from biofeedback.ids import ulid
from biofeedback.recording import parse_recording
from biofeedback.server import retention
from biofeedback.server.bounds import time_for
from biofeedback.server.retention import erase_expired
from biofeedback.store import audit, people, session_notes, sessions, users
from biofeedback.store.audit import MACHINE, Act, Entry
from biofeedback.store.session_notes import Posture, SessionNote
from biofeedback.store.vault import vault_of

YES = {"kind": "measurement", "version": "2026-11", "given": True}
DAY_S = 86_400


@pytest.fixture
async def staffed(serve: Serve) -> AsyncIterator[Staffed]:
    """With a patient who was not asked yet."""
    found = await staff(await serve(speed=20.0), agrees=False)
    yield found
    await found.opened.aclose()


async def acts(staffed: Staffed) -> list[str]:
    await staffed.access.ledger.write()
    return [
        entry.act for entry in await staffed.clinic.store.read(lambda found: audit.of_person(found, staffed.person))
    ]


async def test_nothing_is_measured_before_the_patient_agreed(staffed: Staffed) -> None:
    patient = await staffed.patient()
    path = f"/api/people/{staffed.person}/consents"
    assert (await patient.get(path)).json() == []
    session = staffed.clinic.room(staffed.room).session
    async with staffed.watching(patient, "patient") as page:
        for command in ("start", "new"):
            await page.say("command", command=command)
            assert (await page.hear("error"))["code"] == "consent_first"
        assert session.status().strap_model is None
        said = await patient.post(path, json=YES)
        assert (said.status_code, said.json()["given"]) == (201, True)
        await page.say("command", command="start")
        await page.hear("beat")
    (kept,) = (await patient.get(path)).json()
    assert {name: kept[name] for name in YES} == YES
    assert "T" in kept["at_utc"]


async def test_a_consent_that_is_withdrawn_ends_the_session_and_there_is_no_other(staffed: Staffed) -> None:
    physio, path = await staffed.physio(), f"/api/people/{staffed.person}/consents"
    await physio.post(path, json=YES)
    async with staffed.watching(physio, "physio") as page:
        await page.say("command", command="start")
        await page.hear("beat")
        await physio.post(path, json=YES | {"kind": "research", "given": False})
        assert not staffed.clinic.room(staffed.room).session.ended.is_set()
        await physio.post(path, json=YES | {"given": False})
        assert staffed.clinic.room(staffed.room).session.ended.is_set()
        await page.say("command", command="new")
        assert (await page.hear("error"))["code"] == "consent_first"
    assert [(one["kind"], one["given"]) for one in (await physio.get(path)).json()] == [
        ("measurement", True), ("research", False), ("measurement", False),
    ]  # fmt: skip


@pytest.mark.parametrize("said", [{}, YES | {"kind": "tea"}, YES | {"version": "=1"}, YES | {"more": 1}])
async def test_a_consent_that_makes_no_sense_is_refused(staffed: Staffed, said: dict[str, object]) -> None:
    physio = await staffed.physio()
    answer = await physio.post(f"/api/people/{staffed.person}/consents", json=said)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_valid")


async def measured(staffed: Staffed) -> str:
    """Id of a session with a note that looks like a formula, and a rating, that has ended."""
    staffed.clinic.allow(staffed.person, is_allowed=True)
    session = staffed.clinic.room(staffed.room).session
    session.command("start", "physio")
    async with asyncio.timeout(120):
        await session.beats.wait()
    (merel,) = await staffed.clinic.store.read(users.names)
    session.mark(MarkKind.NOTE, "=1+1", merel)
    session.rate("tension", "after", 3)
    session.finish("stopped")
    assert await session.commit()
    return session.channel.facts.epoch


def written_down(connection: Connection, person: str, session: str) -> None:
    seal = vault_of(connection).seal_of(person)
    for text in ("first", "=second"):
        session_notes.add(connection, seal, session, SessionNote(posture=Posture.SITTING, text=text))
    people.set_strap(connection, person, "ble:AA:BB")


async def test_everything_of_a_person_comes_in_one_zip(staffed: Staffed) -> None:
    session, physio = await measured(staffed), await staffed.physio()
    await physio.post(f"/api/people/{staffed.person}/consents", json=YES)
    await staffed.clinic.store.write(lambda connection: written_down(connection, staffed.person, session))
    answer = await physio.get(f"/api/people/{staffed.person}/export")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].endswith(f'"biofeedback-{staffed.person}.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {
        f"sessions/{session}.jsonl", f"results/{session}.json", "ratings.csv", "notes.csv", "session_notes.csv",
        "person.json", "README.txt",
    }  # fmt: skip
    recording = parse_recording(files[f"sessions/{session}.jsonl"], staffed.served.server.clinic.settings.data)
    assert (recording.header.session, recording.header.subject, recording.ended) == (session, "A-17", True)
    results = json.loads(files[f"results/{session}.json"])
    assert results["session"] == session
    assert len(results["steps"]) == len(results["quality"]) == 1
    notes = list(csv.DictReader(io.StringIO(files["notes.csv"].decode("utf-8-sig"))))
    assert [(note["text"], note["author"]) for note in notes if note["kind"] == "note"] == [("'=1+1", "merel")]
    ratings = list(csv.DictReader(io.StringIO(files["ratings.csv"].decode("utf-8-sig"))))
    assert [(one["session"], one["scale"], one["value"]) for one in ratings] == [(session, "tension", "3")]
    told = list(csv.DictReader(io.StringIO(files["session_notes.csv"].decode("utf-8-sig"))))
    assert [(one["session"], one["posture"], one["text"]) for one in told] == [
        (session, "sitting", "first"), (session, "sitting", "'=second"),
    ]  # fmt: skip
    person = json.loads(files["person.json"])
    assert person["strap"] == "ble:AA:BB"
    assert (person["pseudonym"], person["name"], person["unreadable_sessions"]) == ("A-17", "Anna", [])
    assert [one["given"] for one in person["consents"]] == [True]
    assert [one["act"] for one in person["audit"]] == ["consent_given", "person_exported"]
    assert "biofeedback analyze" in files["README.txt"].decode()


@pytest.mark.parametrize(
    ("method", "path", "seconds"),
    [
        ("GET", "/api/people/01K/export", 600.0),
        ("POST", "/api/people/01K/export", 30.0),
        ("GET", "/api/people/01K/x/export", 30.0),
        ("GET", "/api/people/01K/history", 150.0),
        ("GET", "/api/people", 30.0),
        ("GET", "/api/sessions/01K/review", 150.0),
        ("GET", "/api/sessions/01K/export", 150.0),
        ("POST", "/api/sessions/01K/edits", 150.0),
        ("POST", "/api/sessions/01K/edits/x", 30.0),
        ("GET", "/api/sessions/01K/note", 30.0),
    ],
)
def test_only_what_is_made_from_recordings_may_take_long(method: str, path: str, seconds: float) -> None:
    assert time_for(method, path, 30.0) == seconds


async def test_a_session_that_cannot_be_read_is_named_in_the_zip(staffed: Staffed) -> None:
    session, physio = await measured(staffed), await staffed.physio()

    def spoil(connection: Connection) -> None:
        for table in ("inputs", "arrivals"):
            connection.exec_driver_sql(f"UPDATE {table} SET sealed = zeroblob(40)")

    await staffed.clinic.store.write(spoil)
    answer = await physio.get(f"/api/people/{staffed.person}/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert json.loads(archive.read("person.json"))["unreadable_sessions"] == [session]


async def test_an_erased_person_is_gone_with_room_and_patient(staffed: Staffed) -> None:
    physio, patient = await staffed.physio(), await staffed.patient()
    await measured(staffed)
    async with staffed.watching(patient, "patient") as page:
        assert (await physio.delete(f"/api/people/{staffed.person}")).status_code == 204
        assert (await page.hear("bye"))["reason"] == "room_closed"
    assert staffed.clinic.rooms_of(staffed.person) == []
    assert (await patient.get("/api/me")).json()["role"] is None
    for method, path in (("GET", ""), ("GET", "/export"), ("GET", "/consents"), ("DELETE", "")):
        answer = await physio.request(method, f"/api/people/{staffed.person}{path}")
        assert answer.status_code == 404
    left = await staffed.clinic.store.read(lambda connection: sessions.of_person(connection, staffed.person))
    assert left == []
    assert staffed.person in await staffed.clinic.store.read(lambda connection: vault_of(connection).erased())
    assert (await acts(staffed))[-1] == "person_erased"
    assert await staffed.clinic.store.read(audit.broken) is None


async def test_who_saw_and_changed_what_is_in_the_audit(staffed: Staffed) -> None:
    physio = await staffed.physio()
    added = (await physio.post("/api/people", json={"pseudonym": "B-2"})).json()["id"]
    await physio.get(f"/api/people/{staffed.person}")
    await physio.post(f"/api/rooms/{staffed.room}/invitation")
    shared = (await physio.post(f"/api/rooms/{staffed.room}/share")).json()["id"]
    await physio.delete(f"/api/shares/{shared}")
    async with staffed.watching(physio, "physio"):
        pass
    async with staffed.watching(await staffed.patient(), "patient"):
        pass
    await physio.delete(f"/api/rooms/{staffed.room}")
    opened = (await physio.post("/api/rooms", json={"strap": "simulated", "person": staffed.person})).json()["id"]
    assert await acts(staffed) == [
        "person_seen", "patient_invited", "session_shared", "share_ended", "session_seen", "patient_joined",
        "room_closed", "room_opened",
    ]  # fmt: skip
    entries = await staffed.clinic.store.read(lambda found: [entry for _, entry in audit.newest(found, 20)])
    done = [entry for entry in entries if entry.act != "patient_joined"]
    assert {entry.role for entry in done} == {"physiotherapist"}
    assert len({entry.user for entry in done}) == 1
    assert entries[0].about == opened
    assert next(entry.person for entry in entries if entry.act == "person_added") == added
    assert await staffed.clinic.store.read(audit.broken) is None


async def test_what_was_seen_while_nothing_could_be_saved_is_noted_afterwards(staffed: Staffed) -> None:
    physio = await staffed.physio()
    await staffed.served.disk(is_writable=False)
    assert (await physio.get(f"/api/people/{staffed.person}")).json()["pseudonym"] == "A-17"
    await staffed.served.disk(is_writable=True)
    assert await acts(staffed) == ["person_seen"]


async def test_what_is_older_than_the_setting_is_erased_and_by_default_nothing(serve: Serve) -> None:
    for days, left in ((None, 1), (10, 0)):
        served: Served = await serve(retention_days=days) if days else await serve()
        clinic = served.server.clinic
        if days is None:
            await clinic.store.write(lambda connection: people.add(connection, pseudonym="A-17"))
        await erase_expired(clinic, time.time() + 20 * DAY_S)
        there = await clinic.store.read(lambda connection: people.owned_by(connection, None))
        assert len(there) == left
        served.server.should_exit = True
        await served.server.stopped.wait()


async def test_a_clock_that_leapt_erases_nothing_before_somebody_says_that_it_is_right(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    clinic = (await serve(retention_days=10)).server.clinic
    await clinic.store.write(lambda connection: people.add(connection, pseudonym="A-17"))
    now_s = time.time()
    await erase_expired(clinic, now_s)
    await erase_expired(clinic, now_s + 2000 * DAY_S)
    assert "nothing is erased by it" in caplog.text
    there = await clinic.store.read(lambda connection: people.owned_by(connection, None))
    assert len(there) == 1
    leapt_utc = datetime.fromtimestamp(now_s + 2000 * DAY_S, UTC).isoformat()
    await clinic.store.write(lambda c: audit.append(c, Entry(Act.CLOCK_CONFIRMED, MACHINE, at_utc=leapt_utc)))
    await erase_expired(clinic, now_s + 2000 * DAY_S)
    assert await clinic.store.read(lambda connection: people.owned_by(connection, None)) == []


async def test_what_was_measured_while_the_clock_was_years_behind_is_not_erased_when_it_is_right(serve: Serve) -> None:
    clinic = (await serve(retention_days=10)).server.clinic
    now_s, wrong_s = time.time(), time.time() - 3000 * DAY_S
    id_ = ulid(int(wrong_s * 1000), bytes(10))

    def begin(connection: Connection) -> None:
        person = people.add(connection, pseudonym="A-17")
        line = encode_header(Header(id_, "2018-01-01T00:00:00Z"))
        sessions.add(connection, sessions.StoredSession(id_, person.id, line, ended=True))

    await erase_expired(clinic, now_s)
    await erase_expired(clinic, wrong_s)
    await clinic.store.write(begin)
    for at_s, is_there in ((now_s + 1, True), (now_s + 9 * DAY_S, True), (now_s + 11 * DAY_S, False)):
        await erase_expired(clinic, at_s)
        assert (await clinic.store.read(partial(sessions.get, session=id_)) is not None) == is_there


async def test_the_look_for_what_is_too_old_goes_on_after_a_fault(
    serve: Serve, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "EVERY_S", 0.0)
    clinic = (await serve()).server.clinic
    looks = [ValueError("a fault"), StoreUnavailable("the disk"), asyncio.CancelledError()]

    def now_s() -> float:
        raise looks.pop(0)

    with pytest.raises(asyncio.CancelledError):
        await retention.keep_retention(clinic, now_s)
    assert caplog.text.count("is erased later") == 2
