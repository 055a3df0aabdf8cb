"""The history of one person: each session with its answers, what they say together, and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import Serve
from sqlalchemy import text
from staffed import Staffed, staff

from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit
from biofeedback.errors import StudyFailed
from biofeedback.header import encode_header
from biofeedback.ids import new_ulid
from biofeedback.server import history
from biofeedback.store import audit, edits, people, recordings, session_notes
from biofeedback.store.recordings import Incoming
from biofeedback.store.session_notes import SessionNote
from biofeedback.store.vault import vault_of

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
BANDS = ["heart_rate_bpm", "rmssd_ms", "respiration_hz", "exhale_fall_bpm"]


@pytest.fixture
async def staffed(serve: Serve) -> AsyncIterator[Staffed]:
    found = await staff(await serve(speed=20.0), agrees=True)
    yield found
    await found.opened.aclose()


async def brought_in(staffed: Staffed, name: str, person: str | None = None, **header: Any) -> str:
    """Id of a session with what a reference recording holds."""
    incoming = recordings.read_file(RECORDINGS / f"{name}.jsonl")
    own = replace(incoming.header, session=new_ulid(), **({"simulated": False} | header))
    lines = [encode_header(own), *incoming.lines[1:]]
    return (
        await staffed.clinic.store.write(
            lambda found: recordings.bring_in(found, Incoming(own, lines, incoming.ended), person or staffed.person)
        )
    ).id


async def history_of(physio: httpx.AsyncClient, person: str) -> dict[str, Any]:
    """What is told when nothing is left to be read."""
    while True:
        told: dict[str, Any] = (await physio.get(f"/api/people/{person}/history")).json()
        if told["unread"] == 0:
            return told


async def test_who_has_no_session_has_an_empty_history(staffed: Staffed) -> None:
    """Their room is open, and nothing was done in it."""
    told = await history_of(await staffed.physio(), staffed.person)
    assert (told["person"], told["sessions"], told["pooled"], told["unreadable"]) == (staffed.person, [], [], 0)
    assert [(one["measure"], one["sessions"], one["mean"]) for one in told["bands"]] == [
        (name, 0, None) for name in BANDS
    ]


async def test_each_session_comes_with_both_answers_the_newest_first(staffed: Staffed) -> None:
    first = await brought_in(staffed, "weak_responder")
    second = await brought_in(staffed, "not_following")
    told = await history_of(await staffed.physio(), staffed.person)
    newer, older = told["sessions"]
    assert [newer["id"], older["id"]] == [second, first]
    assert (older["exercise"], older["simulated"], older["ended"], older["edits"]) == ("measured_4_6", False, True, 0)
    assert older["duration_s"] == pytest.approx(360, abs=1)
    assert older["grade"] == "good"
    assert older["usable_percent"] > 95
    exhale = older["exhale"]
    assert (exhale["answer"], exhale["reason"], exhale["breaths_used"]) == ("yes", None, 12)
    assert exhale["low_bpm"] < exhale["effect_bpm"] < exhale["high_bpm"]
    assert (newer["exhale"]["answer"], newer["exhale"]["following"]) == ("unknown", "no")
    for one in (newer, older):
        assert one["calmer"]["low_bpm"] < one["calmer"]["delta_heart_rate_bpm"] < one["calmer"]["high_bpm"]
        assert (one["has_note"], one["noticed"]) == (False, None)
    (pool,) = told["pooled"]
    assert (pool["exercise"], pool["simulated"], len(pool["sessions"])) == ("measured_4_6", False, 2)
    rate, rmssd, breathing, fall = told["bands"]
    assert (rate["sessions"], rmssd["sessions"], breathing["sessions"] <= 2) == (2, 2, True)
    assert (fall["sessions"], fall["exercise"]) == (1, "measured_4_6")  # who breathed otherwise does not count
    assert {one["minimum_detectable_change"] for one in told["bands"]} == {None}


async def test_three_sessions_say_which_change_can_be_told(staffed: Staffed) -> None:
    for name in ("responder", "weak_responder", "stressed"):
        await brought_in(staffed, name)
    told = await history_of(await staffed.physio(), staffed.person)
    rate, rmssd, _, fall = told["bands"]
    assert rate["minimum_detectable_change"] > 0
    assert rate["low"] < rate["mean"] < rate["high"]
    assert rmssd["minimum_detectable_ratio"] > 1
    assert fall["sessions"] == 3


async def test_simulated_sessions_count_only_where_there_is_no_real_one(staffed: Staffed) -> None:
    for _ in range(2):
        await brought_in(staffed, "responder", simulated=True)
    physio = await staffed.physio()
    told = await history_of(physio, staffed.person)
    assert [pool["simulated"] for pool in told["pooled"]] == [True]
    await brought_in(staffed, "responder")
    told = await history_of(physio, staffed.person)
    assert [one["simulated"] for one in told["sessions"]] == [False, True, True]
    assert (told["pooled"], told["bands"][0]["sessions"]) == ([], 1)


async def test_a_long_history_comes_in_parts(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "AT_ONCE", 2)
    ids = [await brought_in(staffed, "micro_pause") for _ in range(5)][::-1]
    physio = await staffed.physio()
    parts = [(await physio.get(f"/api/people/{staffed.person}/history")).json() for _ in range(3)]
    read = [[one["id"] for one in part["sessions"]] for part in parts]
    assert read[0] == ids[:2]  # the sixth is that of the room, and nothing was done in it
    assert [part["unread"] for part in parts] == [4, 2, 0]
    assert (read[2], parts[0]["bands"]) == (ids, [])


async def test_what_was_read_is_remembered_until_more_comes_in_or_the_person_goes(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    ask = staffed.clinic.reading.ask

    async def counted(work, content, name, log):
        read.append(name.removesuffix(".jsonl"))
        return await ask(work, content, name, log)

    monkeypatch.setattr(staffed.clinic.reading, "ask", counted)
    physio, session = await staffed.physio(), await brought_in(staffed, "micro_pause")
    for _ in range(3):
        assert (await history_of(physio, staffed.person))["sessions"][0]["tension_after"] is None
    assert read.count(session) == 1

    async def rate_afterwards() -> None:
        def add(connection) -> None:
            from biofeedback.store import inputs

            seal, seq = vault_of(connection).seal_of(staffed.person), inputs.newest_seqs(connection, [session])[session]
            line = b'{"type":"rating","seq":%d,"t_s":999.0,"scale":"tension","moment":"after","value":3}\n' % (seq + 1)
            inputs.append(connection, [inputs.sealed_row(seal, session, seq + 1, line)])

        await staffed.clinic.store.write(add)

    async def edit_afterwards() -> None:
        beats = ((40, 0), (41, 0))
        edit = Edit(new_ulid(), "2026-11-23T09:00:00Z", None, EditKind.EXCLUDE, beats)
        await staffed.clinic.store.write(
            lambda found: edits.append(found, vault_of(found).seal_of(staffed.person), session, edit)
        )

    await rate_afterwards()
    assert (await history_of(physio, staffed.person))["sessions"][0]["tension_after"] == 3
    assert read.count(session) == 2
    assert (await history_of(physio, staffed.person))["sessions"][0]["edits"] == 0
    await edit_afterwards()
    assert (await history_of(physio, staffed.person))["sessions"][0]["edits"] == 2
    assert read.count(session) == 3
    assert await physio.delete(f"/api/people/{staffed.person}")
    assert staffed.clinic.history._read == {}


async def test_memory_is_bounded(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "REMEMBERED", 2)
    for _ in range(3):
        await brought_in(staffed, "micro_pause")
    told = await staffed.clinic.history.of(staffed.person)
    assert len(told["sessions"]) == 3
    assert len(staffed.clinic.history._read) == 2


async def test_a_session_that_was_altered_is_counted_and_left_out(staffed: Staffed) -> None:
    whole, altered = [await brought_in(staffed, "micro_pause") for _ in range(2)]
    spoil = text("UPDATE inputs SET sealed = :noise WHERE session = :session AND seq = 2")
    values = {"noise": b"noise" * 9, "session": altered}
    await staffed.clinic.store.write(lambda connection: connection.execute(spoil, values))
    told = await history_of(await staffed.physio(), staffed.person)
    assert (told["unreadable"], [one["id"] for one in told["sessions"]]) == (1, [whole])


async def test_a_session_that_runs_is_there_as_far_as_it_came(staffed: Staffed) -> None:
    session = staffed.clinic.room(staffed.room).session
    session.command("start", "physio")
    async with asyncio.timeout(120):
        await session.beats.wait()
    session.rate("tension", "before", 6)
    session.rate("notice", "during", 2)
    assert await session.commit()
    physio = await staffed.physio()
    (running,) = (await history_of(physio, staffed.person))["sessions"]
    assert (running["ended"], running["tension_before"], running["noticed"]) == (False, 6, 2)
    session.finish("stopped")
    assert await session.commit()
    (ended,) = (await history_of(physio, staffed.person))["sessions"]
    assert ended["ended"]


async def test_a_note_is_told_of_and_each_look_is_in_the_audit(staffed: Staffed) -> None:
    session = await brought_in(staffed, "micro_pause")

    def note(connection) -> None:
        session_notes.add(connection, vault_of(connection).seal_of(staffed.person), session, SessionNote(text="x"))

    await staffed.clinic.store.write(note)
    (one,) = (await history_of(await staffed.physio(), staffed.person))["sessions"]
    assert one["has_note"]
    entries = await staffed.clinic.store.read(lambda found: audit.of_person(found, staffed.person))
    assert [entry.act for entry in entries] == ["history_seen"]


async def test_nobody_looks_into_the_history_of_anothers_patient(staffed: Staffed) -> None:
    other = await staffed.clinic.store.write(lambda found: people.add(found, pseudonym="X-1", owner=new_ulid()))
    for person in (other.id, new_ulid()):
        answer = await (await staffed.physio()).get(f"/api/people/{person}/history")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await (await staffed.patient()).get(f"/api/people/{staffed.person}/history")).status_code == 403


async def test_the_strap_of_a_person_is_taken_by_a_room_that_names_none(staffed: Staffed) -> None:
    physio, path = await staffed.physio(), f"/api/people/{staffed.person}"
    told = (await physio.put(f"{path}/strap", json={"strap": "simulated:responder:7"})).json()
    assert told["strap"] == (await physio.get(path)).json()["strap"] == "simulated:responder:7"
    await physio.delete(f"/api/rooms/{staffed.room}")
    opened = await physio.post("/api/rooms", json={"person": staffed.person})
    assert (opened.status_code, opened.json()["strap"]) == (201, "simulated:responder:7")
    assert (await physio.put(f"{path}/strap", json={"strap": None})).json()["strap"] is None
    for strap in ("replay:/etc/passwd", "", "ble:" + "0" * 50, "ble:AA:BB"):
        assert (await physio.put(f"{path}/strap", json={"strap": strap})).status_code == 422
    entries = await staffed.clinic.store.read(lambda found: audit.of_person(found, staffed.person))
    assert [entry.act for entry in entries].count("strap_assigned") == 2


async def test_a_session_whose_reading_failed_is_read_another_time(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, physio = await brought_in(staffed, "micro_pause"), await staffed.physio()
    path = f"/api/people/{staffed.person}/history"

    async def fail(*_arguments):
        raise StudyFailed("its process ended in the midst of it")

    with monkeypatch.context() as broken:
        broken.setattr(staffed.clinic.reading, "ask", fail)
        assert (await physio.get(path)).status_code == 503
    told = (await physio.get(path)).json()
    assert (told["unreadable"], [one["id"] for one in told["sessions"]]) == (0, [session])
