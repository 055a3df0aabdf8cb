"""Which beats count: those of the ECG while it streams well, the strap's own RR intervals otherwise; never both.

Both are heard all the time. An ECG that stalls or cannot be read gives way at once, to the intervals that came in the
meantime; it takes over again when it has been whole for a while. A switch begins a new segment with the first interval
that begins where the last one ended, so no beat counts twice and no difference spans it.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biofeedback.core.alignment import Alignment
from biofeedback.core.beats import Beats
from biofeedback.core.contact import Contact
from biofeedback.core.ecg import RPeak
from biofeedback.core.results import BeatSource, BeatSources, Result
from biofeedback.core.strap_clock import StrapClock
from biofeedback.core.timeline import Timeline

__all__ = ["SOURCE_CHANGES", "Sources"]

SOURCE_CHANGES = frozenset({"ecg_takes_over", "ecg_silent", "ecg_unreadable", "ecg_broken"})  # reasons of gaps
WHOLE_S = 10.0  # of unbroken ECG before it counts
WHOLE_AGAIN_S = 60.0  # the same, where it broke twice within that time
ONE_BREAK_S = 5.0  # what breaks it within that time is one and the same
NO_FRAME_S = 1.5  # the strap's intervals have come for so long since the last frame: with their own wait 2-3 s
NO_BEAT_S = 3.0  # the same, since the last beat of the ECG
KEPT_S = 12.0  # of the strap's intervals: more than pass until an ECG is given up
SEEN = 60  # intervals of the ECG: more than a strap's own can be ahead of them
LOOK_BACK = 60  # intervals: more than an alignment looks at
STRAP_LATE_MAX_S = 4.0  # straps.md


@dataclass(frozen=True, slots=True)
class _Sent:
    """Intervals of one notification, and when they seem to end."""

    seq: int
    t_s: float
    rr_ms: tuple[float, ...]
    ends_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A whole interval of the ECG and the R peak that ends it, in seconds of the strap."""

    strap_s: float
    rr_s: float


class _Wait:
    """For how long the strap's intervals have come since something was last seen."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._since_s: float | None = None

    def see(self) -> None:
        """It was seen."""
        self._since_s = None

    def is_over(self, t_s: float) -> bool:
        """Intervals come at ``t_s``: whether it has been missing for too long."""
        self._since_s = t_s if self._since_s is None else self._since_s
        return t_s - self._since_s >= self._limit_s


class Sources:
    """Decides where beats come from, and hands them on."""

    def __init__(self, beats: Beats, contact: Contact, clock: StrapClock) -> None:
        self._beats, self._contact, self._clock = beats, contact, clock
        self._strap_beats = self._ecg_beats = 0
        self._ended: list[Alignment] = []  # of links before this one
        self._latency_s: float | None = None  # of the strap's intervals, as an ECG has shown
        self._moved_s: float | None = None  # what those of this segment are moved back by
        self._begin()

    def _begin(self) -> None:
        """Begin with the strap's own intervals."""
        self.current = BeatSource.STRAP_RR
        self._alignment = Alignment()
        self._beside: Timeline | None = None  # the strap's intervals as their arrival places them, beside an ECG
        self._sent: deque[_Sent] = deque()  # what the strap sent of late
        self._seen: deque[_Seen] = deque(maxlen=SEEN)  # intervals of the ECG that have not counted
        self._newest = 0, 0.0  # frame of the ECG, and when it came
        self._given = 0, 0  # the notification whose beats counted last, and how many of them
        self._last_strap_s = math.nan  # the newest R peak
        self._whole_from_s: float | None = None  # since when the ECG has been whole, on the strap's clock
        self._from_s = -math.inf  # intervals that begin before it have counted
        self._frames, self._joined = _Wait(NO_FRAME_S), _Wait(NO_BEAT_S)
        self._broke_s = -math.inf
        self._whole_s = WHOLE_S

    def restart(self) -> None:
        """The link was lost: nothing joins what came before."""
        self._ended.append(self._alignment)
        self._begin()

    def catch_up(self, rest: Sequence[RPeak]) -> list[Result]:
        """Nothing more comes for now: what came and lies beyond the last beat that counts, where that is the ECG's.

        An R peak counts half a second after it, and waits for its frame before; ``rest`` are those that cannot wait
        any longer. The strap's own intervals may reach further still.
        """
        last_s = self._beats.last_beat_s
        if self.current is BeatSource.STRAP_RR or last_s is None:
            return self.settle()
        before_s = np.asarray([self._last_strap_s, *(peak.strap_s for peak in rest)])
        results = self._give_ecg(
            *self._newest, [_Seen(*seen) for seen in zip(before_s[1:], np.diff(before_s), strict=True)]
        )
        if self._latency_s is not None:  # else nothing tells which of them have counted
            self._from_s = self._beats.last_beat_s or last_s
            self._beats.part("ecg_silent")
            for sent in self._sent:
                results += self._give_intervals(sent, sent.ends_s[-1])
            results += self._beats.decide_gap()
        self._from_s = self._beats.last_beat_s or last_s
        return results

    def settle(self) -> list[Result]:
        """No more of the strap's own intervals for now; those of a list came without times, and lie as they do."""
        return self._beats.settle() if self._strap_beats and self.current is BeatSource.STRAP_RR else []

    def forget_latency(self) -> None:
        """Another strap has a latency of its own."""
        self._latency_s = None

    def compare(self) -> BeatSources | None:
        """What both saw of the same heart; None where there was no ECG."""
        if not self._ecg_beats:
            return None
        parts = [alignment.differences() for alignment in (*self._ended, self._alignment)]
        known = [alignment for alignment in (*self._ended, self._alignment) if alignment.latency_s is not None]
        return BeatSources(
            self._strap_beats, self._ecg_beats,
            tuple(at_s for part in parts for at_s in part.missing_s),
            tuple(at_s for part in parts for at_s in part.made_up_s),
            known[-1].latency_s if known else None, known[-1].latency_sd_s if known else None,
        )  # fmt: skip

    # The strap's intervals

    def hear_intervals(self, seq: int, t_s: float, rr_ms: tuple[float, ...]) -> list[Result]:
        """Intervals of one notification of the strap."""
        if not rr_ms:
            return []
        self._strap_beats += len(rr_ms)
        sent = _Sent(seq, t_s, rr_ms, self._lay_beside(t_s, rr_ms))
        if sent.ends_s:
            self._sent.append(sent)
        while self._sent and self._sent[0].t_s < t_s - KEPT_S:
            self._sent.popleft()
        return self._give_intervals(sent, t_s) if self.current is BeatSource.STRAP_RR else self._wait(t_s)

    def _lay_beside(self, t_s: float, rr_ms: tuple[float, ...]) -> tuple[float, ...]:
        """When intervals end as their arrival places them; learns how late that is."""
        if self._beside is None:
            return ()
        if self._beside.is_broken:
            self._alignment.break_strap()
        ends_s = tuple(beat.t_s for beat in self._beside.place(0, t_s, rr_ms))
        self._alignment.add_intervals(rr_ms)
        if self._beside.loss() is not None:
            self._alignment.break_strap(len(self._beside.segments[-1].rr_ms))
        if not self._beside.extra() and self._alignment.is_due:
            segment = self._beside.segments[-1]
            if self._alignment.look(segment.times_s(max(0, len(segment.rr_ms) - LOOK_BACK))):
                self._latency_s = self._contact.latency_s = self._alignment.latency_s
        return ends_s

    def _wait(self, t_s: float) -> list[Result]:
        """The ECG counts, unless it has been waited for too long."""
        self._beats.hear(t_s)
        is_silent, is_unreadable = self._frames.is_over(t_s), self._joined.is_over(t_s)
        if is_silent or is_unreadable:
            self._see_break(t_s)
            return self._fall_back("ecg_silent" if is_silent else "ecg_unreadable")
        return []

    def _give_intervals(self, sent: _Sent, arrival_s: float) -> list[Result]:
        """The strap's intervals count, from the first that begins after what has counted."""
        if self._beats.is_broken:
            self._moved_s = self._latency_s
        back_s = self._moved_s or 0.0
        first = 0
        if self._from_s > -math.inf:
            mid_s = (end_s - back_s - rr / 2000.0 for end_s, rr in zip(sent.ends_s, sent.rr_ms, strict=True))
            first = next((k for k, at_s in enumerate(mid_s) if at_s >= self._from_s), -1)
            if first < 0:
                return []
            self._from_s = -math.inf
        return self._beats.take(
            sent.seq, arrival_s - back_s, sent.rr_ms[first:], first_index=first,
            heard_s=sent.t_s, latency_s=None if self._moved_s is None else 0.0,
        )  # fmt: skip

    def _fall_back(self, reason: str) -> list[Result]:
        """The strap's intervals count again, those first that came in the meantime."""
        last_s = self._beats.last_beat_s
        assert last_s is not None  # the ECG has counted until now
        self.current = BeatSource.STRAP_RR
        self._seen.clear()
        self._whole_from_s = None
        self._from_s = last_s if self._latency_s is not None else last_s + STRAP_LATE_MAX_S
        self._beats.part(reason)
        results: list[Result] = []
        for sent in self._sent:
            results += self._give_intervals(sent, sent.t_s)
        return results + (self._beats.open_gap(reason) if self._beats.is_broken else self._beats.decide_gap())

    # The ECG

    def hear_ecg(self, seq: int, t_s: float, peaks: Sequence[RPeak]) -> list[Result]:
        """A frame of the ECG, and the R peaks that it makes final."""
        self._newest = seq, t_s
        self._frames.see()
        if self._beside is None:
            self._beside = Timeline()
        results: list[Result] = []
        for peak in peaks:
            self._ecg_beats += 1
            if not peak.joins:
                results += self._give_seen(seq, t_s) + self._break(t_s)
                self._whole_from_s = peak.strap_s
            self._see(peak)
        results += self._take_over()
        return results + self._give_seen(seq, t_s) + self._beats.decide_gap()

    def _see(self, peak: RPeak) -> None:
        """An R peak, and the interval that it ends where that is whole."""
        rr_s = peak.strap_s - self._last_strap_s if peak.joins else math.nan
        self._last_strap_s = peak.strap_s
        peak_s = float(self._clock.session_s(np.asarray(peak.strap_s)))
        self._alignment.add_peak(peak.strap_s, peak_s, rr_s * self._clock.rate * 1000.0)
        if peak.joins:
            self._seen.append(_Seen(peak.strap_s, rr_s))

    def _see_break(self, t_s: float) -> bool:
        """The ECG breaks; whether it did so not long ago, after which it has to show for longer that it is whole."""
        since_s = t_s - self._broke_s
        if since_s < ONE_BREAK_S:
            return False
        is_again = since_s < WHOLE_AGAIN_S
        self._broke_s = t_s
        self._whole_s = WHOLE_AGAIN_S if is_again else WHOLE_S
        return is_again

    def _break(self, t_s: float) -> list[Result]:
        """The next R peak joins none: one break is borne, of two the strap's own intervals spare us the second."""
        self._seen.clear()
        if self.current is BeatSource.STRAP_RR:
            return []
        return self._fall_back("ecg_broken") if self._see_break(t_s) else self._beats.open_gap("ecg_broken")

    def _take_over(self) -> list[Result]:
        """The ECG counts once it has been whole for long enough, and the strap's clock is known."""
        is_whole = self._whole_from_s is not None and self._last_strap_s - self._whole_from_s >= self._whole_s
        if self.current is BeatSource.ECG or not is_whole or not self._clock.is_known:
            return []
        results = self.settle()
        last_s = self._beats.last_beat_s
        self.current = BeatSource.ECG
        self._from_s = -math.inf if last_s is None else last_s
        self._joined.see()
        self._beats.part("ecg_takes_over")
        return results

    def _give_seen(self, seq: int, t_s: float) -> list[Result]:
        """Intervals of the ECG count, from the first that begins after what has counted."""
        seen = list(self._seen) if self.current is BeatSource.ECG else []
        if seen:
            self._seen.clear()
        return self._give_ecg(seq, t_s, seen)

    def _give_ecg(self, seq: int, t_s: float, seen: list[_Seen]) -> list[Result]:
        """Those of them count that begin after what has counted."""
        ends_s = self._clock.session_s(np.asarray([one.strap_s for one in seen]))
        rr_s = np.asarray([one.rr_s for one in seen]) * self._clock.rate
        new = ends_s - rr_s / 2.0 >= self._from_s
        if not new.any():
            return []
        self._from_s = -math.inf
        self._joined.see()
        self._contact.is_connected = True
        self._contact.see_intervals()
        first = self._given[1] if self._given[0] == seq else 0
        self._given = seq, first + int(new.sum())
        return self._beats.take(
            seq, float(ends_s[-1]), tuple((rr_s[new] * 1000.0).tolist()), first_index=first,
            heard_s=t_s, source=BeatSource.ECG, latency_s=0.0,
        )  # fmt: skip
