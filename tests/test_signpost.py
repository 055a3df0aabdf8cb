"""Where the running server is reached, for the commands beside it."""

import signal
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from server_process import running

from biofeedback import signpost
from biofeedback.cli import main
from biofeedback.signpost import NAME, Signpost, served_at

ADDRESS = "https://clinic.local:8443"
Told = Callable[[Path], str]


@pytest.fixture
def link(capsys: pytest.CaptureFixture[str]) -> Told:
    """The link that the command prints for a data folder, up to its secret."""

    def told(data: Path) -> str:
        assert main(["admin", "first", "--data", str(data)]) == 0
        return capsys.readouterr().out.splitlines()[1].partition("=")[0]

    return told


async def test_a_link_leads_to_the_server_that_runs_and_not_to_one_that_was_killed(tmp_path: Path, link: Told) -> None:
    async with running(tmp_path) as server:
        assert link(tmp_path) == f"{server.url}/staff#first"
        await server.end(signal.SIGKILL)
        assert (tmp_path / NAME).exists()
        assert link(tmp_path) == "http://localhost:8800/staff#first"
    async with running(tmp_path) as again:
        assert link(tmp_path) == f"{again.url}/staff#first"
        assert await again.end(signal.SIGTERM) == 0
    assert not (tmp_path / NAME).exists()


def test_what_is_served_is_told_for_as_long_as_it_is(tmp_path: Path) -> None:
    assert served_at(tmp_path) is None
    (tmp_path / NAME).write_text("http://an.earlier.and.longer.address:8800")
    assert served_at(tmp_path) is None
    post = Signpost.put_up(tmp_path, ADDRESS)
    assert post is not None
    assert served_at(tmp_path) == ADDRESS
    post.take_down()
    assert served_at(tmp_path) is None


def test_a_server_that_cannot_put_it_up_serves_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / NAME).mkdir()
    assert Signpost.put_up(tmp_path, ADDRESS) is None
    assert "commands beside the server are not told its address" in caplog.text
    assert served_at(tmp_path) is None


def test_bytes_that_are_no_address_are_none(tmp_path: Path) -> None:
    post = Signpost.put_up(tmp_path, ADDRESS)
    assert post is not None
    for spoilt in (b"", b"\xff\xfe"):
        (tmp_path / NAME).write_bytes(spoilt)
        assert served_at(tmp_path) is None
    post.take_down()


def test_where_files_have_no_locks_what_stands_there_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_locks: ModuleType | None = None
    monkeypatch.setattr(signpost, "fcntl", no_locks)
    post = Signpost.put_up(tmp_path, ADDRESS)
    assert post is not None
    assert served_at(tmp_path) == ADDRESS
    post.take_down()
    assert served_at(tmp_path) is None
