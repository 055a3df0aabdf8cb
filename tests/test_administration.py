"""Commands for whoever looks after the machine."""

import asyncio
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from biofeedback.certificates import Certificates, names_of
from biofeedback.cli import main
from biofeedback.links import OneTimeLinks
from biofeedback.store import notes, open_store, users
from biofeedback.store.audit import Act


def token_of(out: str, kind: str) -> str:
    return out.partition(f"/staff#{kind}=")[2].split()[0]


def test_a_certificate_is_made_and_its_fingerprint_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certificate", "clinic.local", "192.168.1.20", "--data", str(tmp_path), "--lang", "nl"]) == 0
    made, out = Certificates(tmp_path), capsys.readouterr().out
    assert {"clinic.local", "192.168.1.20"} <= set(names_of(made.server))
    assert made.said().fingerprint in out
    assert "https://clinic.local:8800/certificate" in out
    assert "vingerafdruk" in out
    assert main(["certificate", "other.local", "--data", str(tmp_path)]) == 2
    assert "remove that folder" in capsys.readouterr().err


def test_the_first_admin_gets_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admin", "first", "--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "http://localhost:8800/staff#first=" in out
    link = OneTimeLinks(tmp_path).find(token_of(out, "first"), datetime.now(UTC))
    assert link is not None
    assert link.user is None
    assert [act for act, _ in notes.waiting(tmp_path)] == [Act.LINK_MADE]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs an administrator, who may give files away")
def test_what_an_administrator_makes_can_be_read_by_the_service(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 12345, 12345)
    for words in (
        ["admin", "first"],
        ["certificate", "clinic.local"],
        ["key", "room-2", "--out", str(tmp_path / "key")],
    ):
        assert main([*words, "--data", str(data)]) == 0
    made = list(data.rglob("*"))
    assert {path.parent.name for path in made} >= {"links", "tls", "collectors", "notes"}
    assert {path.stat().st_uid for path in made} == {12345}
    assert (tmp_path / "key").stat().st_uid == 0


def test_somebody_who_forgot_the_password_gets_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIOFEEDBACK_HOST", "0.0.0.0")

    async def begin() -> None:
        store = await open_store(tmp_path)
        await store.write(partial(users.add, name="j.devries", role="admin"))
        await store.close()

    asyncio.run(begin())
    assert main(["admin", "reset", "j.de.vries", "--data", str(tmp_path)]) == 2
    assert "there is no user 'j.de.vries'" in capsys.readouterr().err
    assert main(["admin", "reset", "j.devries", "--data", str(tmp_path)]) == 0
    assert "http://localhost:8800/staff#reset=" in capsys.readouterr().out
    Certificates(tmp_path).make(["clinic.local"], datetime.now(UTC))
    assert main(["admin", "reset", "j.devries", "--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "https://clinic.local:8800/staff#reset=" in out
    link = OneTimeLinks(tmp_path).find(token_of(out, "reset"), datetime.now(UTC))
    assert link is not None
    assert link.user == "j.devries"
    assert [act for act, _ in notes.waiting(tmp_path)] == [Act.LINK_MADE] * 2


def test_whoever_looks_after_the_machine_says_that_its_clock_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["admin", "clock", "--data", str(tmp_path)]) == 0
    assert "the clock is right" in capsys.readouterr().out
    assert [act for act, _ in notes.waiting(tmp_path)] == [Act.CLOCK_CONFIRMED]


@pytest.mark.parametrize("words", [["reset"], ["first", "beheer"], ["clock", "beheer"]])
def test_a_link_is_for_somebody(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["admin", *words, "--data", str(tmp_path)]) == 2
    assert "say for whom" in capsys.readouterr().err
