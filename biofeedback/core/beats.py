"""All beats of a session so far: placed, labelled, and the gaps between them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.artifacts import corrected_beats, final_labels, strap_faults
from biofeedback.core.edits import BeatId, Edits
from biofeedback.core.provisional import LABEL_DELAY_BEATS, ProvisionalLabels
from biofeedback.core.results import Artifact, Beat, BeatLabel, BeatSource, Gap, Result
from biofeedback.core.timeline import ENVELOPE_NOTIFICATIONS, Segment, Timeline

__all__ = ["SILENCE", "Beats", "Run"]

SILENCE = "silence"  # reason of a gap in which nothing came, and nothing says why
RATE_BEATS = 8  # what a heart rate on the screen is averaged over
EDGE_S = 0.1  # the end of a gap is told again when it is found to be so much earlier
LABEL_CONTEXT_S = 45.0  # beats before and after a step that its final labels lean on


@dataclass(frozen=True, slots=True)
class Run:
    """Beats of one segment within a window of time, arrays of shape (n_beats,)."""

    segment: int
    first: int
    times_s: NDArray[np.float64]
    rr_ms: NDArray[np.float64]
    is_normal: NDArray[np.bool_]
    labels: tuple[Artifact | None, ...]
    source: BeatSource = BeatSource.STRAP_RR
    latency_s: float | None = None  # left in its times; None: that of the strap, if known

    @property
    def mid_s(self) -> NDArray[np.float64]:
        """Midpoints of the intervals."""
        return np.asarray(self.times_s - self.rr_ms / 2000.0)

    @property
    def clean_mid_s(self) -> NDArray[np.float64]:
        """Midpoints of normal beats."""
        return self.mid_s[self.is_normal]

    @property
    def nn_ms(self) -> NDArray[np.float64]:
        """NN intervals."""
        return self.rr_ms[self.is_normal]

    @property
    def difference_mid_s(self) -> NDArray[np.float64]:
        """Midpoints of the later interval of each successive difference of normal beats."""
        return self.mid_s[1:][self.is_normal[1:] & self.is_normal[:-1]]

    @property
    def span_s(self) -> float:
        """Time from the first interval's start to the last beat."""
        return float(self.times_s[-1] - self.times_s[0] + self.rr_ms[0] / 1000.0)


@dataclass(slots=True)
class _OpenGap:
    """A gap as it is known so far."""

    start_s: float
    end_s: float | None
    reason: str
    is_decided: bool = True  # whether beats are missing at all, and it was told


class Beats:
    """Takes intervals in, gives beats, labels and gaps out, and answers what lies in a window."""

    def __init__(self, edits: Edits | None = None) -> None:
        self._edits = edits or Edits()
        self.found: dict[BeatId, Artifact] = {}  # class that was found of each beat that was edited
        self._timeline = Timeline()
        self._provisional = ProvisionalLabels()
        self._labelled = 0  # beats of the newest segment that have a label
        # Before the first beat nothing is covered; this is no gap that anybody needs to be told of.
        self.gaps: list[_OpenGap] = [_OpenGap(0.0, None, "start")]
        self.last_arrival_s: float | None = None
        self._drawn_s = -math.inf  # the newest beat as it was told of

    @property
    def segments(self) -> list[Segment]:
        """Unbroken runs of beats."""
        return self._timeline.segments

    @property
    def last_beat_s(self) -> float | None:
        """Time of the newest beat."""
        return self._timeline.last_beat_s

    @property
    def begins_s(self) -> float | None:
        """Start of the first interval, None before it."""
        return self.gaps[0].end_s

    @property
    def is_broken(self) -> bool:
        """Whether the next interval begins a new segment."""
        return self._timeline.is_broken

    @property
    def source(self) -> BeatSource | None:
        """Where the newest beat came from."""
        return self.segments[-1].source if self.segments else None

    @property
    def is_in_gap(self) -> bool:
        """Whether beats are known to be missing now."""
        return self.gaps[-1].end_s is None and self.gaps[-1].is_decided

    @property
    def threshold_fraction(self) -> float | None:
        """Running threshold of beat-to-beat differences over the newest interval's neighbourhood; None at first."""
        return self._provisional.irregularity

    def open_gap(self, reason: str) -> list[Result]:
        """Beats are missing from the newest on; nothing bridges it."""
        self.part(reason)
        gap = self.gaps[-1]
        if gap.is_decided:
            return []
        gap.is_decided = True
        return [Gap(gap.start_s, None, gap.reason)]

    def rename_gap(self, reason: str) -> list[Result]:
        """What was taken for silence has another reason."""
        gap = self.gaps[-1]
        if gap.reason != SILENCE:
            return []
        gap.reason = reason
        return [Gap(gap.start_s, None, reason)]

    def part(self, reason: str) -> None:
        """Nothing joins the newest beat to the next. Whether beats are missing between them, that one will show."""
        self._timeline.break_segment()
        gap, last_s = self.gaps[-1], self.last_beat_s
        if gap.end_s is None or last_s is None:
            gap.reason = gap.reason if gap.is_decided else reason
        else:
            self.gaps.append(_OpenGap(last_s, None, reason, is_decided=False))

    def settle(self) -> list[Result]:
        """No more joins the newest beats for now: they lie, and the gap before them ends, where that is likeliest."""
        if self.is_broken:
            return []
        self.segments[-1].settle()
        return self._move_edge()

    def decide_gap(self) -> list[Result]:
        """Tell of beats that are missing between two runs that were parted, once the second has begun.

        Where two sources meet, no beat is missing in less than half an interval: there is no gap.
        """
        gap = self.gaps[-1]
        if gap.is_decided or gap.end_s is None:
            return []
        gap.is_decided = True
        if gap.end_s - gap.start_s <= self.segments[-1].rr_ms[0] / 2000.0:
            gap.end_s = gap.start_s
            return []
        return self._tell_end(gap)

    def pass_over(self) -> list[Result]:
        """The same intervals came once more: they are left out, and it is told where."""
        at_s = self.last_beat_s
        assert at_s is not None  # what came once before has been placed
        return [Gap(at_s, at_s, "repeated_notification")]

    def hear(self, t_s: float) -> None:
        """Intervals came that do not count; it is not silent."""
        self.last_arrival_s = t_s

    def take(
        self,
        seq: int,
        arrival_s: float,
        rr_ms: tuple[float, ...],
        *,
        heard_s: float | None = None,
        first_index: int = 0,
        source: BeatSource = BeatSource.STRAP_RR,
        latency_s: float | None = None,
    ) -> list[Result]:
        """Beats, labels and gaps that follow from the intervals of one notification.

        Parameters
        ----------
        seq : int
            The notification.
        arrival_s : float
            When it arrived, or by what is known of the strap must have: the last interval has ended by then.
        rr_ms : tuple of float
            Intervals, oldest first, in ms.
        heard_s : float, optional
            When it did arrive, where that is not ``arrival_s``.
        first_index : int
            Place of the first interval within the notification.
        source : BeatSource
            Where they come from; a segment has one source.
        latency_s : float, optional
            What is left of the latency in ``arrival_s``; None where that is the strap's.
        """
        if not rr_ms:
            return []
        self.hear(arrival_s if heard_s is None else heard_s)
        starts_anew = self._timeline.is_broken
        placed = self._timeline.place(
            seq, arrival_s, rr_ms, first_index=first_index, source=source, latency_s=latency_s
        )
        results: list[Result] = []
        if starts_anew:
            self._provisional, self._labelled = ProvisionalLabels(), 0
            results += self._close_gap(placed[0].t_s - placed[0].rr_ms / 1000.0)
        else:
            results += self._move_edge()
        for beat in placed:
            bpm = 60000.0 / beat.rr_ms
            # While it is being learned how late the strap is, the line falls; what is drawn does not go back.
            self._drawn_s = max(self._drawn_s, beat.t_s)
            results.append(Beat(beat.seq, beat.index, self._drawn_s, beat.rr_ms, bpm, beat.segment, source))
            results += self._label(self._provisional.push(beat.rr_ms))
        return results + self._find_loss() + self._find_extra()

    def _close_gap(self, end_s: float) -> list[Result]:
        """The gap ends where the first interval after it begins; a broken run always has one."""
        gap = self.gaps[-1]
        gap.end_s = max(end_s, gap.start_s)
        return self._tell_end(gap)

    def _move_edge(self) -> list[Result]:
        """Let the gap before this run end earlier, when the run is found to lie earlier than its first beat seemed to.

        A beat is up to a second old when its notification comes; how old the first was, those after it show.
        """
        gap, segment = self.gaps[-1], self.segments[-1]
        if gap.end_s is None or len(segment.envelope_s) > ENVELOPE_NOTIFICATIONS:
            return []
        end_s = max(float(segment.times_s(0, 1)[0]) - segment.rr_ms[0] / 1000.0, gap.start_s)
        if gap.end_s - end_s <= EDGE_S:
            return []
        gap.end_s = end_s
        return self._tell_end(gap)

    @staticmethod
    def _tell_end(gap: _OpenGap) -> list[Result]:
        """Where a gap ends, as far as is known by now."""
        return [Gap(gap.start_s, gap.end_s, gap.reason)] if gap.is_decided and gap.reason != "start" else []

    def _label(self, artifact: Artifact | None) -> list[Result]:
        """Keep a provisional label; tell of those that are not normal."""
        if artifact is None:
            return []
        segment = self.segments[-1]
        place = self._labelled
        self._labelled += 1
        artifact = self._edited(segment.beat_ids[place], artifact)
        segment.labels[place] = artifact
        return [] if artifact is Artifact.NORMAL else [BeatLabel(*segment.beat_ids[place], artifact, final=False)]

    def _edited(self, beat: BeatId, found: Artifact) -> Artifact:
        """Class that counts for a beat."""
        if beat in self._edits.of_beat:
            self.found[beat] = found
            return self._edits.label(beat, found)
        return found

    def _find_loss(self) -> list[Result]:
        """Break the run where the envelope says that intervals were lost."""
        first = self._timeline.loss()
        if first is None:
            return []
        start_s = float(self.segments[-2].times_s(len(self.segments[-2].rr_ms) - 1)[0])
        end_s = max(first.t_s - first.rr_ms / 1000.0, start_s)
        self.gaps.append(_OpenGap(start_s, end_s, "lost_intervals"))
        self._provisional = ProvisionalLabels()
        for rr in self.segments[-1].rr_ms:
            self._provisional.push(rr)
        self._labelled = len(self.segments[-1].rr_ms) - LABEL_DELAY_BEATS
        return [Gap(start_s, end_s, "lost_intervals")]

    def _find_extra(self) -> list[Result]:
        """Leave out the beats among which some are too many; nothing bridges the place."""
        ids = self._timeline.extra()
        if not ids:
            return []
        told = [BeatLabel(*beat_id, Artifact.EXTRA, final=True) for beat_id in ids]
        return [*told, *self.open_gap("extra_intervals")]

    def unknown_edits(self) -> list[BeatId]:
        """Beats that were edited and are not among those that count: none, where the edits are this session's."""
        there = {beat for segment in self.segments for beat in segment.beat_ids}
        return sorted(self._edits.of_beat.keys() - there)

    def runs(self, start_s: float, end_s: float) -> list[Run]:
        """Beats whose interval's midpoint lies within a window, one run a segment, oldest first.

        A segment that was placed over the end of the one before it, as after a backlog, begins only after that.
        """
        found = []
        end_of_last_s = -math.inf
        for segment in self.segments:
            first, last = segment.places(start_s, end_s)
            times_s = segment.times_s(first, last)
            after_s = end_of_last_s
            end_of_last_s = max(after_s, segment.end_s)
            if not len(times_s):
                continue
            rr_ms = np.asarray(segment.rr_ms[first:last])
            mid_s = times_s - rr_ms / 2000.0
            inside = np.flatnonzero((mid_s >= start_s) & (mid_s <= end_s) & (times_s > after_s))
            if len(inside):
                found.append(self._run(segment, first, times_s, rr_ms, slice(int(inside[0]), int(inside[-1]) + 1)))
        return found

    @staticmethod
    def _run(
        segment: Segment, first: int, times_s: NDArray[np.float64], rr_ms: NDArray[np.float64], part: slice
    ) -> Run:
        """A window of a segment."""
        begin, end = first + part.start, first + part.stop
        labels = tuple(segment.labels[begin:end])
        is_normal = np.asarray([label is Artifact.NORMAL for label in labels])
        return Run(
            segment.number, begin, times_s[part], rr_ms[part], is_normal, labels, segment.source, segment.latency_s
        )

    def recent_counts(self, start_s: float) -> tuple[int, int, int]:
        """How many beats there are since about ``start_s``, how many were corrected, and how many of those the strap's.

        Those are the ones that it missed or made up.
        """
        beats = corrected = faults = 0
        for segment in reversed(self.segments):
            labels = segment.labels[segment.places(start_s, start_s)[0] :]
            if not labels:
                break
            beats += len(labels)
            here = corrected_beats(labels)
            corrected += here
            faults += strap_faults(labels) if here else 0
        return beats, corrected, faults

    def recent_heart_rate_bpm(self) -> float | None:
        """Mean heart rate over the newest beats; None while beats are missing."""
        if self.is_in_gap or not self.segments:
            return None
        newest = self.segments[-1].rr_ms[-RATE_BEATS:]
        return 60000.0 * len(newest) / sum(newest)

    def beats_after(self, t_s: float) -> int:
        """How many beats lie after ``t_s``."""
        newest = self.segments[-2:]
        return sum(int((segment.times_s(segment.places(t_s, t_s)[0]) > t_s).sum()) for segment in newest)

    def gap_s(self, start_s: float, end_s: float) -> list[float]:
        """Lengths of what is missing within a window."""
        lengths = []
        for gap in self.gaps:
            gap_end_s = end_s if gap.end_s is None else gap.end_s
            length_s = min(end_s, gap_end_s) - max(start_s, gap.start_s)
            if length_s > 0:
                lengths.append(length_s)
        return lengths

    def finish_labels(self, start_s: float, end_s: float) -> list[Result]:
        """Final labels of the beats within a step, from windows centred on each beat."""
        results: list[Result] = []
        for run in self.runs(start_s - LABEL_CONTEXT_S, end_s + LABEL_CONTEXT_S):
            segment = self.segments[run.segment]
            labels = final_labels(run.rr_ms)
            inside = np.flatnonzero((run.mid_s >= start_s) & (run.mid_s <= end_s))
            for k in inside.tolist():
                place = run.first + k
                label = self._edited(segment.beat_ids[place], labels[k])
                if segment.labels[place] is not label:
                    if segment.labels[place] is not None or label is not Artifact.NORMAL:
                        results.append(BeatLabel(*segment.beat_ids[place], label, final=True))
                    segment.labels[place] = label
        return results
