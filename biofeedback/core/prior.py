"""What a session takes from earlier ones: an input, kept in the recording's header."""

from dataclasses import dataclass

from biofeedback.core.noise import NoiseSpectrum

__all__ = ["HEART_RATE_SD_BPM", "Prior"]

HEART_RATE_SD_BPM = 2.0  # from day to day within a person, of recovery minus baseline; science.md 0


@dataclass(frozen=True, slots=True)
class Prior:
    """A person's own noise of free breathing and day-to-day spread, with the sessions they were learned from."""

    exhale_noise: NoiseSpectrum | None = None
    sessions: tuple[str, ...] = ()
    heart_rate_sd_bpm: float | None = None
