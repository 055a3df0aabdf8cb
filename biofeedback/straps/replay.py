"""A recording or a list of RR intervals, replayed as if it were the strap."""

from collections.abc import Iterator
from pathlib import Path

from biofeedback.clock import Clock
from biofeedback.core.events import Input, Link, LinkState, Notification, Resumed, RrIntervals, Step, StrapInfo
from biofeedback.errors import InputError
from biofeedback.formats.rr_file import RrFile, read_rr_file, rr_events
from biofeedback.recording import Recording, is_recording, read_recording
from biofeedback.straps.strap import Connected, Lost, Payload, RrFrame, Sink, StrapEvent

__all__ = ["ReplayStrap"]

SOURCE = "replay"
Timed = tuple[float, StrapEvent]


class ReplayStrap:
    """Gives what a file holds of its strap, each event as long after the file's beginning as it was; ends with it.

    How fast that goes is up to the clock.

    Parameters
    ----------
    path : Path
        A recording, or a file of RR intervals: each arrives when the file says, or at its end if it does not.

    Raises
    ------
    InputError
        If the file cannot be read, or holds nothing of a strap.
    """

    source = SOURCE

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.warnings: tuple[str, ...] = ()
        if is_recording(self.path):
            recording = read_recording(self.path)
            self.simulated = recording.header.simulated
            self.warnings = recording.warnings
            self._start_s = recording.events[0].t_s if recording.events else 0.0
            self._timed = list(_of_recording(recording))
        else:
            self.simulated = False
            self._timed = list(_of_rr_file(read_rr_file(self.path)))
            self._start_s = self._timed[0][0]
        if not any(isinstance(event, Payload | RrFrame) for _, event in self._timed):
            raise InputError(f"{path}: nothing of a strap is in this recording, so there is nothing to replay.")

    def watch(self, step: Step | None) -> None:
        """Do nothing: what is recorded does not look at the screen."""

    async def run(self, sink: Sink, clock: Clock) -> None:
        """Call ``sink`` with every event in its time; return when there are no more."""
        start_s = clock.now_s() - self._start_s
        for t_s, event in self._timed:
            await clock.sleep_until(start_s + t_s)
            sink(event)


def _of_recording(recording: Recording) -> Iterator[Timed]:
    """Yield the events of every strap in a recording; what was sent without a link line is connected first."""
    info, connected = Connected(SOURCE), False
    for event in recording.events:
        if isinstance(event, StrapInfo):
            info, connected = Connected(SOURCE, event.model, event.firmware, event.latency_s), False
        elif isinstance(event, Link) and event.state is LinkState.LOST:
            connected = False
            yield event.t_s, Lost(event.reason or "lost")
        elif isinstance(event, Resumed) and connected:
            connected = False
            yield event.t_s, Lost(event.reason)
        elif isinstance(event, Link | Notification | RrIntervals):
            if not connected:
                connected = True
                yield event.t_s, info
            yield from _data(event)


def _data(event: Input) -> Iterator[Timed]:
    """Yield what an input holds of the strap's data."""
    if isinstance(event, Notification):
        yield event.t_s, Payload(event.characteristic, event.value)
    elif isinstance(event, RrIntervals):
        yield event.t_s, RrFrame(event.rr_ms)


def _of_rr_file(rr_file: RrFile) -> Iterator[Timed]:
    """Yield one frame for each interval of a file, which begins with the first interval."""
    events = rr_events(rr_file)
    times_s = rr_file.arrival_s or tuple(event.t_s for event in events)
    yield times_s[0] - rr_file.rr_ms[0] / 1000, Connected(SOURCE, model=rr_file.path.name)
    for t_s, event in zip(times_s, events, strict=True):
        yield t_s, RrFrame(event.rr_ms)
