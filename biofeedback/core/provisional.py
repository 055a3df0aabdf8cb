"""Classes of beats while they come in, two beats late, by the same rules as the final ones but from the past alone."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence

from biofeedback.core import shapes
from biofeedback.core.artifacts import (
    DIFFERENCE_ALPHA,
    DIFFERENCE_MIN_MS,
    MEDIAN_BEATS,
    MIN_BEATS,
    STRAY,
    SWING,
    WINDOW_BEATS,
    Limit,
    is_in_range,
)
from biofeedback.core.results import Artifact

__all__ = ["LABEL_DELAY_BEATS", "ProvisionalLabels"]

LABEL_DELAY_BEATS = 2  # a beat is held against those on both sides
SURE_BEATS = 20  # fewer statistics give no threshold of their own: only what stands far out is flagged
SPOILT_MAX = MEDIAN_BEATS // 2  # of the last beats; where more were flagged it is the heart that has changed


class _SortedWindow:
    """The last values, kept in order."""

    def __init__(self, size: int) -> None:
        self.ordered: list[float] = []
        self._recent: deque[float] = deque()
        self._size = size

    def push(self, value: float) -> None:
        """Take in a value; let the oldest go when the window is full."""
        if len(self._recent) == self._size:
            del self.ordered[bisect_left(self.ordered, self._recent.popleft())]
        self._recent.append(value)
        insort(self.ordered, value)

    @property
    def median(self) -> float:
        """The middle value."""
        return self.ordered[len(self.ordered) // 2]

    @property
    def quartile_deviation(self) -> float:
        """Half the distance between the quartiles."""
        ordered = self.ordered
        last = len(ordered) - 1
        low_at, high_at = 0.25 * last, 0.75 * last
        low, high = int(low_at), int(high_at)
        low_next, high_next = min(low + 1, last), min(high + 1, last)
        q1 = ordered[low] + (low_at - low) * (ordered[low_next] - ordered[low])
        q3 = ordered[high] + (high_at - high) * (ordered[high_next] - ordered[high])
        return (q3 - q1) / 2

    def limit_ms(self, limit: Limit, median_ms: float) -> float:
        """Threshold that follows from the values."""
        cap_ms = limit.cap * median_ms
        if len(self.ordered) < SURE_BEATS:
            return cap_ms
        return min(max(limit.alpha * self.quartile_deviation, limit.floor * median_ms), cap_ms)


class ProvisionalLabels:
    """Causal labels of one unbroken run of beats, two beats late."""

    def __init__(self) -> None:
        self._rr: deque[float] = deque(maxlen=LABEL_DELAY_BEATS + 4)
        self._labels: deque[Artifact] = deque(maxlen=MEDIAN_BEATS)
        self._differences = _SortedWindow(WINDOW_BEATS)
        self._swings = _SortedWindow(WINDOW_BEATS)
        self._strays = _SortedWindow(WINDOW_BEATS)
        self._local = _SortedWindow(MEDIAN_BEATS)
        self._typical = _SortedWindow(WINDOW_BEATS)
        self._count = 0
        # Threshold of the last differences over the typical interval; None before a third of the window is there.
        self.irregularity: float | None = None

    def push(self, rr_ms: float) -> Artifact | None:
        """Take in a beat; return the class of the beat two before it, None for the first two."""
        if self._rr:
            self._differences.push(abs(rr_ms - self._rr[-1]))
        self._rr.append(rr_ms)
        self._local.push(rr_ms)
        self._typical.push(rr_ms)
        self._count += 1
        if len(self._differences.ordered) >= WINDOW_BEATS // 3:
            threshold_ms = max(DIFFERENCE_ALPHA * self._differences.quartile_deviation, DIFFERENCE_MIN_MS)
            self.irregularity = threshold_ms / self._typical.median
        if self._count <= LABEL_DELAY_BEATS:
            return None
        recent = list(self._rr)
        label = self._label(recent)
        self._labels.append(label)
        self._learn(recent)
        return label

    def _label(self, recent: Sequence[float]) -> Artifact:
        """Class of the beat two before the newest."""
        if not is_in_range(recent[-3]):
            return Artifact.RANGE
        if self._count < MIN_BEATS:
            return Artifact.NORMAL
        limit_ms = self._swings.limit_ms(SWING, self._local.median)
        is_before_moved = _is_moved(recent[-5:-1], limit_ms)
        fault = self._strap_fault(recent, is_beside_short=is_before_moved)
        if fault is not None:
            return fault
        if is_before_moved or _is_moved(recent[-4:], limit_ms):
            return Artifact.ECTOPIC
        return self._stray(recent) or Artifact.NORMAL

    def _strap_fault(self, recent: Sequence[float], *, is_beside_short: bool) -> Artifact | None:
        """A beat that was made up, or one that was missed."""
        before2, before, here, after, second = recent[-5:]
        median_ms = self._local.median
        most_ms, least_ms = shapes.EXPECTED_MAX * median_ms, shapes.EXPECTED_MIN * median_ms
        if shapes.is_extra(min((before + second) / 2, most_ms), here, after):
            return Artifact.EXTRA
        if shapes.is_extra(min((before2 + after) / 2, most_ms), before, here):
            return Artifact.EXTRA
        if not is_beside_short and shapes.is_missed(max(min(before, after), least_ms), here):
            return Artifact.MISSED
        return None

    def _stray(self, recent: Sequence[float]) -> Artifact | None:
        """An interval that is too long or too short by itself."""
        before, here, after = recent[-4:-1]
        stray_ms = shapes.stray_ms(before, here, after)
        limit_ms = self._strays.limit_ms(STRAY, self._local.median)
        if abs(stray_ms) > limit_ms and shapes.is_lone(before, here, after):
            return Artifact.LONG if stray_ms > 0 else Artifact.SHORT
        return None

    def _learn(self, recent: Sequence[float]) -> None:
        """Take in what is usual, once it is known that no beat of it was flagged."""
        if len(recent) < LABEL_DELAY_BEATS + 4:
            return
        labels = list(self._labels)
        spoilt = len(labels) - labels.count(Artifact.NORMAL)
        is_usual = not spoilt or labels[-4:].count(Artifact.NORMAL) == len(labels[-4:])
        if is_usual or spoilt > SPOILT_MAX:
            self._swings.push(abs(shapes.swing_ms(*recent[:4])))
            self._strays.push(abs(shapes.stray_ms(*recent[1:4])))


def _is_moved(four_ms: Sequence[float], limit_ms: float) -> bool:
    """Whether the beat in the middle of four intervals is out of place by more than a threshold."""
    return abs(shapes.swing_ms(*four_ms)) > limit_ms and bool(shapes.is_pair(*four_ms))
