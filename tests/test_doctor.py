"""The doctor: every finding has words in both languages, and every line that is not well ends with a cure."""

import json
import os
import shutil
import socket
from pathlib import Path

import pytest

from biofeedback import doctor
from biofeedback.doctor import Check, State, visit
from biofeedback.doctor.bluetooth import check_adapter, check_bus, check_permission, reaches_bus, rfkill
from biofeedback.doctor.browser import check_browsers, check_elsewhere, check_features, find_browsers
from biofeedback.doctor.machine import (
    check_clock,
    check_data,
    check_pages,
    check_port,
    check_python,
    check_sleep,
    has_battery,
    pages_folder,
    slept_s,
)
from biofeedback.lang import LANGUAGES, Words
from biofeedback.settings import Settings
from biofeedback.straps.trouble import Detail
from tests.ports import free_port


def silent(_port: int) -> bool:
    """Nobody of ours answers at any port."""
    return False


def told(check: Check) -> str:
    """The check's English line; both languages must have its words."""
    lines = [doctor.render([check], Words(language)).splitlines()[0] for language in LANGUAGES]
    assert (check.cure is None) == (check.state is State.OK)
    return lines[LANGUAGES.index("en")]


def case(check: Check) -> str:
    """What was found, without the check's own name."""
    assert told(check)
    return check.finding.key.removeprefix(f"{check.name}.")


def test_a_line_ends_with_its_cure() -> None:
    assert told(check_python((3, 11, 7))) == "ok     Python: version 3.11.7."
    assert told(check_python((3, 10, 1))).endswith("version 3.10.1 is too old. Install Python 3.11 or newer.")


def test_a_folder_that_is_mine_alone_is_well(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert case(check_data(tmp_path)) == "ok"
    assert case(check_data(tmp_path / "to" / "be" / "made")) == "new"
    assert not (tmp_path / "to").exists(), "the doctor changes nothing"


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_folder_that_others_can_read_is_noted(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert case(check_data(tmp_path)) == "open"


def test_a_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert case(check_data(tmp_path / "file" / "data")) == "not_writable"
    if Path("/proc/self").is_dir():
        assert case(check_data(Path("/proc/self/biofeedback"))) == "not_writable"


@pytest.mark.parametrize(("free", "found"), [(1_000, "full"), (100_000_000, "little")])
def test_a_disk_without_room_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, found: str) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - free, free))
    assert case(check_data(tmp_path)) == found


def test_a_port_in_use_fails_and_another_is_named() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        busy = check_port(port, silent)
    assert case(busy) == "busy"
    assert told(busy).endswith(f"or start with --port {port + 1}")
    assert case(check_port(port, silent)) == "ok"


def test_a_port_that_is_none_fails() -> None:
    assert case(check_port(70_000, silent)) == "no_port"
    assert case(check_port(8800, silent, "203.0.113.7")) == "unusable"


def test_a_reserved_port_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket.socket, "bind", refuse)
    assert case(check_port(80, silent)) == "forbidden"


def test_pages_are_found_in_this_checkout() -> None:
    assert case(check_pages(pages_folder())) == "ok"
    assert case(check_pages(None)) == "missing"


def test_a_clock_that_stands_still_in_sleep_is_noted() -> None:
    assert case(check_clock("linux", True)) == "ok"
    assert case(check_clock("linux", False)) == "stops"
    assert case(check_clock("win32", False)) == "other"


def test_sleep_is_noted_where_it_happened_or_may_happen(tmp_path: Path) -> None:
    assert case(check_sleep(0.0, False)) == "ok"
    assert case(check_sleep(600.0, False)) == "slept"
    assert "about 10 minutes" in told(check_sleep(600.0, False))
    assert case(check_sleep(0.0, True)) == "battery"
    assert case(check_sleep(None, False)) == "unseen"
    assert slept_s() is None or slept_s() >= -1
    assert not has_battery(tmp_path)
    for name, scope in (("BAT0", None), ("mouse", "Device")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "type").write_text("Battery\n")
        if scope:
            (tmp_path / name / "scope").write_text(f"{scope}\n")
    assert has_battery(tmp_path)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32", "aix"])
@pytest.mark.parametrize("trouble", [None, *Detail])
@pytest.mark.parametrize("blocked", [None, "soft", "hard"])
def test_every_trouble_of_bluetooth_has_words_on_every_platform(
    platform: str, trouble: Detail | None, blocked: str | None
) -> None:
    adapter, permission = check_adapter(trouble, platform, blocked), check_permission(trouble, platform, "ann")
    assert told(adapter)
    assert told(permission)
    assert (adapter.state is State.OK) == (trouble is None)
    assert not adapter.is_needed
    assert not permission.is_needed


def test_bluetooth_that_does_not_answer_has_its_cure() -> None:
    assert case(check_adapter(Detail.STUCK, "linux", None)) == "stuck"


def test_a_missing_permission_names_the_group() -> None:
    assert "usermod -aG bluetooth ann" in told(check_permission(Detail.NO_PERMISSION, "linux", "ann"))
    assert case(check_bus(True)) == "ok"
    assert case(check_bus(False)) == "unreachable"


def test_a_radio_that_is_blocked_is_seen(tmp_path: Path) -> None:
    assert rfkill(tmp_path) is None
    for name, kind, soft, hard in (("rfkill0", "wlan", "1", "1"), ("rfkill1", "bluetooth", "1", "0")):
        (tmp_path / name).mkdir()
        for file, value in (("type", kind), ("soft", soft), ("hard", hard)):
            (tmp_path / name / file).write_text(f"{value}\n")
    assert rfkill(tmp_path) == "soft"
    (tmp_path / "rfkill1" / "hard").write_text("1\n")
    assert rfkill(tmp_path) == "hard"
    (tmp_path / "rfkill1" / "soft").unlink()
    (tmp_path / "rfkill1" / "hard").unlink()
    assert rfkill(tmp_path) is None


def test_browsers_are_found_where_each_system_keeps_them() -> None:
    def here(name: str) -> str | None:
        return f"/usr/bin/{name}" if name in ("chromium", "firefox-esr") else None

    assert find_browsers("linux", which=here) == ["Chromium", "Firefox"]
    assert find_browsers("darwin", exists=lambda path: path.name == "Safari.app") == ["Safari"]
    assert find_browsers("win32", exists=lambda path: path.name == "msedge.exe", folders=("C:/Program Files",)) == [
        "Edge"
    ]
    assert find_browsers("win32", exists=lambda path: False) == []


def test_what_a_browser_can_do_is_said() -> None:
    assert case(check_browsers(["Edge", "Firefox"])) == "ok"
    assert case(check_browsers([])) == "none"
    assert case(check_features(["Chrome", "Firefox"], "win32")) == "chromium"
    assert case(check_features(["Chromium"], "linux")) == "chromium_linux"
    assert case(check_features(["Firefox"], "linux")) == "firefox"
    assert case(check_features(["Safari"], "darwin")) == "safari"
    assert case(check_features([], "linux")) == "none"
    assert case(check_elsewhere()) == "ok"


def test_a_check_that_breaks_does_not_stop_the_others() -> None:
    def broken() -> Check:
        raise OSError("the disk is on fire")

    check = visit._safely("doctor.sleep", broken)
    assert check.state is State.WARN
    assert "OSError: the disk is on fire" in doctor.render([check], Words("nl"))


def test_a_machine_on_which_nothing_is_wrong_has_all_that_a_session_needs() -> None:
    assert Words("en")("doctor.end.well") in doctor.render([Check.ok("doctor.python", version="3.12")], Words("en"))


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")


@pytest.mark.usefixtures("no_bus")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_machine_without_bluetooth_is_well_enough(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.main(lang, False, Settings(data=tmp_path, port=free_port())) == 0
    said = capsys.readouterr().out
    assert Words(lang)("doctor.end.partly") in said
    assert Words(lang)("doctor.end.well") not in said
    assert Words(lang)("doctor.adapter.no_service.cure") in said


@pytest.mark.usefixtures("no_bus")
def test_what_is_missing_gives_status_1_and_json_says_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert doctor.main("en", True, Settings(data=tmp_path / "file", port=free_port())) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    ill = [check for check in said["checks"] if check["state"] == "fail" and check["needed"]]
    assert [check["name"] for check in ill] == ["doctor.data"]
    assert all((check["cure"] is None) == (check["state"] == "ok") for check in said["checks"])


@pytest.mark.usefixtures("no_bus")
async def test_a_bus_that_is_not_there_is_not_reached() -> None:
    assert not await reaches_bus()
