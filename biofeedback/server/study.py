"""Analyses beside the server: one process of its own, so that no live session waits for one."""

import asyncio
import logging
import os
import pickle  # nosec B403 - both ends of the pipe are this program
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from biofeedback.errand import LENGTH
from biofeedback.errors import StudyFailed

__all__ = ["Study"]

TIME_S = 120.0  # for one call
IDLE_S = 60.0  # without a call, after which the process is ended: it keeps .1 GB
PATIENCE_S = 2.0  # for it to end by itself

P = ParamSpec("P")
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Study:
    """Has functions of this package called by a process of its own, one after another.

    The process is started at the first call, ended when there was none for a while, and started anew when it died.

    Parameters
    ----------
    time_s : float
        Longest that a call may take.
    idle_s : float
        Time without a call after which the process is ended.
    """

    def __init__(self, time_s: float = TIME_S, idle_s: float = IDLE_S) -> None:
        self._time_s = time_s
        self._idle_s = idle_s
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._resting: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Id of the process; None: there is none now."""
        return None if self._process is None else self._process.pid

    async def ask(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """What a function of a module gives, called in that process; all that goes in and out can be pickled.

        Raises
        ------
        StudyFailed
            If it took too long or too much memory, the process died, or the function raised no error of this package;
            those of this package are raised as they are.
        """
        call = pickle.dumps((work, arguments, named))
        async with self._turn:
            self._stay()
            try:
                async with asyncio.timeout(self._time_s):
                    answer = await _answer(await self._there(), call)
            except TimeoutError:
                raise StudyFailed(f"it took longer than {self._time_s:g} s") from None
            except (asyncio.IncompleteReadError, OSError) as error:
                raise StudyFailed("its process ended in the midst of it") from error
            else:
                self._resting = asyncio.create_task(self._rest())
            finally:
                if self._resting is None:  # whatever is still being made is not waited for
                    await self._end(at_once=True)
        value, refusal = pickle.loads(answer)  # nosec B301 - written by errand.py
        if refusal is not None:
            raise refusal
        return cast(T, value)

    async def close(self) -> None:
        """End the process; whoever waits for it hears that it ended."""
        self._stay()
        await self._end(at_once=True)

    def _stay(self) -> None:
        """The process is not to be ended for lack of work."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    async def _rest(self) -> None:
        """End the process when there was no work for a while."""
        await asyncio.sleep(self._idle_s)
        await self._end(at_once=False)

    async def _there(self) -> Process:
        """The process, begun anew where it is not there or has died."""
        if self._process is not None and self._process.returncode is not None:
            _log.warning("the process that makes analyses has ended (%s); another is begun", self._process.returncode)
            await self._end(at_once=True)
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "biofeedback.errand", stdin=PIPE, stdout=PIPE, env=_surroundings()
            )
        return self._process

    async def _end(self, *, at_once: bool) -> None:
        """Let the process go."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        if at_once and process.returncode is None:
            process.kill()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _surroundings() -> dict[str, str]:
    """Environment in which the same packages are found, and one call keeps to one processor."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}


async def _answer(process: Process, call: bytes) -> bytes:
    """Send a call, and hear what comes of it."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(LENGTH.pack(len(call)))
    process.stdin.write(call)
    await process.stdin.drain()
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    return await process.stdout.readexactly(length)
