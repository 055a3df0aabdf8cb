"""The logs of a session, in their order, and what of them the server is not known to have."""

import os
from pathlib import Path

import pytest
from scripted import ScriptedStrap

from biofeedback.collecting.backlog import GOES_ON_WITHIN_S, LOG_S, Backlog
from biofeedback.collecting.receipts import remove_old_logs
from biofeedback.core.events import Characteristic
from biofeedback.straps import Connected, Lost, Payload

BEAT = Payload(Characteristic.HEART_RATE, b"\x10\x44\x00\x04")


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.t_s = 0.0

    def now_s(self) -> float:
        return self.t_s

    async def sleep_until(self, t_s: float) -> None:
        self.t_s = t_s


def backlog(folder: Path, clock: Hands | None = None) -> Backlog:
    return Backlog(folder, "room-2", ScriptedStrap([]), clock or Hands())


async def test_a_log_begins_anew_after_a_day_and_the_old_one_is_still_sent(tmp_path: Path) -> None:
    clock = Hands()
    logs = backlog(tmp_path, clock)
    logs.begin("S")
    logs.take(Connected("ble"))
    logs.take(BEAT)
    assert await logs.log.flush()
    first = logs.log.origin
    clock.t_s = LOG_S + 1.0
    logs.take(BEAT)
    assert [log.count for log in logs.logs] == [2, 2]  # the strap is said to be connected there as well
    assert logs.log.now_s() == 0.0
    assert logs.unsent == 4
    logs.keep(first, 2)
    assert logs.unsent == 2
    logs.take(Lost("off"))
    logs.begin("T")
    assert (logs.left, logs.unsent) == (3, 0)
    logs.close()


def test_a_run_long_after_another_begins_without_a_session(tmp_path: Path) -> None:
    logs = backlog(tmp_path)
    before = logs.log.path
    logs.begin("S")
    logs.take(BEAT)
    logs.close()
    before.unlink()  # made in the same millisecond, which no connection is
    soon = backlog(tmp_path)
    assert (soon.session, soon.unsent) == ("S", 1)
    soon.close()
    for path in tmp_path.glob("*.jsonl"):
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - GOES_ON_WITHIN_S - 1.0))
    late = backlog(tmp_path)
    assert (late.session, late.unsent) == (None, 0)
    late.close()


DAYS = 30
OLD_S, YOUNG_S = (DAYS + 1) * 86_400.0, (DAYS - 1) * 86_400.0
WEEK_S = 7 * 86_400.0


async def ended_run(folder: Path, kept: int, *, age_s: float = OLD_S) -> Path:
    """Log of a run with two frames, of which the server has so many, so long ago."""
    logs = backlog(folder)
    logs.begin("S")
    path, origin = logs.log.path, logs.log.origin
    logs.take(Connected("ble"))
    logs.take(BEAT)
    assert await logs.log.flush()
    logs.keep(origin, kept)
    logs.close()
    age(path, age_s)
    use_weekly(path, age_s)
    return path


def use_weekly(path: Path, age_s: float) -> None:
    """A run in each week since a log's, which was so long ago."""
    header = path.read_bytes().partition(b"\n")[0] + b"\n"
    for week in range(1, int(age_s / WEEK_S) + 1):
        later = path.with_name(f"week-{week}.jsonl")
        later.write_bytes(header)
        age(later, age_s - week * WEEK_S)


def age(path: Path, age_s: float) -> None:
    at_s = path.stat().st_mtime - age_s
    os.utime(path, (at_s, at_s))


def files_of(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def left_of(folder: Path, path: Path) -> list[str]:
    """What is left of a log when those are removed that may be."""
    remove_old_logs(folder, "room-2", DAYS, ())
    return sorted(one.suffix for one in files_of(folder) if one.stem == path.stem)


async def test_a_log_of_which_the_server_has_all_goes_when_it_is_old(tmp_path: Path) -> None:
    assert left_of(tmp_path, await ended_run(tmp_path, 2)) == []


@pytest.mark.parametrize("leap_s", [OLD_S, 2000 * 86_400.0])
async def test_a_clock_that_leaps_makes_no_log_old(tmp_path: Path, leap_s: float) -> None:
    path = await ended_run(tmp_path, 2, age_s=WEEK_S)
    for one in files_of(tmp_path):
        age(one, leap_s)  # all that was written is as far back as the clock is ahead
    assert left_of(tmp_path, path) == [".jsonl", ".kept"]


async def test_a_log_of_a_time_that_is_yet_to_come_is_not_old(tmp_path: Path) -> None:
    assert left_of(tmp_path, await ended_run(tmp_path, 2, age_s=-OLD_S)) == [".jsonl", ".kept"]


@pytest.mark.parametrize(("kept", "age_s"), [(2, YOUNG_S), (1, OLD_S), (0, OLD_S)])
async def test_a_log_that_is_young_or_not_acknowledged_to_its_end_stays(
    tmp_path: Path, kept: int, age_s: float
) -> None:
    assert left_of(tmp_path, await ended_run(tmp_path, kept, age_s=age_s)) == [".jsonl", ".kept"]


@pytest.mark.parametrize("said", ["", "two", None])
async def test_a_log_whose_receipt_says_nothing_stays(tmp_path: Path, said: str | None) -> None:
    path = await ended_run(tmp_path, 2)
    receipt = path.with_suffix(".kept")
    receipt.unlink() if said is None else receipt.write_text(said)
    assert ".jsonl" in left_of(tmp_path, path)


@pytest.mark.parametrize("rest", [b'{"type":"noti', b"\0\0\0\n", b'{"type":\n{"type":"mark","seq":9}\n'])
async def test_a_log_that_cannot_be_read_to_its_end_stays(tmp_path: Path, rest: bytes) -> None:
    path = await ended_run(tmp_path, 2)
    path.write_bytes(path.read_bytes() + rest)
    age(path, OLD_S)
    assert ".jsonl" in left_of(tmp_path, path)


async def test_a_log_in_use_that_of_another_collector_and_other_files_stay(tmp_path: Path) -> None:
    path = await ended_run(tmp_path, 2)
    (tmp_path / "mine.jsonl").write_text("mine")
    age(tmp_path / "mine.jsonl", OLD_S)
    assert remove_old_logs(tmp_path, "room-2", DAYS, set(files_of(tmp_path))) == 0
    assert remove_old_logs(tmp_path, "room-1", DAYS, ()) == 0
    assert remove_old_logs(tmp_path, "room-2", DAYS, ()) > 0
    assert not path.exists()
    assert (tmp_path / "mine.jsonl").exists()


async def test_what_the_disk_refuses_is_said_and_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = await ended_run(tmp_path, 2)
    path.with_suffix(".kept").unlink()
    path.with_suffix(".kept").mkdir()
    assert ".jsonl" in left_of(tmp_path, path)
    logs = backlog(tmp_path)
    receipt = logs.log.path.with_suffix(".kept")
    receipt.mkdir()
    logs.close()
    assert "cannot be marked" in caplog.text
