"""What a session's quiet steps say of the person: the noise of free breathing, and the level of the heart."""

from biofeedback.core.beats import Beats
from biofeedback.core.calmer import StepTonus, calmer_answer
from biofeedback.core.events import StepKind
from biofeedback.core.noise import NoiseSpectrum
from biofeedback.core.prior import Prior
from biofeedback.core.quality import GAP_MAX_S
from biofeedback.core.results import CalmerThanBefore, Grade, NoiseSource, Reason, StepMeasures
from biofeedback.core.step_measures import step_noise, step_tonus
from biofeedback.core.step_run import StepRun
from biofeedback.core.surroundings import Surroundings

__all__ = ["Levels"]


class Levels:
    """Learned from baseline and recovery as they settle; a step done again makes up for a poor one."""

    def __init__(self, prior: Prior) -> None:
        self.own_noise: NoiseSpectrum | None = None
        self._prior = prior
        self._baseline: StepTonus | None = None
        self._recovery: StepTonus | None = None
        self._paused_s: float | None = None  # when last
        self._had_poor_level = False  # a baseline or recovery was there, and too poor to read

    @property
    def noise(self) -> tuple[NoiseSpectrum | None, NoiseSource | None]:
        """Noise of free breathing, this session's own or else an earlier one's, and which of them it is."""
        if self.own_noise is not None:
            return self.own_noise, NoiseSource.SESSION
        earlier = self._prior.exhale_noise
        return earlier, None if earlier is None else NoiseSource.EARLIER

    def learn_noise(self, run: StepRun, around: Surroundings) -> None:
        """Learn from a baseline how this person's RR wander by themselves."""
        if around.grade(run.step.t_s, run.end_s).grade is not Grade.BAD:
            self.own_noise = step_noise(run.step, run.end_s, around.beats) or self.own_noise

    def learn_level(self, measures: StepMeasures, around: Surroundings) -> None:
        """Learn the level of the heart from a step of quiet breathing; a poor signal gives none."""
        if around.grade(measures.start_s, measures.end_s).grade is not Grade.GOOD:
            self._had_poor_level = True
            return
        level = step_tonus(measures, around.beats)
        if measures.step is StepKind.BASELINE:
            self._baseline = level or self._baseline
        else:
            self._recovery = level or self._recovery

    def pause(self, t_s: float) -> None:
        """Who pauses may stand up or talk: what was learned before is not held against what comes after."""
        self._paused_s = t_s

    def calmer(self, signal: tuple[Reason, ...], beats: Beats) -> CalmerThanBefore:
        """The calmer answer, at the end of a session whose signal is bad for the given reasons, or good."""
        baseline, recovery = self._baseline, self._recovery
        if baseline is not None and self._paused_s is not None and baseline.level.start_s < self._paused_s:
            baseline = None
        if baseline is not None and recovery is not None and recovery.level.start_s < baseline.level.end_s:
            recovery = None
        is_poor = self._had_poor_level and (self._baseline is None or self._recovery is None)
        if not signal and (is_poor or _has_gap(baseline, recovery, beats)):
            signal = (Reason.POOR_SIGNAL,)
        return calmer_answer(baseline, recovery, signal, self._prior)


def _has_gap(baseline: StepTonus | None, recovery: StepTonus | None, beats: Beats) -> bool:
    """Whether nobody saw the heart for a while between the start of the baseline and the end of the recovery."""
    if baseline is None or recovery is None:
        return False
    return max(beats.gap_s(baseline.level.start_s, recovery.level.end_s), default=0.0) > GAP_MAX_S
