"""Puts a session together from its parts: one that begins, or one that goes on after the program stopped."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from biofeedback import __version__
from biofeedback.channel import Channel, Facts
from biofeedback.clock import Clock
from biofeedback.core.exercises import Exercise
from biofeedback.core.pipeline import PIPELINE_VERSION, Pipeline
from biofeedback.core.prior import Prior
from biofeedback.course import Course
from biofeedback.history import prior_json, prior_of
from biofeedback.ids import ulid
from biofeedback.recorder import FileRecorder
from biofeedback.recording import Header, Recording, RecordingWriter
from biofeedback.session import Session
from biofeedback.straps import Strap

__all__ = ["ClockMaker", "begin", "elapsed_s", "go_on", "new_header", "utc_text"]

ClockMaker = Callable[[float], Clock]  # a clock that starts at the given second of the session


def utc_text(moment: datetime) -> str:
    """Moment as it stands in recordings: to the millisecond, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_header(moment: datetime, *, subject: str, simulated: bool, exercise: str, prior: Prior | None = None) -> Header:
    """Header of a session that begins at a moment of wall time, the only time that it is read."""
    session = ulid(int(moment.timestamp() * 1000), secrets.token_bytes(10))
    return Header(
        session,
        utc_text(moment),
        subject,
        simulated,
        exercise,
        PIPELINE_VERSION,
        software=__version__,
        prior=prior_json(prior),
    )


def begin(
    header: Header,
    open_writer: Callable[[], RecordingWriter],
    exercise: Exercise,
    strap: Strap,
    clock: Clock,
    *,
    asked_strap: str = "",
    speed: float = 1.0,
    durable: bool = True,
    seed: int | None = None,
) -> Session:
    """Session of a header, ready to run.

    Parameters
    ----------
    open_writer : callable
        Gives the recording's writer; called again when it failed.
    asked_strap : str
        The strap as it was asked for, for the pages.
    durable : bool
        Whether the recording must survive a power cut while the session runs.
    seed : int or None
        From which the order of a plan is drawn; None: from chance.
    """
    course = Course(exercise)
    facts = Facts(header.session, header.subject, header.simulated, asked_strap or strap.source)
    return Session(
        course,
        strap,
        FileRecorder(open_writer, durable=durable),
        Pipeline(prior_of(header)),
        Channel(facts, course, time.monotonic_ns),
        clock,
        speed,
        seed,
    )


def go_on(
    recording: Recording,
    exercise: Exercise,
    strap: Strap,
    make_clock: ClockMaker,
    moment: datetime,
    *,
    asked_strap: str = "",
    speed: float = 1.0,
) -> Session:
    """Session that goes on where its recording was cut off, at a moment of wall time."""
    writer = RecordingWriter.resume(recording.path)
    clock = make_clock(max(recording.last_t_s, elapsed_s(recording.header, moment) * speed))
    session = begin(recording.header, lambda: writer, exercise, strap, clock, asked_strap=asked_strap, speed=speed)
    session.restore(recording.events, utc_text(moment))
    return session


def elapsed_s(header: Header, moment: datetime) -> float:
    """Seconds of wall time since a session began."""
    return (moment - datetime.fromisoformat(header.started_utc)).total_seconds()
