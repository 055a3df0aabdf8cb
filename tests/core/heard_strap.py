"""A strap with ECG for tests of what takes it in: notifications and frames of given beats, and what goes wrong."""

from dataclasses import dataclass, field

import numpy as np
from made_ecg import RATE_HZ, ecg_uv, frames, hearts_beats, noise_uv

from biofeedback.core.events import Characteristic, Notification
from biofeedback.core.heart_rate import HeartRateMeasurement, encode
from biofeedback.core.intake import Intake
from biofeedback.core.results import Beat, BeatSource, Gap, Result

__all__ = ["HeardStrap"]

SET_S = 8.2e8  # what the strap's clock says at time 0


@dataclass
class HeardStrap:
    """A session of a strap; times in s of the session."""

    until_s: float = 120.0
    seed: int = 1
    latency_s: float = 1.5
    skew: float = 0.0
    sends_intervals: bool = True
    no_frames_s: tuple[tuple[float, float], ...] = ()  # frames that end then never arrive
    noise_s: tuple[tuple[float, float], ...] = ()  # the ECG cannot be read
    no_contact_s: tuple[float, float] | None = None  # neither ECG nor intervals
    results: list[Result] = field(default_factory=list)
    intake: Intake = field(default_factory=Intake)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.beats_s, _ = hearts_beats(rng, self.until_s)
        events = self._frames(rng) + (self._notifications() if self.sends_intervals else [])
        self.events = [
            Notification(seq, t_s, 1, characteristic, value)
            for seq, (t_s, characteristic, value) in enumerate(sorted(events, key=lambda event: event[0]), start=1)
        ]

    def _frames(self, rng: np.random.Generator) -> list[tuple[float, Characteristic, bytes]]:
        """Frames as they arrive, each some hundredths late."""
        true_s = np.arange(0.0, self.until_s, 1 / RATE_HZ)
        signal_uv = ecg_uv(true_s, self.beats_s) + noise_uv(rng, true_s, 8.0, 50.0)
        for start_s, end_s in self.noise_s:
            part = (true_s >= start_s) & (true_s < end_s)
            signal_uv[part] += 800.0 * rng.standard_normal(part.sum())
        if self.no_contact_s is not None:
            signal_uv[(true_s >= self.no_contact_s[0]) & (true_s < self.no_contact_s[1])] = 0.0
        made = frames(SET_S + true_s * (1 + self.skew), signal_uv)
        arriving = [((strap_s - SET_S) / (1 + self.skew), value) for strap_s, value in made]
        return [
            (at_s + 0.05 + rng.exponential(0.02), Characteristic.PMD_DATA, value)
            for at_s, value in arriving
            if not any(start_s <= at_s < end_s for start_s, end_s in self.no_frames_s)
        ]

    def _notifications(self) -> list[tuple[float, Characteristic, bytes]]:
        """One a second, with the beats that have passed the latency by then."""
        found: list[tuple[float, Characteristic, bytes]] = []
        ticks, last = np.round(self.beats_s * 1024), 0
        for at_s in np.arange(1.5, self.until_s, 0.98):
            heard = int(np.searchsorted(self.beats_s, at_s - self.latency_s))
            rr = tuple(int(tick) for tick in np.diff(ticks[max(0, last - 1) : heard]))
            if self.no_contact_s is not None and self.no_contact_s[0] <= at_s - self.latency_s < self.no_contact_s[1]:
                rr = ()
            last = max(heard, 1)
            value = encode(HeartRateMeasurement(60, True, rr_1024ths=rr))
            found.append((float(at_s), Characteristic.HEART_RATE, value))
        return found

    def run(self) -> "HeardStrap":
        """Feed all of it."""
        for event in self.events:
            self.feed(event)
        return self

    def feed(self, event: Notification) -> None:
        """Feed one notification."""
        self.results += self.intake.take(event)

    @property
    def beats(self) -> list[Beat]:
        return [result for result in self.results if isinstance(result, Beat)]

    @property
    def gaps(self) -> list[Gap]:
        """Gaps that have closed, as they were told of last; without those in which nothing is missing."""
        last = {result.start_s: result for result in self.results if isinstance(result, Gap)}
        return [gap for gap in last.values() if gap.end_s is not None and gap.end_s > gap.start_s]

    @property
    def sources(self) -> list[tuple[BeatSource, int]]:
        """Source and beats of each segment."""
        return [(segment.source, len(segment.rr_ms)) for segment in self.intake.beats.segments]

    def counted(self) -> list[int]:
        """Which of the heart's beats ended each interval that counts, by the interval's own length; in order."""
        rr_ms = np.diff(self.beats_s) * 1000.0
        found: list[int] = []
        for segment in self.intake.beats.segments:
            first = len(segment.rr_ms)
            windows = np.lib.stride_tricks.sliding_window_view(rr_ms, first)
            place = int(np.abs(windows - np.asarray(segment.rr_ms)).max(axis=1).argmin())
            assert np.abs(windows[place] - np.asarray(segment.rr_ms)).max() < 8.0
            found += range(place + 1, place + 1 + first)
        return found
