"""Beats placed in time: the strap's own intervals laid on the session's clock, broken where beats are missing.

An RR interval carries no time. Their sum is the strap's own timeline; each arrival says where that timeline lies on the
session's clock, late by latency, by the wait for the next notification and by jitter. The lower envelope of that
lateness over the last notifications places the timeline; a lasting upward step of it is a loss of intervals. Nothing
can come earlier than it happens: a notification far below the envelope is proof that intervals were sent twice or made
up since the last one that fits.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.results import Artifact, BeatSource

__all__ = ["ENVELOPE_NOTIFICATIONS", "SILENCE_S", "PlacedBeat", "Segment", "Timeline"]

# With a beat a second the wait for the next notification drifts like a slow saw-tooth: on two real H10 recordings the
# envelope of 10 notifications wanders by up to .8 s without any loss, that of 30 by .3 s.
ENVELOPE_NOTIFICATIONS = 30
HALF_INTERVAL_MAX_S = 3.0  # half of an interval far longer than any that passes the physiological gate
SILENCE_S = 2.5  # no interval for so long is a gap
# A lasting rise of the envelope is a loss of intervals: (how many notifications it must last, by how much it rises).
# Two beats and more are seen at once, a single one only when the saw-tooth has been waited out.
LOSSES = ((5, 1.3), (30, 0.45))
# Intervals too many: the line falls below the envelope by so much, once that rests on so many notifications.
EXTRA_DROP_S, EXTRA_AFTER = 0.3, 10
LATE_FEW = 3  # so many may come late for the radio's sake: they say nothing of how late the others can be
BACKLOG_SHARE = 0.25  # of the time of its beats: what was held up arrives faster than that, and late only at first
# A strap speaks once a second (straps.md: every 975 ms): a beat waits for no longer than that, nor than for the next.
SPEAKS_EVERY_S = 1.0
# So few lateness differs although the intervals are further than that from a second: it speaks with every beat.
AT_ONCE_S, AT_ONCE_AFTER = 0.1, 3
# The saw-tooth alone stays within one notification's wait, however slow it is; a loss must lift beats out of that.
SAWTOOTH_S = 1.3


@dataclass(slots=True)
class Segment:
    """An unbroken run of beats."""

    number: int
    lateness_s: list[float] = field(default_factory=list)  # arrival minus strap time, one a notification
    envelope_s: list[float] = field(default_factory=list)  # its lower envelope
    strap_s: list[float] = field(default_factory=list)  # end of each beat on the strap's timeline
    rr_ms: list[float] = field(default_factory=list)
    notification: list[int] = field(default_factory=list)  # which notification brought each beat
    beat_ids: list[tuple[int, int]] = field(default_factory=list)
    labels: list[Artifact | None] = field(default_factory=list)  # None until two more beats are there
    least_late_s: float = math.inf
    most_late_s: float = -math.inf
    first_rr_ms: list[float] = field(default_factory=list)  # of each notification
    source: BeatSource = BeatSource.STRAP_RR
    latency_s: float | None = None  # left in the times of its beats; None: that of the strap, if known
    early_s: float = 0.0  # its beats are taken to be so much earlier than the envelope, as no more comes

    @property
    def end_s(self) -> float:
        """Time of its last beat."""
        return self.strap_s[-1] + self.envelope_s[-1] - self.early_s

    def add_lateness(self, lateness_s: float, first_rr_ms: float) -> None:
        """A notification came so much later than its newest beat on the strap's timeline."""
        self.early_s = 0.0
        self.lateness_s.append(lateness_s)
        self.least_late_s = min(self.least_late_s, lateness_s)
        self.most_late_s = max(self.most_late_s, lateness_s)
        self.first_rr_ms.append(first_rr_ms)
        self.envelope_s.append(min(self.lateness_s[-ENVELOPE_NOTIFICATIONS:]))
        if len(self.envelope_s) < ENVELOPE_NOTIFICATIONS:  # the first of a segment share what is known so far
            self.envelope_s[:] = [self.least_late_s] * len(self.envelope_s)
            return
        place = len(self.envelope_s) - 1
        while place and self.envelope_s[place - 1] - self.envelope_s[place] > self.first_rr_ms[place] / 2000.0:
            place -= 1  # a beat would lie next to the last or before it: what was held up lay too late
            self.envelope_s[place] = self.envelope_s[place + 1]

    def settle(self) -> None:
        """No more will come: its beats lie in the middle of where its few notifications let them lie.

        The envelope is the latest of those places, after a single notification up to a second too late.
        """
        if len(self.lateness_s) >= ENVELOPE_NOTIFICATIONS:
            return
        range_s, mean_s = self.most_late_s - self.least_late_s, sum(self.rr_ms) / len(self.rr_ms) / 1000.0
        if len(self.lateness_s) >= AT_ONCE_AFTER and range_s < AT_ONCE_S < abs(mean_s - SPEAKS_EVERY_S):
            return
        self.early_s = max(0.0, min(SPEAKS_EVERY_S, max(self.rr_ms) / 1000.0) - range_s) / 2.0

    def cut(self, notification: int) -> None:
        """Let go of all from a notification on, and of what it said of those before it."""
        first = self.notification.index(notification)
        del self.strap_s[first:], self.rr_ms[first:], self.notification[first:]
        del self.beat_ids[first:], self.labels[first:]
        kept = list(zip(self.lateness_s[:notification], self.first_rr_ms, strict=False))
        self.lateness_s, self.envelope_s, self.first_rr_ms = [], [], []
        self.least_late_s, self.most_late_s = math.inf, -math.inf
        for lateness_s, first_rr_ms in kept:
            self.add_lateness(lateness_s, first_rr_ms)

    def places(self, start_s: float, end_s: float) -> tuple[int, int]:
        """First and last place that can hold a beat whose interval's midpoint lies between two times."""
        first = bisect_left(self.strap_s, start_s - self.most_late_s)
        return first, bisect_left(self.strap_s, end_s - self.least_late_s + self.early_s + HALF_INTERVAL_MAX_S)

    def times_s(self, first: int = 0, last: int | None = None) -> NDArray[np.float64]:
        """R peaks from beat ``first`` up to ``last`` on the session's clock by what is known now."""
        part = slice(first, last)
        late_s = [self.envelope_s[place] for place in self.notification[part]]
        return np.asarray(np.asarray(self.strap_s[part]) + np.asarray(late_s) - self.early_s)


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
        return self.segments[-1].end_s if self.segments else None

    def place(
        self,
        seq: int,
        arrival_s: float,
        rr_ms: tuple[float, ...],
        *,
        first_index: int = 0,
        source: BeatSource = BeatSource.STRAP_RR,
        latency_s: float | None = None,
    ) -> list[PlacedBeat]:
        """Beats of one notification that arrived at ``arrival_s``, oldest first; source and latency are a segment's."""
        if not rr_ms:
            return []
        if self._broken:
            self.segments.append(Segment(len(self.segments), source=source, latency_s=latency_s))
            self._broken = False
        segment = self.segments[-1]
        strap_s = segment.strap_s[-1] if segment.strap_s else 0.0
        ends_s = []
        for rr in rr_ms:
            strap_s += rr / 1000.0
            ends_s.append(strap_s)
        segment.add_lateness(arrival_s - strap_s, rr_ms[0])
        return self._append(segment, (seq, first_index), rr_ms, ends_s)

    def _append(
        self, segment: Segment, first_id: tuple[int, int], rr_ms: tuple[float, ...], ends_s: list[float]
    ) -> list[PlacedBeat]:
        """Store the beats of a notification and say where they lie by what is known now."""
        envelope_s = segment.envelope_s[-1]
        notification = len(segment.lateness_s) - 1
        placed = []
        seq, first_index = first_id
        for index, (rr, end_s) in enumerate(zip(rr_ms, ends_s, strict=True), start=first_index):
            segment.strap_s.append(end_s)
            segment.rr_ms.append(rr)
            segment.notification.append(notification)
            segment.beat_ids.append((seq, index))
            segment.labels.append(None)
            placed.append(PlacedBeat(seq, index, end_s + envelope_s, rr, segment.number))
        return placed

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
            before = segment.envelope_s[-lasting - 1]
            if lateness[-1] - before <= rise_s:
                continue  # as nearly always
            after = lateness[-lasting:]
            if min(after) - before > rise_s and max(after) - before > SAWTOOTH_S:
                return self._split(segment, len(lateness) - lasting)
        return None

    def _split(self, segment: Segment, notification: int) -> PlacedBeat:
        """Move the beats from ``notification`` on to a segment of their own."""
        first = segment.notification.index(notification)
        new = Segment(len(self.segments), source=segment.source, latency_s=segment.latency_s)
        origin_s = segment.strap_s[first - 1]
        for late_s, rr_ms in zip(segment.lateness_s[notification:], segment.first_rr_ms[notification:], strict=True):
            new.add_lateness(late_s + origin_s, rr_ms)
        new.strap_s = [end - origin_s for end in segment.strap_s[first:]]
        new.rr_ms = segment.rr_ms[first:]
        new.notification = [place - notification for place in segment.notification[first:]]
        new.beat_ids = segment.beat_ids[first:]
        new.labels = segment.labels[first:]
        segment.cut(notification)
        self.segments.append(new)
        seq, index = new.beat_ids[0]
        return PlacedBeat(seq, index, new.strap_s[0] + new.envelope_s[0], new.rr_ms[0], new.number)

    def extra(self) -> list[tuple[int, int]]:
        """Cut off what cannot be placed because it holds intervals too many, if the newest notification says so.

        Which of them are too many cannot be told: they lie between the last notification that is too late for the line
        as it is now, and the newest, which is too early for the line as it was. The next begins a new segment.

        Returns
        -------
        list of (int, int)
            Ids of the beats that were cut off; empty where nothing is wrong.
        """
        segment = self.segments[-1]
        lateness = segment.lateness_s
        if len(lateness) <= EXTRA_AFTER:
            return []
        newest_s = lateness[-1]
        before = lateness[-ENVELOPE_NOTIFICATIONS - 1 : -1]
        if min(before) - newest_s <= EXTRA_DROP_S:
            return []  # as nearly always
        recent_ms = segment.rr_ms[-len(before) :]
        # The newest beat of a notification waits for no longer than until the next one.
        range_s = min(SAWTOOTH_S, max(recent_ms) / 1000.0 + EXTRA_DROP_S)
        is_backlog = before[0] - newest_s > BACKLOG_SHARE * sum(recent_ms) / 1000.0
        if is_backlog or sorted(before)[-LATE_FEW] - newest_s <= range_s:
            return []
        fits = max(place for place in range(len(lateness)) if lateness[place] - newest_s > range_s)
        first = segment.notification.index(fits) + segment.notification.count(fits)
        ids = segment.beat_ids[first:]
        segment.cut(fits + 1)
        self.break_segment()
        return ids
