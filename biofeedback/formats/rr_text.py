"""Beats as other programs read them: plain RR intervals, or CSV as HRV Logger writes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from biofeedback.core.results import Beat

__all__ = ["hrv_logger_csv", "plain_rr"]


def plain_rr(beats: Sequence[Beat]) -> str:
    """RR intervals in ms as measured, one a line; a comment stands where beats are missing."""
    lines = ["# RR intervals in ms, as measured, uncorrected"]
    if beats:  # a list counts from its own first interval: steps of the session lie so much earlier in it
        lines.append(f"# the first begins {beats[0].t_s - beats[0].rr_ms / 1000:.3f} s after the start of the session")
    for place, beat in enumerate(beats):
        if place and beat.segment != beats[place - 1].segment:
            lines.append("# gap: beats are missing here")
        lines.append(repr(beat.rr_ms))
    return "\n".join(lines) + "\n"


def hrv_logger_csv(beats: Sequence[Beat], started_utc: str | None) -> str:
    """CSV of wall time, RR in ms and time since the start in ms; the wall time is empty where it is not known."""
    started = None if started_utc is None else datetime.fromisoformat(started_utc)
    lines = ["date,rr,since start"]
    for beat in beats:
        date = "" if started is None else (started + timedelta(seconds=beat.t_s)).isoformat(" ", "milliseconds")
        lines.append(f"{date},{beat.rr_ms!r},{beat.t_s * 1000:.3f}")
    return "\n".join(lines) + "\n"
