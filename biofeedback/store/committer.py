"""The store's one thread: reads at once, and all that is written in groups, one commit each."""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from biofeedback.errors import StoreUnavailable
from biofeedback.store.connections import Connections, is_unavailable
from biofeedback.store.group import Job, Outcome, put_in_place, read, unavailable, write
from biofeedback.store.inputs import Row

__all__ = ["Committer"]

GROUP_S = 0.1  # between commits under load (service.md, Store); an idle store commits at once
PLACE_S = 5.0  # between times that inputs are put in their place: by then a session has some for the same page
RETRY_S = 1.0  # after the disk refused
LATE_S = 5.0  # a commit that takes longer: the disk hangs, and pages are told that nothing is saved
GROUP_ROWS = 10_000  # of inputs in one commit: after a long refusal, reads still get their turn

_log = logging.getLogger(__name__)


class Committer(threading.Thread):
    """Runs jobs and stores inputs. What the disk refuses of the inputs waits here, in order, until it goes in.

    Whoever asks is answered, also where the thread fails: then nothing is read or saved any more, and that is said.

    Parameters
    ----------
    open_connections : callable
        Called on this thread.
    loop : asyncio.AbstractEventLoop
        On which all others are.
    """

    def __init__(self, open_connections: Callable[[], Connections], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name="store", daemon=True)
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._is_refused = False
        self._open = open_connections
        self._loop = loop
        self._reads: deque[Job] = deque()
        self._changes: deque[Job] = deque()
        self._rows: deque[Row] = deque()
        self._ended: deque[str] = deque()
        self._receipts: deque[tuple[int, asyncio.Future[bool]]] = deque()
        self._unanswered: set[asyncio.Future[Any]] = set()  # of all these and of what is being done; on the loop only
        self._recorded = 0  # rows that came in, ever; counted on the loop
        self._stored = 0  # of these, committed; counted on the thread
        self._oldest_s = 0.0  # when the oldest input came in that is not committed yet, where there is one
        self._has_arrived = True  # inputs since they were last put in their place; of an earlier run, perhaps
        self._wake = threading.Event()
        self._is_idle = False
        self._is_finishing = False

    @property
    def saved(self) -> bool:
        """False from a commit that failed until all that waited is in, and while one takes too long."""
        return not self._is_refused and self.lag_s < LATE_S

    @property
    def waiting(self) -> int:
        """How many inputs are not committed yet."""
        return self._recorded - self._stored

    @property
    def asked(self) -> int:
        """How many reads and changes wait for their turn."""
        return len(self._reads) + len(self._changes)

    @property
    def lag_s(self) -> float:
        """For how long the oldest input has waited that is not committed yet; 0: none waits."""
        return time.monotonic() - self._oldest_s if self.waiting else 0.0

    def read(self, job: Job) -> None:
        """Do a job that only reads, soon."""
        if self._promises(job.future):
            self._reads.append(job)
            self._wake.set()

    def write(self, job: Job) -> None:
        """Do a job in the next group; its future is set after the commit."""
        if self._promises(job.future):
            self._changes.append(job)
            self._wake.set()

    def record(self, row: Row) -> None:
        """Store an input with the next group."""
        if not self.waiting:
            self._oldest_s = time.monotonic()
        self._rows.append(row)
        self._recorded += 1
        self._wake_idle()

    def end(self, session: str) -> None:
        """A session has ended, by the input that was recorded last."""
        self._ended.append(session)
        self._wake_idle()

    def receipt(self) -> asyncio.Future[bool]:
        """Whether all that was recorded until now was committed, when it had been tried."""
        future: asyncio.Future[bool] = self._loop.create_future()
        if self._promises(future):
            self._receipts.append((self._recorded, future))
            self._wake.set()
        return future

    def finish(self) -> None:
        """Try once more what waits, and end; nothing is asked of this thread after that."""
        self._is_finishing = True
        self._wake.set()

    def run(self) -> None:
        """Work until told to finish."""
        try:
            connections = self._open()
        except Exception as error:  # noqa: BLE001 - whoever opens the store is told
            self._tell([Outcome(self.opened, error=error)])
            return
        self._tell([Outcome(self.opened)])
        try:
            self._work(connections)
        except Exception:  # noqa: BLE001 - whatever it is, nobody is to wait for this thread in vain
            _log.critical("the store's thread has failed: nothing is read or saved any more", exc_info=True)
            self._is_refused = True
        finally:
            _close(connections)
            self._on_loop(self._give_up)

    def _promises(self, future: asyncio.Future[Any]) -> bool:
        """Whether this thread will answer; where it runs no more, that is the answer."""
        self._unanswered.add(future)
        if self.closed.done():
            self._give_up()
        return not future.done()

    def _give_up(self) -> None:
        """The thread runs no more: whoever still waits for it hears so."""
        gone = StoreUnavailable("the store is closed")
        self._settle([Outcome(future, error=gone) for future in self._unanswered] + [Outcome(self.closed)])

    def _work(self, connections: Connections) -> None:
        """Work until told to finish."""
        due_s = place_due_s = 0.0
        while not self._is_finishing:
            self._wait(due_s)
            self._answer(connections)
            if self._has_work() and time.monotonic() >= due_s:
                due_s = time.monotonic() + (GROUP_S if self._commit(connections) else RETRY_S)
            if self._has_arrived and not self._is_refused and time.monotonic() >= place_due_s:
                put_in_place(connections)
                self._has_arrived = False
                place_due_s = time.monotonic() + PLACE_S
        self._finish(connections)

    def _wake_idle(self) -> None:
        """Wake the thread where nothing else will."""
        if self._is_idle:
            self._wake.set()

    def _wait(self, due_s: float) -> None:
        """Wait for something to do; for what is to be written, until it is due."""
        self._is_idle = True  # before the look: who adds something after it sees this, and wakes us
        if not self._has_work():
            self._wake.wait()
        elif (left_s := due_s - time.monotonic()) > 0:
            self._is_idle = False
            self._wake.wait(left_s)
        self._is_idle = False
        self._wake.clear()

    def _has_work(self) -> bool:
        """Whether something waits to be written or confirmed, or the end."""
        return bool(self._rows or self._changes or self._receipts or self._ended or self._is_finishing)

    def _answer(self, connections: Connections) -> None:
        """Do all jobs that only read."""
        for job in _taken(self._reads):
            self._tell([read(connections, job)])

    def _commit(self, connections: Connections) -> bool:
        """Write what waits, as one group; whether that went well."""
        began_s = time.monotonic()
        receipts, changes, ended = _taken(self._receipts), _taken(self._changes), _taken(self._ended)
        rows = [self._rows.popleft() for _ in range(min(len(self._rows), GROUP_ROWS))]
        is_all = not self._rows  # else an end may be among those that still wait
        try:
            outcomes = write(connections, changes, rows, ended if is_all else ())
        except Exception as error:  # noqa: BLE001 - whatever it is: nothing of this group is in, and it is tried again
            self._rows.extendleft(reversed(rows))
            self._ended.extendleft(reversed(ended))
            self._refused(error)
            told = unavailable(error, connections.place)
            self._tell([Outcome(job.future, error=told) for job in changes] + self._receipts_of(receipts))
            return False
        self._stored += len(rows)
        self._has_arrived = self._has_arrived or bool(rows)
        if is_all:
            self._oldest_s = began_s  # what came in meanwhile is not older
            self._accepted()
        else:
            self._ended.extendleft(reversed(ended))
            self._receipts.extendleft(item for item in reversed(receipts) if item[0] > self._stored)
        self._tell(outcomes + self._receipts_of(item for item in receipts if item[0] <= self._stored))
        return True

    def _receipts_of(self, receipts: Iterable[tuple[int, asyncio.Future[bool]]]) -> list[Outcome]:
        """What those are told who asked whether their inputs are in."""
        return [Outcome(future, result=until <= self._stored) for until, future in receipts]

    def _refused(self, error: Exception) -> None:
        """Say once that nothing is being saved."""
        if not self._is_refused:
            _log.error("nothing is being saved: %s", error, exc_info=not is_unavailable(error))
        self._is_refused = True

    def _accepted(self) -> None:
        """Say once that all is saved again."""
        if self._is_refused:
            _log.info("everything is being saved again")
        self._is_refused = False

    def _finish(self, connections: Connections) -> None:
        """Do what still waits."""
        self._answer(connections)
        while self._rows or self._changes or self._receipts or self._ended:
            if not self._commit(connections):
                break
        if self._rows:
            _log.error("%d inputs could not be saved", len(self._rows))
        put_in_place(connections)

    def _tell(self, outcomes: list[Outcome]) -> None:
        """Hand outcomes to those who wait, on their loop."""
        if outcomes:
            self._on_loop(partial(self._settle, outcomes))

    def _on_loop(self, act: Callable[[], None]) -> None:
        """Have something done on the loop."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(act)

    def _settle(self, outcomes: Iterable[Outcome]) -> None:
        """Set the futures of those who still wait."""
        for outcome in outcomes:
            self._unanswered.discard(outcome.future)
            if outcome.future.done():
                continue
            if outcome.error is None:
                outcome.future.set_result(outcome.result)
            else:
                outcome.future.set_exception(outcome.error)


def _close(connections: Connections) -> None:
    """Let go of the database, as far as that can be done."""
    try:
        connections.close()
    except Exception as error:  # noqa: BLE001 - whatever it is, what was committed is in, and this was the end
        _log.error("the database cannot be closed: %s", error, exc_info=not is_unavailable(error))


def _taken(waiting: deque[Any]) -> list[Any]:
    """What waits now, taken out; more may come in meanwhile."""
    return [waiting.popleft() for _ in range(len(waiting))]
