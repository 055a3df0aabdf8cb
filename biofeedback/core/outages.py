"""Beats that are missing because the server or the way to it was away: no fault of a strap or of who wears it.

``web/outages.js`` is the same for the pages; one fixture tests both.
"""

from collections.abc import Iterable

from biofeedback.core.results import Gap

__all__ = ["OUTAGES", "was_outage"]

OUTAGES = frozenset({"restart", "browser_away", "remote_away"})  # reasons of gaps
SHORTEST_S = 12.0  # a fifth of the minute that the signal is judged by


def was_outage(gaps: Iterable[Gap]) -> bool:
    """Whether outages, and no strap, are why beats are missing: they took some time, and the greater part of it."""
    gone_s = other_s = 0.0
    for gap in gaps:
        length_s = 0.0 if gap.end_s is None else gap.end_s - gap.start_s
        if gap.reason in OUTAGES:
            gone_s += length_s
        else:
            other_s += length_s
    return gone_s >= SHORTEST_S and gone_s > other_s
