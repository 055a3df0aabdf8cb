"""What a step's answers and measures lean on beside the step itself: beats, strap, chest, noise, and their grade."""

from dataclasses import dataclass

from biofeedback.core.beats import Beats, Run
from biofeedback.core.chest import Chest
from biofeedback.core.chest_breaths import ChestBreaths, MeasuredRate, chest_breaths
from biofeedback.core.chest_following import MeasuredFollowing, breaths_followed, measured_following
from biofeedback.core.chest_wave import chest_wave
from biofeedback.core.choices import Following
from biofeedback.core.contact import Contact
from biofeedback.core.noise import NoiseSpectrum
from biofeedback.core.pacing import Pacer
from biofeedback.core.quality import Verdict, grade_signal
from biofeedback.core.results import BeatSource, NoiseSource

__all__ = ["Surroundings"]

LEAD_S = 60.0  # breathing before a step, from which the line along which the chest breathes is known
AFTER_S = 1.5  # and after a breath: until then it shows that it has turned


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The session around a step; ``measured_from_s`` is the start of the first step, from which answers are graded."""

    beats: Beats
    contact: Contact
    chest: Chest
    noise: NoiseSpectrum | None
    noise_source: NoiseSource | None
    measured_from_s: float

    def left_s(self, run: Run) -> float | None:
        """Latency that is left in the times of a run's beats; None where the strap's is not known."""
        return self.contact.latency_s if run.latency_s is None else run.latency_s

    def latency_s(self, run: Run | None) -> float | None:
        """Latency of what a run's beats come from: an ECG has none, and None where the strap's is not known."""
        return 0.0 if run is not None and run.source is BeatSource.ECG else self.contact.latency_s

    def grade(self, start_s: float, end_s: float) -> Verdict:
        """How far the signal between two times may be trusted."""
        return grade_signal(
            self.beats.runs(start_s, end_s), self.beats.gap_s(start_s, end_s), end_s - start_s,
            self.contact.no_contact_fraction(start_s, end_s), has_intervals=self.contact.has_intervals,
        )  # fmt: skip

    def measured_rate(self, start_s: float, end_s: float) -> MeasuredRate | None:
        """Breathing rate of the chest between two times; None when it cannot be read."""
        breaths = self._breaths(start_s, end_s)
        return None if breaths is None else breaths.rate(start_s, end_s)

    def measured_following(self, pacer: Pacer, count: int) -> MeasuredFollowing | None:
        """Whether the chest breathes along with the first breaths of a pacer; None when it cannot be read."""
        breaths = self._breaths(pacer.start_s - LEAD_S, pacer.breath(count - 1).end_s + AFTER_S)
        return None if breaths is None else measured_following(breaths, pacer, count)

    def breaths_followed(self, pacer: Pacer, first: int, count: int) -> tuple[Following, ...]:
        """Whether the chest breathes along with each breath of a pacer from ``first`` up to ``count``."""
        start_s = pacer.breath(first).inhale_start_s - LEAD_S
        breaths = self._breaths(start_s, pacer.breath(count - 1).end_s + AFTER_S)
        if breaths is None:
            return (Following.UNKNOWN,) * (count - first)
        return breaths_followed(breaths, pacer, first, count)

    def _breaths(self, start_s: float, end_s: float) -> ChestBreaths | None:
        """Breaths of the chest between two times."""
        wave = chest_wave(self.chest.runs(start_s, end_s))
        return None if wave is None else chest_breaths(wave)
