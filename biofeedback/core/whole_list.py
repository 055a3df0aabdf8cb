"""A plain list of RR intervals placed all at once: the beats that the pipeline would place one by one, in less time."""

from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.artifacts import final_labels
from biofeedback.core.beats import SILENCE, Beats, Run
from biofeedback.core.results import Artifact, Beat, BeatLabel, Gap, Result
from biofeedback.core.timeline import ENVELOPE_NOTIFICATIONS, SILENCE_S, Segment

__all__ = ["ListedBeats"]


class ListedBeats(Beats):
    """Beats of intervals in a row, each arriving by its own length after the one before; a long one is a silence.

    They are asked about as a whole only: windows are not looked at.

    Parameters
    ----------
    first_seq : int
        Number of the first interval's input; those of the others follow.
    arrival_s, rr_ms : ndarray, shape (n_beats,)
        When each interval arrived, in seconds, and its length in ms.
    """

    def __init__(self, first_seq: int, arrival_s: NDArray[np.float64], rr_ms: NDArray[np.float64]) -> None:
        super().__init__()
        self.placed: list[Beat] = []
        self.told: list[Result] = []  # of gaps
        self.last_arrival_s = float(arrival_s[-1])
        self._runs: list[Run] = []
        begins = np.flatnonzero(arrival_s[:-1] + SILENCE_S <= arrival_s[1:]) + 1
        for first, last in zip([0, *begins.tolist()], [*begins.tolist(), len(rr_ms)], strict=True):
            self.told += self.open_gap(SILENCE)
            self._add_run(range(first_seq + first, first_seq + last), arrival_s[first:last], rr_ms[first:last])

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """Class of each beat."""
        return tuple(label or Artifact.NORMAL for run in self._runs for label in run.labels)

    def runs(self, start_s: float, end_s: float) -> list[Run]:
        """All beats, one run a segment, oldest first."""
        return self._runs

    def finish_labels(self, start_s: float, end_s: float) -> list[Result]:
        """Final labels of all beats."""
        results: list[Result] = []
        for place, run in enumerate(self._runs):
            labels = tuple(final_labels(run.rr_ms))
            is_normal = np.asarray([label is Artifact.NORMAL for label in labels])
            ids = self.segments[run.segment].beat_ids
            odd = np.flatnonzero(~is_normal).tolist()
            results += [BeatLabel(*ids[beat], labels[beat], final=True) for beat in odd]
            self._runs[place] = Run(run.segment, 0, run.times_s, run.rr_ms, is_normal, labels)
        return results

    def _add_run(self, seqs: range, arrival_s: NDArray[np.float64], rr_ms: NDArray[np.float64]) -> None:
        """An unbroken run of intervals."""
        number, count = len(self.segments), len(rr_ms)
        strap_s = np.cumsum(rr_ms / 1000.0)
        lateness_s = arrival_s - strap_s
        known_s, envelope_s = _envelopes(lateness_s)
        self.segments.append(
            Segment(
                number, lateness_s.tolist(), envelope_s.tolist(), strap_s.tolist(), rr_ms.tolist(), list(range(count)),
                list(zip(seqs, repeat(0))), [None] * count, float(lateness_s.min()), float(lateness_s.max()),
                rr_ms.tolist(),
            )
        )  # fmt: skip
        at_s = strap_s + known_s
        self._close(float(at_s[0] - rr_ms[0] / 1000.0))
        bpm = 60000.0 / rr_ms
        self.placed += map(Beat, seqs, repeat(0), at_s.tolist(), rr_ms.tolist(), bpm.tolist(), repeat(number))
        nothing: tuple[Artifact | None, ...] = (None,) * count
        self._runs.append(Run(number, 0, strap_s + envelope_s, rr_ms, np.zeros(count, dtype=bool), nothing))

    def _close(self, end_s: float) -> None:
        """The gap ends where the first interval after it begins; the time before the first beat is none to tell of."""
        gap = self.gaps[-1]
        gap.end_s = max(end_s, gap.start_s)
        if gap.reason != "start":
            self.told.append(Gap(gap.start_s, gap.end_s, gap.reason))


def _envelopes(lateness_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower envelope of the lateness, as it was known when each interval came, and as it is known in the end."""
    first = ENVELOPE_NOTIFICATIONS - 1
    padded_s = np.append(np.full(first, np.inf), lateness_s)
    known_s = np.lib.stride_tricks.sliding_window_view(padded_s, ENVELOPE_NOTIFICATIONS).min(axis=1)
    envelope_s = known_s.copy()
    envelope_s[:first] = known_s[:first].min()
    return known_s, envelope_s
