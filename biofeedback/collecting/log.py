"""The collector's own log: a recording of one run and one session, with a count and a clock of its own."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from biofeedback.clock import Clock
from biofeedback.collecting.tail import Tail
from biofeedback.composition import new_header
from biofeedback.core.events import Origin
from biofeedback.errors import InputError
from biofeedback.header import Header, decode_header
from biofeedback.lines import parse_line
from biofeedback.recorder import FileRecorder
from biofeedback.recording import RecordingWriter
from biofeedback.strap_link import StrapLink
from biofeedback.straps import Connected, Lost, Payload, RrFrame, StrapEvent

__all__ = ["Log", "OldLog", "earlier_logs"]

FIELD = "collector"  # of the header: whose log this is, and the session that it belongs to
HEADER_MAX_BYTES = 1 << 20


class OldLog:
    """The log of an earlier run, as far as it is whole; it is only read."""

    def __init__(self, path: Path, origin: str, session: str | None) -> None:
        self.path = path
        self.origin = origin
        self.session = session
        self.count = 0  # of its frames, once it is measured
        self.kept = 0  # how far the server has it on its disk
        self.tail = Tail(path)
        self.durable: int | None = None  # None: all that is whole

    def measure(self) -> None:
        """Count its frames."""
        whole = Tail(self.path)
        while whole.batch(None):
            self.count = whole.seq


class Log:
    """Appends what a strap gives. One log, one time base: a new start of the program begins another.

    So no number is ever given twice, not even after a power cut that took the log's last lines with it.

    Parameters
    ----------
    folder : Path
        Where the logs lie.
    device : str
        Name of the collector.
    session : str or None
        The server's session that it is admitted to; None: to none yet.
    """

    def __init__(
        self, folder: Path, device: str, session: str | None, clock: Clock, source: str, *, simulated: bool
    ) -> None:
        header = new_header(datetime.now(UTC), subject="", simulated=simulated, exercise="")
        self.origin = f"{device}:{header.session}"
        self.session = session
        header = replace(header, extra={FIELD: {"origin": self.origin, "session": session}})
        self.path = folder / f"{header.session}.jsonl"
        self.count = 0
        self.durable: int | None = 0  # how far it is on this machine's disk
        self.kept = 0  # and on the server's
        self._clock = clock
        self._start_s = clock.now_s()
        self._last_s = 0.0
        self._seq = 0
        self._link = StrapLink(source)
        self._recorder = FileRecorder(partial(RecordingWriter, self.path, header))
        self.tail = Tail(self.path)

    @property
    def saved(self) -> bool:
        """Whether the disk takes what comes."""
        return self._recorder.saved

    def now_s(self) -> float:
        """Seconds on the log's own clock, which never goes back."""
        self._last_s = max(self._last_s, round(self._clock.now_s() - self._start_s, 6))
        return self._last_s

    def take(self, event: StrapEvent) -> None:
        """Stamp, count and write what is to be sent.

        Raises
        ------
        InputError
            If the strap gives no bytes.
        """
        if isinstance(event, RrFrame):
            raise InputError("a list of intervals holds no bytes to send; replay a recording of a strap instead")
        if not isinstance(event, Connected | Lost | Payload):
            return
        t_s = self.now_s()
        self.count += 1
        for make in self._link.inputs(replace(event, origin=Origin(self.origin, self.count, t_s))):
            self._seq += 1
            self._recorder.record(make(self._seq, t_s))

    async def flush(self) -> bool:
        """Whether all that was taken before is on the disk now. A slow disk holds up no stamp: it has a thread."""
        count = self.count
        is_kept = await asyncio.to_thread(self._recorder.sync) if self._recorder.saved else self._recorder.flush()
        if is_kept and self._recorder.saved:
            self.durable = count
        return self.durable == count

    def close(self) -> None:
        """Let go of the file."""
        self._recorder.close()


def earlier_logs(folder: Path, device: str) -> Iterator[OldLog]:
    """Yield the logs of earlier runs of this collector, the newest first."""
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        header = _header(path)
        said = {} if header is None else header.extra.get(FIELD)
        if isinstance(said, dict) and str(said.get("origin")).startswith(f"{device}:"):
            yield OldLog(path, str(said["origin"]), said.get("session"))


def _header(path: Path) -> Header | None:
    """Header of a log; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return decode_header(parse_line(file.readline(HEADER_MAX_BYTES)))
    except (OSError, ValueError):
        return None
