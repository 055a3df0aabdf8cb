"""A file on its way into the pipeline: a recording as it is, or a plain RR file with the steps it was given."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from biofeedback.beginning import beginning_of
from biofeedback.core.edits import Edits, standing
from biofeedback.core.events import End, Input, Step, StepKind
from biofeedback.core.origin_time import on_origin_time
from biofeedback.core.prior import Prior
from biofeedback.edit_log import EditLog, Entry, edits_beside, is_path_of_edits
from biofeedback.errors import InputError
from biofeedback.formats.rr_file import RrFile, read_rr_file, rr_events
from biofeedback.history import prior_of
from biofeedback.recording import VERSION, Recording, is_recording, parse_recording, read_recording
from biofeedback.report.steps import StepSpan

__all__ = ["Facts", "Source", "read_source", "rr_inputs"]

_HEADER_FIELDS = ("session", "started_utc", "subject", "simulated", "pipeline", "software", "prior")


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the numbers come from. A plain RR file has no header, so most of it is None there.

    ``exercise`` is the one that was done; ``begun_utc`` is when its first step began, ``started_utc`` the recording.
    """

    file: str
    sha256: str
    format: str
    version: int | None = None
    session: str | None = None
    started_utc: str | None = None
    begun_utc: str | None = None
    subject: str | None = None
    simulated: bool | None = None
    exercise: str | None = None
    pipeline: int | None = None
    software: str | None = None
    prior: dict[str, Any] | None = None
    unit: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def at_utc(self) -> str | None:
        """The moment that a session is called by."""
        return self.begun_utc or self.started_utc


@dataclass(frozen=True, slots=True)
class Source:
    """Inputs of one file, in their order, what is known about it, and what its session took from earlier ones.

    ``log``: edits of its beats, oldest first.
    """

    facts: Facts
    events: tuple[Input, ...]
    prior: Prior | None = None
    log: tuple[Entry, ...] = ()

    @property
    def edits(self) -> Edits:
        """What stands of the log."""
        return standing(self.log)


def read_source(
    path: str,
    *,
    repair: bool = False,
    unit: str | None = None,
    spans: tuple[StepSpan, ...] = (),
    origin_time: bool = False,
    content: bytes | None = None,
    log: Sequence[Entry] = (),
) -> Source:
    """Inputs of a file, and the edits that lie beside a recording (FILE.edits.jsonl).

    Parameters
    ----------
    path : str
        A recording or a plain RR file.
    repair : bool
        Keep all that is whole of a damaged recording.
    unit, spans
        Unit and steps of a plain RR file; a recording has its own.
    content : bytes or None
        The recording itself, where the path is only its name.
    log : sequence of Edit or Undo
        Its edits, where the path is only a name.
    origin_time : bool
        Lay what came from elsewhere on the time at which it was seen there; a warning says so.

    Raises
    ------
    InputError
        If the file cannot be read, or the options do not go with it.
    """
    if content is None and not _is_recording(path):
        if origin_time:
            raise InputError(f"{path}: a list of intervals knows no other time; leave out --origin-time")
        return _intervals(path, unit, spans)
    if content is None and is_path_of_edits(Path(path)):
        raise InputError(f"{path}: these are edits of a recording; analyse that one, and they are taken in")
    if unit is not None or spans:
        raise InputError(
            f"{path}: a recording has its own unit and steps; leave out --unit, --baseline, --breathe and --recovery"
        )
    recording = read_recording(path, repair=repair) if content is None else parse_recording(content, Path(path))
    sha256 = _sha256(path) if content is None else hashlib.sha256(content).hexdigest()
    edited = edits_beside(Path(path), sha256) if content is None else EditLog(tuple(log))
    source = _source(recording, sha256, edited, origin_time)
    return replace(source, facts=replace(source.facts, file=path))


def _is_recording(path: str) -> bool:
    """Whether a file is a recording; a pipe is refused before anything of it is read."""
    if Path(path).is_fifo() or Path(path).is_socket():
        raise InputError(
            f"{path}: a pipe can be read once, and a file is read for its kind and its hash as well; save it"
        )
    return is_recording(path)


def _source(recording: Recording, sha256: str, edited: EditLog, origin_time: bool) -> Source:
    """Inputs of a recording."""
    events, laid = _laid(recording) if origin_time else (recording.events, ())
    beginning = beginning_of(recording.header, recording.events)
    facts = Facts(
        file=str(recording.path),
        sha256=sha256,
        format="biofeedback-recording",
        version=VERSION,
        begun_utc=beginning.begun_utc,
        exercise=beginning.exercise,
        warnings=(*recording.warnings, *edited.warnings, *laid),
        **{name: getattr(recording.header, name) for name in _HEADER_FIELDS},
    )
    return Source(facts, events, prior_of(recording.header), edited.entries)


def _intervals(path: str, unit: str | None, spans: tuple[StepSpan, ...]) -> Source:
    """Inputs of a plain RR file."""
    rr_file = read_rr_file(path, unit)
    return Source(Facts(path, _sha256(path), "rr", unit=rr_file.unit), rr_inputs(rr_file, spans))


def _laid(recording: Recording) -> tuple[tuple[Input, ...], tuple[str, ...]]:
    """Inputs on the time of their origin, and what is to be said with any result of them."""
    laid = on_origin_time(recording.events)
    if laid is None:
        raise InputError(
            f"{recording.path}: its strap was on this machine, or its clock elsewhere was never read; "
            "leave out --origin-time"
        )
    label = (
        "a separate result, on the time at which the strap's data was seen elsewhere (--origin-time), to within "
        f"{laid.error_s:.3f} s; the session itself saw it when it arrived"
    )
    unread = f"{laid.unread} inputs of a clock that was never read stand where they arrived"
    return laid.events, (label, unread) if laid.unread else (label,)


def rr_inputs(rr_file: RrFile, spans: tuple[StepSpan, ...]) -> tuple[Input, ...]:
    """Inputs of a plain RR file: its intervals among the steps it was given, or in one step ``rest``.

    Raises
    ------
    InputError
        If a step begins after the last interval.
    """
    if not spans:
        listed = rr_events(rr_file, first_seq=2)
        end = End(len(listed) + 2, listed[-1].t_s, "file_ended")
        return (Step(1, 0.0, StepKind.REST), *listed, end)
    intervals = rr_events(rr_file)
    end_s = intervals[-1].t_s
    for span in spans:
        if span.start_s >= end_s:
            raise InputError(
                f"{rr_file.path}: --{span.step} begins at {span.start_s:g} s, "
                f"but the last beat is at {end_s:.1f} s; give seconds within the file"
            )
    steps = [Step(0, span.start_s, span.step, span.end_s - span.start_s, span.pattern) for span in spans]
    # At the same time the step comes first: an interval's time is its end.
    inputs: list[Input] = sorted([*steps, *intervals], key=lambda event: event.t_s)
    inputs.append(End(0, end_s, "file_ended"))
    return tuple(replace(event, seq=seq) for seq, event in enumerate(inputs, start=1))


def _sha256(path: str) -> str:
    """Hash of the file's bytes."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
