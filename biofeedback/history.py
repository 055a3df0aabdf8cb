"""Earlier sessions of the same person: what a new session takes from them, and one that was cut off."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from biofeedback.core.events import StrapInfo
from biofeedback.core.noise import NoiseSpectrum, pool_noise
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.prior import Prior
from biofeedback.errors import InputError
from biofeedback.header import Header, decode_header
from biofeedback.lines import parse_line
from biofeedback.recording import Recording, read_recording

__all__ = ["earlier_prior", "prior_json", "prior_of", "unfinished"]

RESUMED_WITHIN_S = 15 * 60.0  # a person is still there; later it is another session

PRIOR_SESSIONS = 3  # newest ones: a heart changes with season, age and medicines
HEADER_MAX_BYTES = 1 << 20

REPLAY = "replay"  # a replayed strap names the source that it replays

_log = logging.getLogger(__name__)


def earlier_prior(recordings: Path, subject: str, *, simulated: bool) -> Prior | None:
    """What a person's last sessions say about free breathing; None where nothing is known.

    A session without a pseudonym belongs to nobody, and takes nothing from others like it. Simulated people and real
    ones are kept apart.
    """
    if not subject:
        return None
    learned: list[tuple[str, NoiseSpectrum]] = []
    for path in sorted(recordings.glob("*.jsonl"), reverse=True):
        if len(learned) == PRIOR_SESSIONS:
            break
        header = _header(path)
        if header is not None and header.subject == subject and header.simulated == simulated:
            noise = _learned_noise(path)
            learned += [] if noise is None else [(header.session, noise)]
    if not learned:
        return None
    return Prior(pool_noise([noise for _, noise in learned]), tuple(session for session, _ in learned))


def _header(path: Path) -> Header | None:
    """Header of a recording, read alone; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return decode_header(parse_line(file.readline(HEADER_MAX_BYTES)))
    except (OSError, ValueError):
        return None


def _learned_noise(path: Path) -> NoiseSpectrum | None:
    """Noise that a recorded session learned from its own baseline."""
    try:
        recording = read_recording(path)
    except InputError as error:
        _log.warning("%s", error)
        return None
    pipeline = Pipeline()
    for event in recording.events:
        pipeline.feed(event)
    return pipeline.baseline_noise


def prior_json(prior: Prior | None) -> dict[str, Any] | None:
    """Prior as it stands in a recording's header."""
    if prior is None:
        return None
    noise = prior.exhale_noise
    spectrum = None if noise is None else {"sessions": prior.sessions} | msgspec.to_builtins(noise)
    return {"exhale_noise": spectrum, "heart_rate_sd_bpm": prior.heart_rate_sd_bpm}


def prior_of(header: Header) -> Prior | None:
    """Prior that a session began with.

    Raises
    ------
    InputError
        If the header's is damaged.
    """
    if header.prior is None:
        return None
    noise = header.prior.get("exhale_noise")
    try:
        return Prior(
            None if noise is None else msgspec.convert(noise, NoiseSpectrum),
            () if noise is None else msgspec.convert(noise.get("sessions", ()), tuple[str, ...]),
            msgspec.convert(header.prior.get("heart_rate_sd_bpm"), float | None),
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
            _log.warning("%s", error)
