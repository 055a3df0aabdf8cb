"""Earlier sessions of the same person: what a new session takes from them, and one that was cut off."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from biofeedback.core.calmer import change_of, is_quiet_session
from biofeedback.core.events import Link, Notification, Step, StrapInfo
from biofeedback.core.noise import NoiseSpectrum, pool_noise
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.prior import Change, Prior, Sitting, learn_day_sd_bpm, learn_sitting
from biofeedback.core.results import CalmerThanBefore
from biofeedback.errors import InputError
from biofeedback.header import Header, decode_header
from biofeedback.ids import is_ulid
from biofeedback.lines import decode_event, parse_line
from biofeedback.recording import Recording, read_recording

__all__ = ["earlier_prior", "heard_in", "prior_json", "prior_of", "unfinished"]

RESUMED_WITHIN_S = 15 * 60.0  # a person is still there; later it is another session

NOISE_SESSIONS = 3  # newest ones: a heart changes with season, age and medicines
HISTORY_SESSIONS = 8  # read at most; a spread from day to day needs more than three days
HEADER_MAX_BYTES = 1 << 20
TURN_LINES = 200  # of a recording, before all else that runs gets its turn
ORIGIN_FIELD = b'"origin":{'

REPLAY = "replay"  # a replayed strap names the source that it replays

_log = logging.getLogger(__name__)


async def earlier_prior(recordings: Path, subject: str, *, simulated: bool) -> Prior | None:
    """What a person's last sessions say about free breathing and the level of the heart; None where nothing is known.

    A session without a pseudonym belongs to nobody, and takes nothing from others like it. Simulated people and real
    ones are kept apart. All else that runs gets its turn after every header and every event: eight sessions take about
    a second.
    """
    if not subject:
        return None
    noises: list[tuple[str, NoiseSpectrum]] = []
    changes: list[Change] = []
    async for lesson in _lessons(recordings, subject, simulated=simulated):
        noises += [] if lesson.noise is None or len(noises) == NOISE_SESSIONS else [(lesson.session, lesson.noise)]
        changes += [] if lesson.change is None else [lesson.change]
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


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What one session teaches the next."""

    session: str
    noise: NoiseSpectrum | None
    change: Change | None


async def _lessons(recordings: Path, subject: str, *, simulated: bool) -> AsyncIterator[_Lesson]:
    """Lessons of a person's last sessions, newest first."""
    left = HISTORY_SESSIONS
    for path in _newest(recordings):
        if left == 0:
            return
        header = _header(path)
        await asyncio.sleep(0)
        if header is not None and header.subject == subject and header.simulated == simulated:
            left -= 1
            lesson = await _learn(path)
            if lesson is not None:
                yield lesson


def _newest(recordings: Path) -> list[Path]:
    """All recordings, the newest first: their names begin with the time."""
    return sorted(recordings.glob("*.jsonl"), reverse=True)


def _header(path: Path) -> Header | None:
    """Header of a recording, read alone; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return decode_header(parse_line(file.readline(HEADER_MAX_BYTES)))
    except (OSError, ValueError):
        return None


async def _learn(path: Path) -> _Lesson | None:
    """What a recorded session learned from its quiet steps; None where it cannot be read."""
    try:
        recording = read_recording(path)
    except InputError as error:
        _log.warning("an earlier recording cannot be used: %s", error)
        return None
    pipeline, session = Pipeline(), recording.header.session
    calmer: CalmerThanBefore | None = None
    for event in recording.events:
        await asyncio.sleep(0)
        calmer = next((result for result in pipeline.feed(event) if isinstance(result, CalmerThanBefore)), calmer)
    is_quiet = is_quiet_session(event.step for event in recording.events if isinstance(event, Step))
    change = None if calmer is None else change_of(session, calmer, is_quiet=is_quiet)
    return _Lesson(session, pipeline.baseline_noise, change)


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


def unfinished(recordings: Path, subject: str, source: str, simulated: bool) -> Recording | None:
    """Newest recording of this person and kind of strap that was cut off less than 15 minutes ago."""
    for recording in _newest_first(recordings):
        if not recording.ended and recording.header.subject == subject and recording.header.simulated == simulated:
            sources = {event.source for event in recording.events if isinstance(event, StrapInfo)}
            if sources <= {source} or source == REPLAY:
                return recording
    return None


def _newest_first(recordings: Path) -> Iterator[Recording]:
    """Whole recordings that were written to in the last 15 minutes; a damaged one is left alone."""
    since_s = time.time() - RESUMED_WITHIN_S
    paths = [path for path in recordings.glob("*.jsonl") if path.stat().st_mtime >= since_s]
    for path in sorted(paths, reverse=True):
        try:
            yield read_recording(path)
        except InputError as error:
            _log.warning("an earlier recording cannot be used: %s", error)


async def heard_in(recordings: Path, session: str, origins: Collection[str]) -> dict[str, int]:
    """Highest number of each origin's own count in a session's recording; 0 where it has none of it."""
    heard = dict.fromkeys(origins, 0)
    if not is_ulid(session):
        return heard
    try:
        with (recordings / f"{session}.jsonl").open("rb") as file:
            for number, line in enumerate(file):
                if number % TURN_LINES == 0:
                    await asyncio.sleep(0)
                if ORIGIN_FIELD in line:
                    _hear(line, heard)
    except OSError:
        _log.info("there is no recording of this session here", extra={"session": session})
    return heard


def _hear(line: bytes, heard: dict[str, int]) -> None:
    """Take in what a line says of an origin's count; a torn one says nothing."""
    with contextlib.suppress(ValueError, KeyError):
        event = decode_event(parse_line(line))
        if isinstance(event, Link | Notification) and event.origin is not None and event.origin.id in heard:
            heard[event.origin.id] = event.origin.seq
