"""What a collector has for the server: the logs of the session that it is admitted to, in their order."""

import asyncio
import time
from pathlib import Path

from biofeedback.clock import Clock
from biofeedback.collecting.log import Log, OldLog, earlier_logs
from biofeedback.collecting.receipts import remove_old_logs, write_receipt
from biofeedback.straps import Connected, Lost, Payload, StrapEvent
from biofeedback.straps.strap import Strap

__all__ = ["Backlog"]

GOES_ON_WITHIN_S = 15 * 60.0  # the server goes on with a session that was cut off for so long (history.py)
DAY_S = 24 * 3600.0
LOG_S = DAY_S  # a log begins anew after a day: no clock grows without end


class Backlog:
    """Takes what the strap gives into the newest log, and knows which logs the server may still want."""

    def __init__(self, folder: Path, device: str, strap: Strap, clock: Clock) -> None:
        self.folder = folder
        self.simulated = strap.simulated
        self.changed = asyncio.Event()  # something is on the disk, or was kept by the server; then another is here
        self._taken = asyncio.Event()
        self._device = device
        self._strap = strap
        self._clock = clock
        self._connected: Connected | None = None
        self._old: list[OldLog] = []
        self._retired: list[Log] = []  # to be closed when nothing of theirs is on its way to the disk
        self.left = 0  # frames that stay in the logs: no session takes them any more
        self.session = self._last_session()
        self.log = self._new_log()

    @property
    def logs(self) -> list[OldLog | Log]:
        """Logs of this session, oldest first."""
        return [*self._old, self.log]

    @property
    def unsent(self) -> int:
        """Frames of this session that the server is not known to have on its disk."""
        return sum(log.count - log.kept for log in self.logs)

    def take(self, event: StrapEvent) -> None:
        """Take an event of the strap."""
        if self.log.now_s() > LOG_S:
            self.begin(self.session)
        self.log.take(event)
        if isinstance(event, Connected | Lost):
            self._connected = event if isinstance(event, Connected) else None
        if isinstance(event, Connected | Lost | Payload):
            self._taken.set()

    def begin(self, session: str | None) -> None:
        """Begin another log, for a session; a strap that is connected is said to be so there as well."""
        write_receipt(self.log.path, self.log.kept)
        self._retired.append(self.log)
        self._taken.set()
        if session == self.session:
            self._old.append(_closed(self.log))
        else:
            self.left += self.unsent
            self._old.clear()
        self.session = session
        self.log = self._new_log()
        if self._connected is not None:
            self.take(self._connected)

    def keep(self, origin: str, seq: int) -> None:
        """The server has an origin's frames up to a number on its disk."""
        for log in self.logs:
            if log.origin == origin and seq > log.kept:
                log.kept = seq
                if log is not self.log:  # that one's is written when it is left
                    write_receipt(log.path, seq)
        self.wake()

    async def write(self) -> None:
        """Put on the disk what is taken, until cancelled."""
        while True:
            await self._taken.wait()
            self._taken.clear()
            log = self.log
            is_kept = await log.flush()
            self._close_retired()
            if not is_kept:
                self._taken.set()
                if not log.saved:
                    await asyncio.sleep(1.0)
            self.wake()

    def wake(self) -> None:
        """Let all look again who wait for ``changed``; each takes it before it looks, so that none misses any."""
        self.changed.set()
        self.changed = asyncio.Event()

    async def until_kept(self) -> None:
        """Return when the server has all of it."""
        while self.unsent:
            await self.changed.wait()

    def close(self) -> None:
        """Put on the disk what is taken, and let go of the files."""
        self._close_retired()
        self.log.close()
        write_receipt(self.log.path, self.log.kept)

    async def tidy(self, days: int) -> None:
        """Once a day, until cancelled, remove logs of so many days ago that the server has all of."""
        while True:
            in_use = {log.path for log in self.logs}
            await asyncio.to_thread(remove_old_logs, self.folder, self._device, days, in_use)
            await asyncio.sleep(DAY_S)

    def _close_retired(self) -> None:
        """Let go of the logs that were written before."""
        while self._retired:
            self._retired.pop().close()
        for old in self._old:
            old.durable = None

    def _new_log(self) -> Log:
        """Log that begins now."""
        return Log(
            self.folder, self._device, self.session, self._clock, self._strap.source, simulated=self._strap.simulated
        )

    def _last_session(self) -> str | None:
        """Session that an earlier run was admitted to, if that was a short while ago; its logs are sent first."""
        session: str | None = None
        for log in earlier_logs(self.folder, self._device):
            session = session or log.session
            if session is None or log.session != session:
                break
            if not self._old and time.time() - log.path.stat().st_mtime > GOES_ON_WITHIN_S:
                return None
            log.measure()
            self._old.insert(0, log)
        return session


def _closed(log: Log) -> OldLog:
    """A log of this run that is only read from now on."""
    old = OldLog(log.path, log.origin, log.session)
    old.count, old.kept, old.durable, old.tail = log.count, log.kept, log.durable, log.tail
    return old
