"""A remote collector: runs a strap, keeps what it gives, and sends it to the server."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from biofeedback.cancellation import obey_cancellation
from biofeedback.clock import Clock
from biofeedback.collecting.backlog import Backlog
from biofeedback.collecting.place import Place
from biofeedback.collecting.sender import Say, Sender, Timings
from biofeedback.errors import InputError
from biofeedback.keys import DeviceKey
from biofeedback.session import BACK_OFF_S
from biofeedback.straps import Connected, Lost, Payload, Searching, Strap, StrapEvent

__all__ = ["Collector"]

_log = logging.getLogger(__name__)
GOODBYE_S = 3.0  # for what is taken to be kept, when the program is stopped


class Collector:
    """Runs until its strap has no more, or until it is cancelled.

    Parameters
    ----------
    folder : Path
        For the logs.
    say : callable
        Tells a person what is going on: a key of the language files and its values.
    keep_days : int
        For so long a log stays that the server has all of.
    """

    def __init__(
        self,
        strap: Strap,
        clock: Clock,
        folder: Path,
        place: Place,
        key: DeviceKey,
        say: Say,
        keep_days: int,
        timings: Timings | None = None,
    ) -> None:
        self._strap = strap
        self._clock = clock
        self._say = say
        self._keep_days = keep_days
        self._is_connected = False
        self.backlog = Backlog(folder, key.name, strap, clock)
        self.sender = Sender(place, key, self.backlog, say, timings or Timings())

    async def run(self) -> int:
        """Number of frames that the server is not known to have, when the strap has no more or this was cancelled.

        Raises
        ------
        InputError
            If the server does not admit this collector, or the strap gives no bytes.
        """
        sending = asyncio.create_task(self.sender.run())
        writing = asyncio.create_task(self.backlog.write())
        collecting = asyncio.create_task(self._collect())
        finishing = asyncio.create_task(self._finish(collecting))
        tidying = asyncio.create_task(self.backlog.tidy(self._keep_days))
        tasks = (sending, writing, collecting, finishing, tidying)
        try:
            await asyncio.wait((sending, writing, finishing), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            me = asyncio.current_task()
            assert me is not None
            me.uncancel()  # it is obeyed here
            await self._say_goodbye(collecting)
        finally:
            failed = [task for task in tasks if task.done() and not task.cancelled() and task.exception() is not None]
            await _let_go(*tasks)
            self.backlog.close()
        for task in failed:
            await task
        return self.backlog.unsent + self.backlog.left

    async def _finish(self, collecting: "asyncio.Task[None]") -> None:
        """Return when the strap has no more and the server has all of it."""
        await asyncio.shield(collecting)
        while not self.sender.is_admitted:
            await self.backlog.changed.wait()
        await self.backlog.until_kept()

    def hear(self, event: StrapEvent) -> None:
        """Take an event of the strap."""
        if isinstance(event, Connected | Lost):
            self._is_connected = isinstance(event, Connected)
        if isinstance(event, Searching):
            self.sender.tell(event.detail)
        elif isinstance(event, Connected | Payload):
            self.sender.tell(None)
        self.backlog.take(event)

    async def _collect(self) -> None:
        """Run the strap, and run it again when it fails."""
        failures = 0
        while True:
            try:
                await self._strap.run(self.hear, self._clock)
            except InputError:
                raise
            except Exception as error:  # noqa: BLE001 - a strap may fail in any way its driver finds
                obey_cancellation()
                _log.warning("the strap failed and is started again (%s)", error)
                failures = 0 if self._is_connected else failures
                self.hear(Lost(type(error).__name__))
                await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
                failures += 1
            else:
                self.hear(Lost("ended"))
                return

    async def _say_goodbye(self, collecting: "asyncio.Task[None]") -> None:
        """Let the strap go, and wait a moment for the server to keep what there is."""
        await _let_go(collecting)
        self.hear(Lost("stopped"))
        if self.sender.is_admitted:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await self.backlog.until_kept()


async def _let_go(*tasks: "asyncio.Task[None]") -> None:
    """Cancel tasks, and wait for them."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
