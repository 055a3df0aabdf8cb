"""The logs of a session, in their order, and what of them the server is not known to have."""

import os
from pathlib import Path

from scripted import ScriptedStrap

from biofeedback.collecting.backlog import GOES_ON_WITHIN_S, LOG_S, Backlog
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
