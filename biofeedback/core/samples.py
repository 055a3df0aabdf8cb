"""Samples of a PMD stream on the strap's own clock, in unbroken runs; nothing is made up where a frame is missing.

A frame's stamp is the time of its last sample; its others lie evenly between the stamp of the frame before and its own,
as a strap's real rate is up to 2 % off the nominal one. A frame that does not follow on the last one is held until the
next one follows on it: only then do both begin a new run. So a single stamp that is absurd, old or sent twice costs its
own frame and nothing else, and a clock that was set anew goes on from where it was set to.

Who reads a stream gets blocks from ``streams.Streams.take`` and asks ``streams.Streams.clock`` (a ``StrapClock``) where
they lie on the session's clock: ``reader.take(clock.session_s(block.strap_s), block.samples)`` with times in seconds,
shape (n_samples,), and samples, shape (n_samples, 1) in uV or (n_samples, 3) in mG; a block that ``begins_run`` joins
nothing before it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.pmd import PmdFrame, PmdKind

__all__ = ["Block", "Samples"]

NS = 1e-9
JUMP_FRACTION = 0.2  # a stamp further off what its samples last is that of another run (straps.md)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Samples of one frame; ``strap_s`` in seconds on the strap's clock, shape (n_samples,)."""

    kind: PmdKind
    strap_s: NDArray[np.float64]
    samples: NDArray[np.int32]
    begins_run: bool


class Samples:
    """One stream: frames in, blocks out.

    Parameters
    ----------
    rate_hz : float
        The nominal rate, as the stream was started with.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._last: PmdFrame | None = None  # of the run
        self._held: PmdFrame | None = None  # may begin another

    def take(self, frame: PmdFrame) -> list[Block]:
        """Blocks that a frame completes: none, its own, or the one held before it as well."""
        if self._follows(self._last, frame):
            return self._go_on(frame)
        if any(known is not None and known.end_ns == frame.end_ns for known in (self._last, self._held)):
            return []  # it came twice
        if self._held is not None and self._follows(self._held, frame):
            return self._begin(self._held, frame)
        self._held = frame  # what was held before it will begin no run
        return []

    def _follows(self, before: PmdFrame | None, frame: PmdFrame) -> bool:
        """Whether the time between two stamps is what the later one's samples last."""
        if before is None:
            return False
        lasts_s = len(frame.samples) / self._rate_hz
        return abs((frame.end_ns - before.end_ns) * NS / lasts_s - 1) <= JUMP_FRACTION

    def _go_on(self, frame: PmdFrame) -> list[Block]:
        """The run goes on; what was held beside it was none of it."""
        assert self._last is not None
        self._held = None
        start_ns, self._last = self._last.end_ns, frame
        return [_block(frame, start_ns, begins_run=False)]

    def _begin(self, held: PmdFrame, frame: PmdFrame) -> list[Block]:
        """A new run; the rate of its first frame is the nominal one."""
        start_ns = held.end_ns - round(len(held.samples) / self._rate_hz / NS)
        self._held, self._last = None, frame
        return [_block(held, start_ns, begins_run=True), _block(frame, held.end_ns, begins_run=False)]


def _block(frame: PmdFrame, start_ns: int, *, begins_run: bool) -> Block:
    """Samples of a frame, evenly after the stamp before it up to its own."""
    count = len(frame.samples)
    step_s = (frame.end_ns - start_ns) * NS / count
    strap_s = np.asarray(frame.end_ns * NS + np.arange(1 - count, 1) * step_s)
    return Block(frame.kind, strap_s, frame.samples, begins_run)
