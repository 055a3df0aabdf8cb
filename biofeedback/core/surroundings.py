"""What a step's answers and measures lean on beside the step itself: beats, strap, noise, and the grade of it all."""

from dataclasses import dataclass

from biofeedback.core.beats import Beats
from biofeedback.core.contact import Contact
from biofeedback.core.noise import NoiseSpectrum
from biofeedback.core.quality import Verdict, grade_signal
from biofeedback.core.results import NoiseSource

__all__ = ["Surroundings"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The session around a step; ``measured_from_s`` is the start of the first step, from which answers are graded."""

    beats: Beats
    contact: Contact
    noise: NoiseSpectrum | None
    noise_source: NoiseSource | None
    measured_from_s: float

    def grade(self, start_s: float, end_s: float) -> Verdict:
        """How far the signal between two times may be trusted."""
        return grade_signal(
            self.beats.runs(start_s, end_s), self.beats.gap_s(start_s, end_s), end_s - start_s,
            self.contact.no_contact_fraction(start_s, end_s), has_intervals=self.contact.has_intervals,
        )  # fmt: skip
