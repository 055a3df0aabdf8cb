"""Puts a session together from its parts: one that begins, or one that goes on after the program stopped."""

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from biofeedback import __version__
from biofeedback.channel import Channel, Facts
from biofeedback.clock import Clock
from biofeedback.core.events import Input
from biofeedback.core.exercises import Exercise
from biofeedback.core.pipeline import PIPELINE_VERSION, Pipeline
from biofeedback.core.prior import Prior
from biofeedback.course import Course
from biofeedback.header import Header, utc_text
from biofeedback.history import prior_json, prior_of
from biofeedback.ids import ulid
from biofeedback.session import Recorder, Session
from biofeedback.straps import Strap

__all__ = ["ClockMaker", "begin", "elapsed_s", "go_on", "new_header"]

ClockMaker = Callable[[float], Clock]  # a clock that starts at the given second of the session


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
    recorder: Recorder,
    exercise: Exercise,
    strap: Strap,
    clock: Clock,
    *,
    asked_strap: str = "",
    speed: float = 1.0,
    seed: int | None = None,
) -> Session:
    """Session of a header, ready to run.

    Parameters
    ----------
    asked_strap : str
        The strap as it was asked for, for the pages.
    seed : int or None
        From which the order of a plan is drawn; None: from chance.
    """
    course = Course(exercise)
    facts = Facts(header.session, header.subject, header.simulated, asked_strap or strap.source)
    return Session(
        course,
        strap,
        recorder,
        Pipeline(prior_of(header)),
        Channel(facts, course, time.monotonic_ns),
        clock,
        speed,
        seed,
    )


def go_on(
    header: Header,
    events: Sequence[Input],
    recorder: Recorder,
    exercise: Exercise,
    strap: Strap,
    make_clock: ClockMaker,
    moment: datetime,
    *,
    asked_strap: str = "",
    speed: float = 1.0,
) -> Session:
    """Session that goes on after its last input, at a moment of wall time."""
    last_s = events[-1].t_s if events else 0.0
    clock = make_clock(max(last_s, elapsed_s(header, moment) * speed))
    session = begin(header, recorder, exercise, strap, clock, asked_strap=asked_strap, speed=speed)
    session.restore(events, utc_text(moment))
    return session


def elapsed_s(header: Header, moment: datetime) -> float:
    """Seconds of wall time since a session began."""
    return (moment - datetime.fromisoformat(header.started_utc)).total_seconds()
