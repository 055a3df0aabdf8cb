"""Earlier sessions of the same person: what each teaches, and what a new session takes from them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from biofeedback.core.calmer import change_of, is_quiet_session
from biofeedback.core.events import Input, Step
from biofeedback.core.noise import NoiseSpectrum, pool_noise
from biofeedback.core.pipeline import PIPELINE_VERSION, Pipeline
from biofeedback.core.prior import Change, Prior, Sitting, learn_day_sd_bpm, learn_sitting
from biofeedback.core.results import CalmerThanBefore
from biofeedback.errors import InputError
from biofeedback.header import Header

__all__ = ["HISTORY_SESSIONS", "Lesson", "learn", "prior_from", "prior_json", "prior_of"]

NOISE_SESSIONS = 3  # newest ones: a heart changes with season, age and medicines
HISTORY_SESSIONS = 8  # taken at most; a spread from day to day needs more than three days


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one session teaches the next. ``pipeline`` is the version that learned it."""

    session: str
    pipeline: int
    noise: NoiseSpectrum | None
    change: Change | None


def prior_from(lessons: Sequence[Lesson]) -> Prior | None:
    """What a person's last sessions, newest first, say about free breathing and the level of the heart.

    None where nothing is known. Only the newest three say how the heart wanders when it is left alone.
    """
    noises = [(lesson.session, lesson.noise) for lesson in lessons if lesson.noise is not None][:NOISE_SESSIONS]
    changes = [lesson.change for lesson in lessons if lesson.change is not None]
    if not noises and not changes:
        return None
    noise = pool_noise([noise for _, noise in noises]) if noises else None
    day_sd_bpm = learn_day_sd_bpm(changes)
    return Prior(
        noise,
        tuple(session for session, _ in noises),
        day_sd_bpm if changes else None,
        tuple(change.session for change in changes),
        learn_sitting(changes, day_sd_bpm),
    )


async def learn(session: str, events: Sequence[Input]) -> Lesson:
    """What the inputs of a session teach. All else that runs gets its turn after every one: it takes .1 s."""
    pipeline = Pipeline(is_watched=False)
    calmer: CalmerThanBefore | None = None
    for event in events:
        await asyncio.sleep(0)
        calmer = next((result for result in pipeline.feed(event) if isinstance(result, CalmerThanBefore)), calmer)
    is_quiet = is_quiet_session(event.step for event in events if isinstance(event, Step))
    change = None if calmer is None else change_of(session, calmer, is_quiet=is_quiet)
    return Lesson(session, PIPELINE_VERSION, pipeline.baseline_noise, change)


def prior_json(prior: Prior | None) -> dict[str, Any] | None:
    """Prior as it stands in a recording's header."""
    if prior is None:
        return None
    noise, sitting = prior.exhale_noise, prior.sitting
    spectrum = None if noise is None else {"sessions": prior.sessions} | msgspec.to_builtins(noise)
    return {
        "exhale_noise": spectrum,
        "heart_rate_sd_bpm": prior.heart_rate_sd_bpm,
        "heart_rate_sd_sessions": prior.heart_rate_sd_sessions,
        "sitting": None if sitting is None else msgspec.to_builtins(sitting),
    }


def prior_of(header: Header) -> Prior | None:
    """Prior that a session began with; what earlier programs did not write is not known.

    Raises
    ------
    InputError
        If the header's is damaged.
    """
    if header.prior is None:
        return None
    noise, sitting = header.prior.get("exhale_noise"), header.prior.get("sitting")
    try:
        return Prior(
            None if noise is None else msgspec.convert(noise, NoiseSpectrum),
            () if noise is None else msgspec.convert(noise.get("sessions", ()), tuple[str, ...]),
            msgspec.convert(header.prior.get("heart_rate_sd_bpm"), float | None),
            msgspec.convert(header.prior.get("heart_rate_sd_sessions", ()), tuple[str, ...]),
            None if sitting is None else msgspec.convert(sitting, Sitting),
        )
    except msgspec.ValidationError as error:
        raise InputError(f"the prior in the header of session {header.session} is damaged ({error})") from error
