"""How far the time of day can be believed: what is erased by a clock that leapt is gone for good."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from biofeedback.store.audit import SYSTEM, Act, Entry, append, audit

__all__ = ["LEAP", "believes"]

LEAP = timedelta(days=31)  # without a trace in the audit: a clinic on holiday, at the longest
KNOWN_EVERY = timedelta(days=7)  # so that a server which nobody uses leaves a trace as well
_SURE = (Act.CLOCK_KNOWN, Act.CLOCK_CONFIRMED)


def believes(connection: Connection, now_utc: datetime) -> bool:
    """Whether a time of day can be right, by what stands in the audit, in which it is noted when that changes.

    It cannot where it is further on than ``LEAP`` from the newest time that could be right, until somebody at the
    machine has said that it is. What was written by a clock that was ahead, and set back since, counts for nothing.
    """
    last = connection.execute(
        select(audit.c.act).where(audit.c.act.in_([*_SURE, Act.CLOCK_DOUBTED])).order_by(audit.c.number.desc()).limit(1)
    ).scalar()
    sure = connection.execute(
        select(audit.c.number, audit.c.at_utc).where(audit.c.act.in_(_SURE)).order_by(audit.c.number.desc()).limit(1)
    ).one_or_none()
    first = select(func.max(audit.c.number)).scalar_subquery() if sure is None else sure.number
    since = select(audit.c.at_utc).where(audit.c.number >= first).order_by(audit.c.number)
    newest = _newest(map(datetime.fromisoformat, connection.execute(since).scalars()))
    if newest is not None and now_utc > newest + LEAP:
        if last != Act.CLOCK_DOUBTED:
            append(connection, _entry(Act.CLOCK_DOUBTED, now_utc))
        return False
    known_utc = None if sure is None else datetime.fromisoformat(sure.at_utc)
    if last not in _SURE or known_utc is None or now_utc > known_utc + KNOWN_EVERY:
        append(connection, _entry(Act.CLOCK_KNOWN, now_utc))
    return True


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
