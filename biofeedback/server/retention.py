"""Retention: what is older than was set is erased, and whoever was erased stays so after an older copy was put back."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection

from biofeedback.errors import StoreUnavailable
from biofeedback.server.clinic import Clinic
from biofeedback.store import erasure, notes, time_of_day

__all__ = ["erase_expired", "keep_retention", "take_notes"]

EVERY_S = 600.0
DAY_MS = 86_400_000

_log = logging.getLogger(__name__)


async def keep_retention(clinic: Clinic, now_s: Callable[[], float] = time.time) -> None:
    """Look now and again, until cancelled."""
    while True:
        try:
            await take_notes(clinic)
            await erase_expired(clinic, now_s())
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may go well
            if clinic.closing.is_set():
                return  # the store closed in the midst of it
            _log.warning("what is too old is erased later: %s", error, exc_info=not isinstance(error, StoreUnavailable))
        await asyncio.sleep(EVERY_S)


async def take_notes(clinic: Clinic) -> None:
    """Put into the audit what was done beside this server, such as a backup."""
    data = clinic.settings.data
    for path in await clinic.store.write(lambda connection: notes.take_in(connection, data)):
        path.unlink(missing_ok=True)


async def erase_expired(clinic: Clinic, now_s: float) -> int:
    """Erase what is older than the setting says, where it says something; how many sessions that were.

    A clock that leapt erases nothing: ``biofeedback admin clock`` says that it is right. What was made while it was
    far behind is as old as the day on which it was set right.
    """
    if back := await clinic.store.write(erasure.settle):
        _log.warning("%d people had been erased and were in the database again: erased once more", len(back))
    days = clinic.settings.retention_days
    if days is None:
        return 0
    before_ms = max(0, int(now_s * 1000) - days * DAY_MS)
    rooms = list(clinic.rooms.values())
    kept = {room.session.channel.facts.epoch for room in rooms} | {room.place.person or "" for room in rooms}

    def erase(connection: Connection) -> int | None:
        if not time_of_day.believes(connection, datetime.fromtimestamp(now_s, UTC)):
            return None
        behind = time_of_day.made_behind(connection, datetime.fromtimestamp(before_ms / 1000, UTC))
        spared_ms = [(int(start.timestamp() * 1000), int(end.timestamp() * 1000)) for start, end in behind]
        return erasure.erase_older(connection, before_ms, kept, spared_ms)

    erased = await clinic.store.write(erase)
    if erased is None:
        _log.error("the clock leapt by more than %d days: nothing is erased by it", time_of_day.LEAP.days)
    elif erased:
        _log.info("%d sessions were older than %d days and are erased", erased, days)
    return erased or 0
