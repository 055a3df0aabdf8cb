"""The doctor on what a clinic's server keeps and shows: database, keys, certificate, time and backups."""

import os
import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stored import a_person, a_session
from test_doctor import case, told

from biofeedback.certificates import Certificates
from biofeedback.cli import main
from biofeedback.doctor import State, as_served, service, visit
from biofeedback.doctor.service import (
    Kept,
    check_backup,
    check_certificate,
    check_keys,
    check_retention,
    check_store,
    check_time,
    kept,
)
from biofeedback.lang import Words
from biofeedback.settings import Settings
from biofeedback.signpost import Signpost
from biofeedback.store import notes, open_store
from biofeedback.store.audit import Act
from biofeedback.store.migration import head
from biofeedback.store.time_of_day import believes

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def used(data: Path) -> Settings:
    """Settings of a server that has kept a session, and has stopped."""
    store = await open_store(data)
    await a_session(store, await a_person(store))
    await store.close()
    return Settings(data=data)


async def test_a_database_of_this_version_is_well_and_is_left_as_it_is(tmp_path: Path) -> None:
    settings = await used(tmp_path / "data")
    before = {path.name: path.read_bytes() for path in settings.data.iterdir()}
    found = kept(settings)
    assert found == Kept(head(), has_sessions=True, backup_utc=None)
    assert {path.name: path.read_bytes() for path in settings.data.iterdir()} == before
    assert case(check_store(found)) == "ok"
    assert case(check_keys(settings, found)) == "ok"
    assert case(check_backup(found, NOW)) == "never"
    store = await open_store(settings.data)
    await a_person(store, None)
    assert kept(settings) == found  # also beside a server
    await store.close()


def test_where_nothing_was_kept_yet_nothing_is_missing(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert kept(settings) is None
    checks = (check_store(None), check_keys(settings, None), check_backup(None, NOW))
    assert [case(check) for check in checks] == ["none"] * 3


@pytest.mark.parametrize(("revision", "found"), [("0001_base", "older"), ("9999_later", "newer")])
async def test_a_database_of_another_version_is_told(revision: str, found: str, tmp_path: Path) -> None:
    settings = await used(tmp_path / "data")
    with sqlite3.connect(settings.data / "biofeedback.db") as file:
        file.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    file.close()
    check = check_store(kept(settings))
    assert case(check) == found
    assert (check.state is State.FAIL) == (found == "newer")


def test_what_is_no_database_is_told_and_gives_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    (tmp_path / "biofeedback.db").write_bytes(b"no database" * 1000)
    assert main(["doctor", "--data", str(tmp_path), "--port", "0", "--lang", "en"]) == 1
    assert "Database: cannot be read (DatabaseError: file is not a database)." in capsys.readouterr().out


def test_a_database_elsewhere_that_does_not_answer_is_told(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, store_url="postgresql://nobody:secret@127.0.0.1:1/none")
    check, *_ = visit._service(settings)
    assert case(check) == "unreadable"
    assert "secret" not in told(check)


async def test_keys_that_are_gone_or_open_are_told(tmp_path: Path) -> None:
    settings = await used(tmp_path / "data")
    found = kept(settings)
    (settings.data / "tls").mkdir()
    (settings.data / "tls" / "authority.key").touch(mode=0o640)
    if os.name == "posix":
        check = check_keys(settings, found)
        assert case(check) == "open"
        assert "authority.key" in told(check)
    (settings.data / "vault.db").unlink()
    assert case(check_keys(settings, found)) == "missing"


async def test_the_newest_backup_counts_also_before_the_server_took_note_of_it(tmp_path: Path) -> None:
    settings = await used(tmp_path / "data")
    with sqlite3.connect(settings.data / "biofeedback.db") as file:
        row = (1, "2026-11-01T09:00:00.000+00:00", "machine", Act.BACKUP_MADE.value, "0" * 64)
        file.execute("INSERT INTO audit (number, at_utc, role, act, hash) VALUES (?, ?, ?, ?, ?)", row)
    file.close()
    check = check_backup(kept(settings), NOW)
    assert case(check) == "old"
    assert "22 days" in told(check)
    notes.leave(settings.data, Act.BACKUP_MADE, "data keys")
    (settings.data / "notes" / "spoilt.json").write_bytes(b"{")
    assert case(check_backup(kept(settings), datetime.now(UTC))) == "ok"


def test_a_certificate_is_looked_at_as_the_server_would(tmp_path: Path) -> None:
    own = Certificates(tmp_path)
    outward = Settings(data=tmp_path, host="0.0.0.0")
    assert case(check_certificate(Settings(data=tmp_path), NOW)) == "unneeded"
    assert case(check_certificate(outward, NOW)) == "missing"
    assert case(check_certificate(Settings(data=tmp_path, host="0.0.0.0", insecure_http=True), NOW)) == "insecure"
    behind = Settings(data=tmp_path, host="0.0.0.0", proxies=("10.0.0.2",), origins=("https://hrv.example",))
    assert case(check_certificate(behind, NOW)) == "proxy"
    own.make(["clinic.local"], NOW)
    fine = check_certificate(outward, NOW)
    assert case(fine) == "ok"
    assert "clinic.local" in told(fine)
    for moment, found in ((-5, "early"), (780, "soon"), (801, "over")):
        assert case(check_certificate(outward, NOW + timedelta(days=moment))) == found
    (tmp_path / "none.pem").write_text("nothing")
    other = Settings(data=tmp_path, host="0.0.0.0", tls_cert=own.server, tls_key=tmp_path / "none.pem")
    assert case(check_certificate(other, NOW)) == "unusable"


@pytest.mark.parametrize(
    ("address", "port", "certificate"),
    [
        ("https://clinic.local:8443", 8443, "ok"),
        ("http://192.168.1.20:8443", 8443, "insecure"),
        ("http://localhost:8443", 8443, "unneeded"),
        ("https://hrv.example", 8800, "unneeded"),  # what a proxy shows; the settings know its way here
    ],
)
def test_a_server_that_runs_is_looked_at_where_it_is(
    address: str, port: int, certificate: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data=tmp_path)
    Certificates(tmp_path).make(["clinic.local"], datetime.now(UTC))
    post = Signpost.put_up(tmp_path, address)
    assert post is not None
    served = as_served(settings)
    assert served.port == port
    assert case(check_certificate(served, datetime.now(UTC))) == certificate
    assert main(["doctor", "--data", str(tmp_path), "--lang", "en"]) in (0, 1)
    assert (Words("en")("doctor.port.ours", port="8443") in capsys.readouterr().out) == (port == 8443)
    post.take_down()
    assert as_served(settings) == settings


def test_a_clock_that_cannot_be_right_is_told(tmp_path: Path) -> None:
    (tmp_path / "biofeedback.db").touch()
    now_utc = datetime.now(UTC) + timedelta(minutes=1)
    for is_set, found in ((True, "ok"), (False, "adrift"), (None, "unseen")):
        assert case(check_time(tmp_path, now_utc, is_set)) == found
    assert case(check_time(tmp_path, now_utc - timedelta(days=400), True)) == "behind"


async def test_a_clock_that_is_doubted_erases_nothing_until_it_is_said_to_be_right(tmp_path: Path) -> None:
    settings = await used(tmp_path / "data")
    assert case(check_retention(settings, kept(settings))) == "off"
    settings = replace(settings, retention_days=365)
    assert case(check_retention(settings, kept(settings))) == "ok"
    store = await open_store(settings.data)
    for after in (timedelta(), timedelta(days=400)):
        await store.write(lambda connection, after=after: believes(connection, NOW + after))
    await store.close()
    assert case(check_retention(settings, kept(settings))) == "doubted"
    notes.leave(settings.data, Act.CLOCK_CONFIRMED)
    assert case(check_retention(settings, kept(settings))) == "ok"


@pytest.mark.skipif(os.name != "posix", reason="a program is a script with a mode")
@pytest.mark.parametrize(("script", "found"), [("echo yes", True), ("echo no", False), ("exit 1", None)])
def test_the_system_is_asked_whether_it_sets_its_clock(
    script: str, found: bool | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert service.is_synchronised() is None
    program = tmp_path / "timedatectl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert service.is_synchronised() is found
