"""Keys of collectors: made once, shown once, kept as a hash."""

import os
import stat
from pathlib import Path

import pytest

from biofeedback.cli import main
from biofeedback.errors import InputError
from biofeedback.keys import DeviceKeys, read_key

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs the file modes of POSIX")


@pytest.fixture
def keys(tmp_path: Path) -> DeviceKeys:
    return DeviceKeys(tmp_path / "data")


def test_a_key_names_its_device_and_only_the_whole_key_does(keys: DeviceKeys, tmp_path: Path) -> None:
    key = keys.make("room-2", tmp_path / "room-2.key")
    other = keys.make("room-3", tmp_path / "room-3.key")
    assert key.token != other.token
    assert keys.device_of(key.token) == "room-2"
    assert keys.device_of(other.token) == "room-3"
    secret = key.token.partition(".")[2]
    for wrong in (
        "",
        "room-2",
        secret,
        f"room-3.{secret}",
        f"room-9.{secret}",
        key.token + "A",
        key.token[:-1],
        "../x.y",
    ):
        assert keys.device_of(wrong) is None


def test_the_server_keeps_no_key_and_what_is_removed_is_revoked(keys: DeviceKeys, tmp_path: Path) -> None:
    key = keys.make("room-2", tmp_path / "room-2.key")
    secret = key.token.partition(".")[2]
    assert len(secret) == 43  # 256 bits
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert secret not in files[0].read_text()
    with pytest.raises(InputError, match="to revoke it"):
        keys.make("room-2", tmp_path / "again.key")
    files[0].write_bytes(b"\xff")
    assert keys.device_of(key.token) is None
    files[0].unlink()
    assert keys.device_of(key.token) is None


@POSIX
def test_only_the_owner_may_read_a_key(keys: DeviceKeys, tmp_path: Path) -> None:
    path = tmp_path / "room-2.key"
    keys.make("room-2", path)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (path, *(tmp_path / "data").rglob("*.sha256"))}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert read_key(path).name == "room-2"
    path.chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        read_key(path)


@pytest.mark.parametrize("name", ["", "Room", "../room", "a" * 33, "room.2", "-room"])
def test_a_device_has_a_name_that_is_safe_everywhere(keys: DeviceKeys, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="has a name like"):
        keys.make(name, tmp_path / "out.key")


def test_a_file_that_is_no_key_is_said_to_be_none(keys: DeviceKeys, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_key(tmp_path / "none.key")
    path = tmp_path / "text.key"
    path.write_text("room-2.secret\n")
    with pytest.raises(InputError, match="this is no key"):
        read_key(path)
    with pytest.raises(InputError, match="exists already"):
        keys.make("room-2", path)
    with pytest.raises(InputError, match="cannot be written"):
        keys.make("room-2", tmp_path / "nowhere" / "room-2.key")


def test_a_key_that_the_server_could_not_keep_is_not_handed_out(keys: DeviceKeys, tmp_path: Path) -> None:
    path, data = tmp_path / "room-2.key", tmp_path / "data"
    data.write_text("no folder")
    with pytest.raises(InputError, match="data: cannot be used"):
        keys.make("room-2", path)
    assert not path.exists()
    data.unlink()
    keys.make("room-2", path)


def test_the_command_says_where_the_key_is_and_never_the_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["key", "room-2", "--data", str(tmp_path / "data"), "--lang", "nl"]) == 0
    out = capsys.readouterr().out
    key = read_key("room-2.key")
    assert "room-2.key" in out
    assert "afdruk" in out
    assert key.token.partition(".")[2] not in out
    assert main(["key", "room-2", "--data", str(tmp_path / "data"), "--out", "b.key"]) == 2
