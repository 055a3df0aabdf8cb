"""How far the time of day can be believed: what is erased by a clock that leapt is gone for good."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from biofeedback.store.audit import SYSTEM, Act, Entry, append, audit

__all__ = ["LEAP", "believes", "made_behind"]

LEAP = timedelta(days=31)  # without a trace in the audit: a clinic on holiday, at the longest
SOONER = timedelta(days=1)  # a session may have begun before the first look at the clock
KNOWN_EVERY = timedelta(days=7)  # so that a server which nobody uses leaves a trace as well
_SURE = (Act.CLOCK_KNOWN, Act.CLOCK_CONFIRMED)


def believes(connection: Connection, now_utc: datetime) -> bool:
    """Whether a time of day can be right, by what stands in the audit, in which it is noted when that changes.

    It cannot where it is further on than ``LEAP`` from the newest time that could be right, or further behind it,
    until somebody at the machine has said that it is. What was written by a clock that was ahead, and set back since,
    counts for nothing.
    """
    told = select(audit.c.act, audit.c.at_utc).where(audit.c.act.in_([*_SURE, Act.CLOCK_DOUBTED]))
    last = connection.execute(told.order_by(audit.c.number.desc()).limit(1)).one_or_none()
    sure = connection.execute(
        select(audit.c.number, audit.c.at_utc).where(audit.c.act.in_(_SURE)).order_by(audit.c.number.desc()).limit(1)
    ).one_or_none()
    first = select(func.max(audit.c.number)).scalar_subquery() if sure is None else sure.number
    since = select(audit.c.at_utc).where(audit.c.number >= first).order_by(audit.c.number)
    newest = _newest(map(datetime.fromisoformat, connection.execute(since).scalars()))
    if newest is not None and abs(now_utc - newest) > LEAP:
        if last is None or last.act != Act.CLOCK_DOUBTED or abs(now_utc - datetime.fromisoformat(last.at_utc)) > LEAP:
            append(connection, _entry(Act.CLOCK_DOUBTED, now_utc))
        return False
    known_utc = None if sure is None else datetime.fromisoformat(sure.at_utc)
    if last is None or last.act not in _SURE or known_utc is None or now_utc > known_utc + KNOWN_EVERY:
        append(connection, _entry(Act.CLOCK_KNOWN, now_utc))
    return True


def made_behind(connection: Connection, since_utc: datetime) -> list[tuple[datetime, datetime]]:
    """From when until when a clock told the time that was far behind, and was set right after ``since_utc``.

    What bears such a time was made later than it says: at the latest when the clock was set right.
    """
    told = select(audit.c.act, audit.c.at_utc).where(audit.c.act.in_([*_SURE, Act.CLOCK_DOUBTED]))
    found: list[tuple[datetime, datetime]] = []
    doubted: list[datetime] = []
    for act, at_utc in connection.execute(told.order_by(audit.c.number)):
        moment = datetime.fromisoformat(at_utc)
        if act == Act.CLOCK_DOUBTED:
            doubted.append(moment)
            continue
        behind = [one for one in doubted if moment > max(one + LEAP, since_utc)]
        found += [(one - SOONER, one + LEAP) for one in behind]
        doubted.clear()
    return found


def _newest(times_utc: Iterable[datetime]) -> datetime | None:
    """The newest of times in the order in which they were written, without those to which there was a leap."""
    newest = None
    for at_utc in times_utc:
        if newest is None or newest < at_utc <= newest + LEAP:
            newest = at_utc
    return newest


def _entry(act: Act, now_utc: datetime) -> Entry:
    """Entry of the server itself."""
    return Entry(act, SYSTEM, at_utc=now_utc.isoformat(timespec="milliseconds"))
