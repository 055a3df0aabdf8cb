"""How far the server has each log on its disk, in a file beside it; logs that it has all of go when they are old."""

import logging
import time
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path

from biofeedback.collecting.log import earlier_logs
from biofeedback.collecting.tail import Tail

__all__ = ["remove_old_logs", "write_receipt"]

SUFFIX = ".kept"
DAY_S = 86_400.0
UNUSED_S = 7 * DAY_S  # a collector that is used every week shows each of its weeks; a leap of its clock shows nothing

_log = logging.getLogger(__name__)


def write_receipt(log: Path, seq: int) -> None:
    """Write beside a log that the server has its frames up to a number; where that fails the log stays."""
    try:
        log.with_suffix(SUFFIX).write_text(f"{seq}\n", encoding="utf-8")
    except OSError as error:
        _log.warning("%s: cannot be marked as kept by the server (%s)", log, error)


def remove_old_logs(folder: Path, device: str, days: int, in_use: Collection[Path]) -> int:
    """Number of logs that were removed: a collector's own, not written to for so many days, each frame of it kept.

    What cannot be read to its end stays, whatever the server said: nobody knows what is in it. A clock that leaps makes
    none old: time in which this collector wrote nothing counts for a week at the most.
    """
    removed = 0
    logs = list(earlier_logs(folder, device))
    written_s = sorted(at_s for log in logs for at_s in _written_s(log.path))
    for log in logs:
        try:
            is_old = _age_s(log.path.stat().st_mtime, written_s, time.time()) > days * DAY_S
            if log.path in in_use or not is_old or not _is_kept(log.path):
                continue
            log.path.unlink()
            log.path.with_suffix(SUFFIX).unlink(missing_ok=True)
            removed += 1
        except OSError as error:
            _log.warning("%s: cannot be removed (%s)", log.path, error)
    return removed


def _written_s(log: Path) -> list[float]:
    """When a log was last written to, as the clock said; none where that cannot be seen."""
    try:
        return [log.stat().st_mtime]
    except OSError:
        return []


def _age_s(from_s: float, written_s: Sequence[float], now_s: float) -> float:
    """How old what was written at a time is by now, by each of the times between at which anything was written."""
    times_s = [from_s, *(at_s for at_s in written_s if from_s < at_s < now_s), now_s]
    return sum(min(later_s - before_s, UNUSED_S) for before_s, later_s in pairwise(times_s))


def _is_kept(log: Path) -> bool:
    """Whether the server has all that is in a log."""
    whole = Tail(log)
    while whole.batch(None):
        pass
    return whole.is_at_end and whole.seq <= _receipt(log)


def _receipt(log: Path) -> int:
    """How far the server has a log; 0 where that is not known."""
    try:
        return int(log.with_suffix(SUFFIX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
