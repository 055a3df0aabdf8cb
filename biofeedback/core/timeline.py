"""Beats placed in time: the strap's own intervals laid on the session's clock, broken where beats are missing.

An RR interval carries no time. Their sum is the strap's own timeline; each arrival says where that timeline lies on the
session's clock, late by latency, by the wait for the next notification and by jitter. The lower envelope of that
lateness over the last notifications places the timeline; a lasting upward step of it is a loss of intervals.
"""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.results import Artifact

__all__ = ["ENVELOPE_NOTIFICATIONS", "SILENCE_S", "PlacedBeat", "Segment", "Timeline"]

# With a beat a second the wait for the next notification drifts like a slow saw-tooth: on two real H10 recordings the
# envelope of 10 notifications wanders by up to .8 s without any loss, that of 30 by .3 s.
ENVELOPE_NOTIFICATIONS = 30
WANDER_S = 3.0  # more than the envelope wanders within a session
SILENCE_S = 2.5  # no interval for so long is a gap
# A lasting rise of the envelope is a loss of intervals: (how many notifications it must last, by how much it rises).
# Two beats and more are seen at once, a single one only when the saw-tooth has been waited out.
LOSSES = ((5, 1.3), (30, 0.45))


@dataclass(slots=True)
class Segment:
    """An unbroken run of beats."""

    number: int
    lateness_s: list[float] = field(default_factory=list)  # arrival minus strap time, one a notification
    strap_s: list[float] = field(default_factory=list)  # end of each beat on the strap's timeline
    rr_ms: list[float] = field(default_factory=list)
    notification: list[int] = field(default_factory=list)  # which notification brought each beat
    beat_ids: list[tuple[int, int]] = field(default_factory=list)
    labels: list[Artifact | None] = field(default_factory=list)  # None until two more beats are there

    def first_after(self, t_s: float) -> int:
        """Place of the first beat that can lie after ``t_s``, never too late: the envelope only wanders so far."""
        return bisect_left(self.strap_s, t_s - max(self.lateness_s[-ENVELOPE_NOTIFICATIONS:]) - WANDER_S)

    def times_s(self, first: int = 0) -> NDArray[np.float64]:
        """R peaks on the session's clock by what is known now, from beat ``first`` on, shape (n_beats - first,)."""
        if first >= len(self.strap_s):
            return np.empty(0)
        start = self.notification[first]
        lead = max(0, start - ENVELOPE_NOTIFICATIONS + 1)
        lateness = np.asarray(self.lateness_s[lead:])
        envelope = self._envelope(lateness, lead)
        places = np.asarray(self.notification[first:]) - lead
        return np.asarray(np.asarray(self.strap_s[first:]) + envelope[places])

    @staticmethod
    def _envelope(lateness_s: NDArray[np.float64], lead: int) -> NDArray[np.float64]:
        """Lower envelope over the last notifications; the first of a segment take that of the first whole window."""
        padded = np.concatenate((np.full(ENVELOPE_NOTIFICATIONS - 1, np.inf), lateness_s))
        envelope = np.lib.stride_tricks.sliding_window_view(padded, ENVELOPE_NOTIFICATIONS).min(axis=1)
        if lead == 0:
            envelope[: ENVELOPE_NOTIFICATIONS - 1] = lateness_s[:ENVELOPE_NOTIFICATIONS].min()
        return np.asarray(envelope)


@dataclass(frozen=True, slots=True)
class PlacedBeat:
    """A beat as placed when it arrived."""

    seq: int
    index: int
    t_s: float
    rr_ms: float
    segment: int


class Timeline:
    """Lays the intervals of each notification on the session's clock."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self._broken = True
        self._recent: deque[float] = deque(maxlen=ENVELOPE_NOTIFICATIONS)

    def break_segment(self) -> None:
        """Begin anew with the next interval: what came before is not joined to what comes."""
        self._broken = True

    @property
    def is_broken(self) -> bool:
        """Whether the next interval begins a new segment."""
        return self._broken

    @property
    def last_beat_s(self) -> float | None:
        """Time of the newest beat, None before the first."""
        if not self.segments:
            return None
        return self.segments[-1].strap_s[-1] + min(self._recent)

    def place(self, seq: int, arrival_s: float, rr_ms: tuple[float, ...]) -> list[PlacedBeat]:
        """Beats of one notification that arrived at ``arrival_s``, oldest first."""
        if not rr_ms:
            return []
        if self._broken:
            self.segments.append(Segment(len(self.segments)))
            self._recent.clear()
            self._broken = False
        segment = self.segments[-1]
        strap_s = segment.strap_s[-1] if segment.strap_s else 0.0
        ends_s = []
        for rr in rr_ms:
            strap_s += rr / 1000.0
            ends_s.append(strap_s)
        self._take_lateness(segment, arrival_s - strap_s)
        return self._append(segment, seq, rr_ms, ends_s)

    def _append(self, segment: Segment, seq: int, rr_ms: tuple[float, ...], ends_s: list[float]) -> list[PlacedBeat]:
        """Store the beats of a notification and say where they lie by what is known now."""
        envelope_s = min(self._recent)
        notification = len(segment.lateness_s) - 1
        placed = []
        for index, (rr, end_s) in enumerate(zip(rr_ms, ends_s, strict=True)):
            segment.strap_s.append(end_s)
            segment.rr_ms.append(rr)
            segment.notification.append(notification)
            segment.beat_ids.append((seq, index))
            segment.labels.append(None)
            placed.append(PlacedBeat(seq, index, end_s + envelope_s, rr, segment.number))
        return placed

    def _take_lateness(self, segment: Segment, lateness_s: float) -> None:
        """Remember how late a notification was."""
        self._recent.append(lateness_s)
        segment.lateness_s.append(lateness_s)

    def loss(self) -> PlacedBeat | None:
        """Split the segment where intervals were lost, if the envelope says so.

        Returns
        -------
        PlacedBeat or None
            The first beat after the loss, in its new segment.
        """
        segment = self.segments[-1]
        lateness = segment.lateness_s
        for lasting, rise_s in LOSSES:
            if len(lateness) < lasting + ENVELOPE_NOTIFICATIONS:
                continue
            before = min(lateness[-lasting - ENVELOPE_NOTIFICATIONS : -lasting])
            if min(lateness[-lasting:]) - before > rise_s:
                return self._split(segment, len(lateness) - lasting)
        return None

    def _split(self, segment: Segment, notification: int) -> PlacedBeat:
        """Move the beats from ``notification`` on to a segment of their own."""
        first = segment.notification.index(notification)
        new = Segment(len(self.segments))
        origin_s = segment.strap_s[first - 1]
        new.lateness_s = [late + origin_s for late in segment.lateness_s[notification:]]
        new.strap_s = [end - origin_s for end in segment.strap_s[first:]]
        new.rr_ms = segment.rr_ms[first:]
        new.notification = [place - notification for place in segment.notification[first:]]
        new.beat_ids = segment.beat_ids[first:]
        new.labels = segment.labels[first:]
        del segment.lateness_s[notification:], segment.strap_s[first:], segment.rr_ms[first:]
        del segment.notification[first:], segment.beat_ids[first:], segment.labels[first:]
        self.segments.append(new)
        self._recent.clear()
        self._recent.extend(new.lateness_s)
        seq, index = new.beat_ids[0]
        return PlacedBeat(seq, index, new.strap_s[0] + min(self._recent), new.rr_ms[0], new.number)
