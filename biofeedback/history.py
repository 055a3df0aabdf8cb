"""Earlier sessions of the same person: what a new session takes from them, and one that was cut off."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from biofeedback.core.events import StrapInfo
from biofeedback.core.noise import NoiseSpectrum
from biofeedback.core.prior import Prior
from biofeedback.errors import InputError
from biofeedback.recording import Header, Recording, read_recording

__all__ = ["earlier_prior", "prior_json", "prior_of", "unfinished"]

RESUMED_WITHIN_S = 15 * 60.0  # a person is still there; later it is another session

REPLAY = "replay"  # a replayed strap names the source that it replays

_log = logging.getLogger(__name__)


def earlier_prior(recordings: Path, subject: str) -> Prior | None:
    """What a person's earlier sessions say about free breathing; None as long as nothing is learned from them."""
    del recordings, subject
    return None


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
