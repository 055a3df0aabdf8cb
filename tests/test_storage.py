"""Commands about what the server keeps: sessions in and out, copies of all of it and the way back, the audit."""

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from biofeedback.cli import main
from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit
from biofeedback.edit_log import encode_edits, path_beside
from biofeedback.ids import new_ulid
from biofeedback.report.analysis import analyze
from biofeedback.report.source import read_source
from biofeedback.server.clinic import Clinic
from biofeedback.server.retention import take_notes
from biofeedback.settings import Settings
from biofeedback.store import audit, erasure, open_store, people, sessions, users
from biofeedback.store.audit import Act
from biofeedback.store.reader import looking
from biofeedback.store.vault import vault_of

RECORDING = Path(__file__).parents[1] / "recordings" / "micro_pause.jsonl"
T = TypeVar("T")


def run(*words: str | Path) -> int:
    return main([str(word) for word in words])


def changed(data: Path, change: Callable[[Connection], T]) -> T:
    """What a change gives in a store that nobody uses."""

    async def opened() -> T:
        store = await open_store(data)
        try:
            return await store.write(change)
        finally:
            await store.close()

    return asyncio.run(opened())


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder, which the commands take by themselves."""
    monkeypatch.setenv("BIOFEEDBACK_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def session(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Id of a session that was brought in, of A-17."""
    assert run("import", RECORDING, "--into", data, "--subject", "A-17") == 0
    return capsys.readouterr().out.strip()


def test_a_recording_is_brought_in_listed_and_comes_out_unchanged(
    data: Path, session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sessions") == 0
    assert capsys.readouterr().out.split()[0] == session
    assert run("sessions", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["session"], told["ended"], told["simulated"]) == (session, True, True)
    assert run("export", session, "--format", "recording", "--out", tmp_path / "out.jsonl") == 0
    assert (tmp_path / "out.jsonl").read_bytes() == RECORDING.read_bytes()
    assert run("export", RECORDING, "--format", "recording", "--out", tmp_path / "copy.jsonl") == 0
    assert (tmp_path / "copy.jsonl").read_bytes() == RECORDING.read_bytes()
    assert run("export", session, "--format", "recording", "--out", tmp_path / "no" / "x") == 2
    capsys.readouterr()


def test_a_session_of_the_store_is_analysed_as_its_file_is(
    data: Path, session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("analyze", session, "--json") == 0
    stored = json.loads(capsys.readouterr().out)
    assert run("analyze", RECORDING, "--json") == 0
    file = json.loads(capsys.readouterr().out)
    assert (stored["recording"].pop("file"), file["recording"].pop("file")) == (session, str(RECORDING))
    assert stored == file


def test_edits_beside_a_recording_are_brought_in_analysed_and_come_out(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = Path(shutil.copy(RECORDING, tmp_path / "session.jsonl"))
    beat = analyze(read_source(str(recording))).beats[40]
    beats = ((beat.seq, beat.index),)
    edit = Edit(new_ulid(), "2026-11-23T09:00:00Z", "01K00000000000000000000001", EditKind.EXCLUDE, beats)
    written = encode_edits([edit], hashlib.sha256(RECORDING.read_bytes()).hexdigest(), header_of(recording))
    path_beside(recording).write_bytes(written)
    assert run("import", recording, "--into", data) == 0
    session = capsys.readouterr().out.strip()
    results = []
    for name in (recording, session):
        assert run("analyze", name, "--json") == 0
        results.append(json.loads(capsys.readouterr().out))
    assert results[0]["edited"] == results[1]["edited"]
    assert (results[0]["edits"], results[0]["edited"]["excluded"]) == (1, 1)
    assert results[0]["steps"] == results[1]["steps"]
    assert run("analyze", session, "--lang", "en") == 0
    assert "1 beat was edited by hand" in capsys.readouterr().out
    for name in (recording, session):
        assert run("export", name, "--format", "edits", "--out", tmp_path / "out.jsonl") == 0
        assert (tmp_path / "out.jsonl").read_bytes() == written
        assert run("export", name, "--format", "csv", "--out", tmp_path / "beats.csv") == 0
        assert "exclude" in (tmp_path / "beats.csv").read_text(encoding="utf-8").splitlines()[41]
    assert run("analyze", path_beside(recording)) == 2
    assert "these are edits of a recording" in capsys.readouterr().err


def header_of(recording: Path) -> str:
    """Id in the header of a recording."""
    session: str = json.loads(recording.read_bytes().splitlines()[0])["session"]
    return session


def test_what_is_not_there_is_said(data: Path, session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("analyze", "01ARZ3NDEKTSV4RRFFQ69G5FAV") == 2
    assert "no such session" in capsys.readouterr().err
    assert run("import", RECORDING, "--into", data) == 2
    assert "in the store already" in capsys.readouterr().err
    rr = data.parent / "rr.txt"
    rr.write_text("800\n" * 20)
    assert run("import", rr, "--into", data) == 2
    assert "no recording" in capsys.readouterr().err
    assert run("import", RECORDING, "--into", data, "--owner", "nobody") == 2
    assert "no user 'nobody'" in capsys.readouterr().err


def test_a_recording_is_of_the_patient_of_a_physiotherapist(data: Path) -> None:
    user = changed(data, lambda connection: users.add(connection, name="merel", role="physiotherapist"))
    assert run("import", RECORDING, "--into", data, "--subject", "B-2", "--owner", "Merel") == 0
    with looking(data) as connection:
        (person,) = people.owned_by(connection, user.id)
        assert len(sessions.of_person(connection, person.id)) == 1


def test_a_session_whose_key_is_gone_does_not_hide_the_others(
    data: Path, session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = RECORDING.with_name("plain.jsonl")
    assert run("import", other, "--into", data, "--subject", "B-2") == 0
    kept = capsys.readouterr().out.strip()
    with looking(data) as connection:
        person = people.find(connection, "A-17", None)
    assert person is not None
    changed(data, lambda connection: vault_of(connection).forget(person.id))
    assert run("sessions") == 0
    out = capsys.readouterr().out
    assert kept in out
    assert session not in out


def test_a_session_whose_inputs_were_altered_is_listed_by_what_was_planned(
    data: Path, session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sessions", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["started_utc"], told["begun_utc"]) == ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:02.559Z")
    changed(data, lambda connection: connection.exec_driver_sql("UPDATE inputs SET sealed = x'00'"))
    assert run("sessions", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["session"], told["begun_utc"], told["exercise"]) == (session, None, "micro_pause")


def test_an_empty_store_has_no_session(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(data, lambda connection: None)
    assert run("sessions", "--lang", "en") == 0
    assert "No session" in capsys.readouterr().out


async def test_a_copy_is_made_while_the_server_writes_and_the_server_notes_it(tmp_path: Path, data: Path) -> None:
    clinic = Clinic(Settings(data=data, strap="simulated:responder:3", speed=50.0))
    await clinic.open()
    room = await clinic.open_private()
    room.session.command("start", "patient")
    await asyncio.wait_for(room.session.beats.wait(), 120)
    made = await asyncio.to_thread(run, "backup", "--out", tmp_path / "copy.db", "--keys", tmp_path / "copy.keys")
    assert made == 0
    (data / "notes" / "0.json").write_text("spoilt")
    await take_notes(clinic)
    (newest,) = await clinic.store.read(lambda connection: audit.newest(connection, 1))
    assert (newest[1].act, newest[1].role, newest[1].about) == (Act.BACKUP_MADE, "machine", "data keys")
    assert list((data / "notes").iterdir()) == []
    await clinic.close()
    for name in ("copy.db", "copy.keys"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert sqlite3.connect(tmp_path / name).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert sqlite3.connect(tmp_path / "copy.db").execute("SELECT count(*) FROM sessions").fetchone() == (1,)


def test_a_copy_is_put_back_on_another_machine(
    data: Path, session: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", "--out", tmp_path / "copy.db", "--keys", tmp_path / "copy.keys") == 0
    assert run("backup", "--out", tmp_path / "copy.db") == 2
    assert "exists already" in capsys.readouterr().err
    other = tmp_path / "other"
    changed(other, lambda connection: None)
    (other / "vault.db").unlink()
    assert run("restore", tmp_path / "copy.db", "--data", other) == 2
    assert "--keys" in capsys.readouterr().err
    assert run("restore", tmp_path / "copy.db", "--keys", tmp_path / "copy.keys", "--data", other) == 0
    assert (other / "vault.db").stat().st_mode & 0o777 == 0o600
    assert run("sessions", "--data", other) == 0
    assert session in capsys.readouterr().out
    assert run("audit", "--data", other, "--lang", "en") == 0
    assert "backup_restored" in capsys.readouterr().out


def test_who_was_erased_does_not_come_back_with_an_older_copy_of_data_and_keys(
    data: Path, session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", "--out", tmp_path / "copy.db", "--keys", tmp_path / "copy.keys") == 0
    with looking(data) as connection:
        person = people.find(connection, "A-17", None)
    assert person is not None
    assert changed(data, lambda connection: erasure.erase_person(connection, person.id, "local"))
    assert run("restore", tmp_path / "copy.db", "--keys", tmp_path / "copy.keys") == 0
    assert "before-restore" in capsys.readouterr().out
    with looking(data) as connection:
        assert people.get(connection, person.id) is None
        assert sessions.everyones(connection) == []
        assert audit.broken(connection) is None
    vault = sqlite3.connect(data / "vault.db")
    assert vault.execute("SELECT count(*) FROM people WHERE id = ?", (person.id,)).fetchone() == (0,)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs an administrator, who may give files away")
def test_what_an_administrator_makes_is_the_services(data: Path, session: str, tmp_path: Path) -> None:
    os.chown(data, 12345, 12345)
    assert run("backup", "--out", tmp_path / "copy.db", "--keys", tmp_path / "copy.keys") == 0
    assert run("restore", tmp_path / "copy.db", "--keys", tmp_path / "copy.keys") == 0
    made = [data / "biofeedback.db", data / "vault.db", data / "notes", *(data / "notes").iterdir()]
    assert {path.stat().st_uid for path in [*made, *data.glob("before-restore-*")]} == {12345}
    assert (tmp_path / "copy.db").stat().st_uid == 0


async def test_a_store_in_use_is_not_overwritten(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = await open_store(data)
    assert await asyncio.to_thread(run, "backup", "--out", tmp_path / "copy.db") == 0
    before = (data / "biofeedback.db").stat().st_ino
    assert await asyncio.to_thread(run, "restore", tmp_path / "copy.db") == 2
    assert "another program is using" in capsys.readouterr().err
    assert (data / "biofeedback.db").stat().st_ino == before
    await store.close()


def test_a_damaged_copy_is_refused_and_nothing_is_moved(
    data: Path, session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", "--out", tmp_path / "copy.db") == 0
    whole = (tmp_path / "copy.db").read_bytes()
    for spoilt in (b"no database at all", whole[:8192] + b"\xff" * (len(whole) - 8192)):
        (tmp_path / "spoilt.db").write_bytes(spoilt)
        assert run("restore", tmp_path / "spoilt.db") == 2
        assert "damaged" in capsys.readouterr().err
    assert run("restore", tmp_path / "nowhere.db") == 2
    assert run("sessions") == 0
    assert session in capsys.readouterr().out


def test_another_file_than_a_copy_of_the_data_is_refused_and_nothing_is_moved(
    data: Path, session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, keys, empty = tmp_path / "copy.db", tmp_path / "copy.keys", tmp_path / "empty.db"
    assert run("backup", "--out", copy, "--keys", keys) == 0
    empty.touch()
    for other in (empty, keys):
        assert run("restore", other) == 2
        assert f"{other}: this is no copy of the data" in capsys.readouterr().err
    assert run("restore", copy, "--keys", copy) == 2
    assert "these are no names and keys" in capsys.readouterr().err
    assert list(data.glob("before-restore-*")) == []
    assert run("sessions") == 0
    assert session in capsys.readouterr().out


def test_data_whose_keys_are_gone_are_not_given_new_ones(
    data: Path, session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = (data / "vault.db").rename(tmp_path / "vault.db")
    for spoil in (lambda: None, (data / "vault.db").touch):
        spoil()
        assert run("sessions") == 2
        assert run("import", RECORDING, "--into", data) == 2
        assert capsys.readouterr().err.count("the names and keys are gone") == 2
    kept.rename(data / "vault.db")
    assert run("export", session, "--format", "recording", "--out", tmp_path / "out.jsonl") == 0


def test_what_a_copy_cannot_be_made_of_is_said(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup") == 2
    assert run("backup", "--out", tmp_path / "copy.db") == 2
    assert not (tmp_path / "copy.db").exists()
    changed(data, lambda connection: None)
    assert run("backup", "--out", tmp_path / "no" / "copy.db") == 2
    monkeypatch.setenv("BIOFEEDBACK_STORE_URL", "postgresql://clinic@localhost/clinic")
    capsys.readouterr()
    assert run("backup", "--out", tmp_path / "copy.db") == 2
    assert "pg_dump" in capsys.readouterr().err
    assert run("restore", tmp_path / "copy.db") == 2
    assert "pg_restore" in capsys.readouterr().err
    assert run("backup", "--keys", tmp_path / "copy.keys") == 0


def test_tampering_is_said_with_the_row(data: Path, session: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        changed(data, lambda connection: audit.append(connection, audit.Entry(Act.PERSON_SEEN, "local")))
    assert run("audit", "--newest", "9" * 30) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5
    assert run("audit", "--newest", "2", "--lang", "en") == 0
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in out[:-1]] == ["3", "4"]
    changed(data, lambda connection: connection.exec_driver_sql("UPDATE audit SET role = 'x' WHERE number = 3").close())
    assert run("audit", "--lang", "en") == 4
    assert "Row 3 " in capsys.readouterr().out


def test_a_copy_whose_audit_was_tampered_with_is_put_back_and_said(
    data: Path, session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(data, lambda connection: connection.exec_driver_sql("UPDATE audit SET role = 'x'").close())
    assert run("backup", "--out", tmp_path / "copy.db") == 0
    assert run("restore", tmp_path / "copy.db", "--lang", "en") == 4
    assert "Row 1 " in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["-5", "1.5", "all"])
def test_rows_that_cannot_be_counted_are_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("audit", f"--newest={wrong}")
    assert ended.value.code == 2
    assert "choose a whole number of 0 or more" in capsys.readouterr().err
