"""One step while it runs and until it has settled: its breaths, its looks, its measures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from biofeedback.core.answers import LOOKS, SIGNAL_REASONS, LookVerdict, decide_look
from biofeedback.core.beats import Beats, Run
from biofeedback.core.breathing import own_breathing_goes_on
from biofeedback.core.events import Step, StepKind
from biofeedback.core.locked import NORMAL_975, LockedFit, fit_locked
from biofeedback.core.pacing import Breath, Pacer
from biofeedback.core.population import population_noise
from biofeedback.core.results import (
    Answer,
    Artifact,
    BreathMeasures,
    ExhaleResponse,
    Following,
    LatencySource,
    Look,
    NoiseSource,
    Reason,
    RsaTrend,
)
from biofeedback.core.rsa import amplitude_change, exhale_thirds_ms, locked_amplitude_ms
from biofeedback.core.step_measures import FIT_MIN_BEATS, longest_run
from biofeedback.core.surroundings import Surroundings

__all__ = ["BEATS_AFTER", "SETTLE_S", "StepRun", "unasked"]

SETTLE_S = 6.0  # a strap's latency of up to 4 s, and the two beats that a label needs
BEATS_AFTER = 2  # the label of the last beat inside needs them
LATE_S = 1.0  # beats so long after a breath still carry its end, as a heart lags
TREND_BREATHS = 6
SEEN_BREATHS = 12  # from which it is read which way of the chest is in: as many as the last look has
TEMPO_MIN_BREATHS = 3


@dataclass(slots=True, eq=False)
class StepRun:
    """A step: ``end_s`` is its planned end until it is known what ended it."""

    step: Step
    end_s: float
    ended_by: str | None = None
    next_breath: int = 0
    was_seen_following: bool = False
    looks: list[Look] = field(default_factory=list)
    response: ExhaleResponse | None = None
    bpm_per_ms: float | None = None  # what a millisecond is worth at the mean RR
    latency_s: float | None = None  # of the beats that the newest look rests on
    first_rsa_ms: tuple[float, float] | None = None  # the step's first amplitude, and half of its interval
    pacer: Pacer | None = field(init=False)
    breath: Breath | None = field(init=False)  # the next whole breath to be measured; None when none is left

    @property
    def is_asked(self) -> bool:
        """Whether the step has an exhale answer of its own.

        A block of a plan has none: a dozen blocks would be a dozen chances of a false one, and a word in the midst of a
        trial would change what it compares.
        """
        return self.step.block is None and self.is_measured

    @property
    def is_measured(self) -> bool:
        """Whether anything is measured in the step; in a practice nothing is."""
        return self.step.step is not StepKind.PRACTICE

    def __post_init__(self) -> None:
        self.pacer = self.step.pacer
        self._await()

    def _await(self) -> None:
        """Find the breath to be measured next."""
        pacer = self.pacer if self.is_measured else None
        breath = None if pacer is None else pacer.breath(self.next_breath)
        self.breath = breath if breath is not None and breath.end_s <= self.end_s + 1e-3 else None

    @property
    def waits_until_s(self) -> float:
        """When the next thing of this step is due even if no more beats come."""
        return SETTLE_S + (self.end_s if self.breath is None else self.breath.exhale_end_s)

    def take_breath(self) -> Breath:
        """The breath that was waited for; from here on the next one is."""
        breath = self.breath
        assert breath is not None
        self.next_breath += 1
        self._await()
        return breath

    def end(self, t_s: float, reason: str) -> None:
        """The step ends now."""
        self.end_s = t_s
        self.ended_by = reason
        self._await()

    # Breaths

    def measure_breath(self, around: Surroundings, breath: Breath) -> BreathMeasures:
        """One breath as far as it can be measured when it is over."""
        assert self.pacer is not None
        first = max(0, breath.index + 1 - SEEN_BREATHS)
        return self._measured(around.beats, breath, around.breaths_followed(self.pacer, first, breath.index + 1)[-1])

    def final_breaths(self, around: Surroundings) -> list[BreathMeasures]:
        """All breaths that were taken, measured again when the step is over."""
        pacer = self.pacer
        assert pacer is not None
        starts = range(0, self.next_breath, SEEN_BREATHS)
        parts = (around.breaths_followed(pacer, k, min(k + SEEN_BREATHS, self.next_breath)) for k in starts)
        return [
            self._measured(around.beats, pacer.breath(index), following, final=True)
            for index, following in enumerate(chain.from_iterable(parts))
        ]

    def _measured(self, beats: Beats, breath: Breath, following: Following, *, final: bool = False) -> BreathMeasures:
        """Exhale rise of one breath, or the reason why it cannot be had."""
        thirds, reason = self._thirds(beats, breath)
        count = sum(len(run.rr_ms) for run in beats.runs(breath.inhale_start_s, breath.end_s))
        rise_ms = None if thirds is None else thirds[1] - thirds[0]
        fall_bpm = None if thirds is None else 60000.0 / thirds[0] - 60000.0 / thirds[1]
        return BreathMeasures(
            self.step.seq, breath.index, breath.inhale_start_s, breath.exhale_start_s, breath.end_s,
            rise_ms, fall_bpm, count, thirds is not None, reason, final, following,
        )  # fmt: skip

    @staticmethod
    def _thirds(beats: Beats, breath: Breath) -> tuple[tuple[float, float] | None, str | None]:
        """Mean RR in the first and last third of the exhale, or why not."""
        if beats.gap_s(breath.inhale_start_s, breath.exhale_end_s):
            return None, "gap"
        margin_s = 1.5  # one beat to either side
        runs = beats.runs(breath.exhale_start_s - margin_s, breath.exhale_end_s + margin_s)
        if len(runs) != 1:
            return None, "gap" if runs else "no_beats"
        run = runs[0]
        inside = np.flatnonzero((run.mid_s >= breath.exhale_start_s) & (run.mid_s <= breath.exhale_end_s))
        if not len(inside):
            return None, "no_beats"
        near = slice(max(0, int(inside[0]) - 1), int(inside[-1]) + 2)
        # The beat after the exhale has no label yet while the session runs; it is not known to be odd.
        if any(label not in (Artifact.NORMAL, None) for label in run.labels[near]):
            return None, "artifact"
        thirds = exhale_thirds_ms(breath, run.mid_s[near], run.rr_ms[near])
        return thirds, None if thirds else "too_few_beats"

    def trend(self, around: Surroundings, breath: Breath) -> RsaTrend | None:
        """RSA amplitude over the last breaths, with the interval that the person's own noise gives it."""
        pacer = self.pacer
        first = max(0, breath.index - TREND_BREATHS + 1)
        if pacer is None or breath.index + 1 < TEMPO_MIN_BREATHS or around.noise is None:
            return None
        start_s = pacer.breath(first).inhale_start_s
        run = longest_run(around.beats.runs(start_s, breath.end_s))
        if run is None or run.span_s < 0.9 * (breath.end_s - start_s) or len(run.nn_ms) < FIT_MIN_BEATS:
            return None
        amplitude_ms = locked_amplitude_ms(pacer, run.clean_mid_s, run.nn_ms)
        # The variance of either component of a wave in noise of density S over T seconds is S / T (one-sided S).
        sd_ms = math.sqrt(around.noise.density_at(1 / pacer.pattern.period_s) / run.span_s)
        half_ms = 2 * NORMAL_975 * sd_ms
        rsa_ms = 2 * amplitude_ms
        before_ms, before_half_ms = self.first_rsa_ms = self.first_rsa_ms or (rsa_ms, half_ms)
        return RsaTrend(
            self.step.seq, breath.end_s, breath.index, rsa_ms, max(0.0, rsa_ms - half_ms), rsa_ms + half_ms,
            amplitude_change(before_ms, before_half_ms, rsa_ms, half_ms),
        )  # fmt: skip

    # The exhale answer

    def look(self, around: Surroundings, now_s: float, *, final: bool) -> ExhaleResponse:
        """The exhale answer at a planned look, or the same at the step's end.

        ``yes`` latches; a later look that finds the person not following, or a bad grade, revokes it.
        """
        pacer = self.pacer
        assert pacer is not None
        breaths = self.next_breath
        fit, verdict, used = self._verdict(around, pacer, breaths)
        look = Look(
            breaths, verdict.answer, verdict.reason,
            None if fit is None else fit.effect_ms, verdict.low_ms, verdict.high_ms, now_s,
        )  # fmt: skip
        self.looks.append(look)
        self.response = self._respond(around, pacer, fit, verdict, used, final=final)
        return self.response

    def _verdict(self, around: Surroundings, pacer: Pacer, breaths: int) -> tuple[LockedFit | None, LookVerdict, int]:
        """Fit and verdict over the breaths so far, and how many breaths they rest on."""
        end_s = pacer.breath(breaths - 1).end_s if breaths else self.step.t_s
        signal = around.grade(around.measured_from_s, end_s)
        run = longest_run(around.beats.runs(self.step.t_s, end_s + LATE_S))
        used = 0 if run is None else _whole_breaths(pacer, run, breaths)
        self.latency_s = around.latency_s(run)
        reasons = list(signal.reasons)
        if used < LOOKS[0]:
            reasons.append(Reason.TOO_FEW_BREATHS)
        if reasons or run is None or len(run.nn_ms) < FIT_MIN_BEATS:
            reasons = reasons or [Reason.TOO_FEW_BREATHS]
            return None, LookVerdict(Answer.UNKNOWN, tuple(reasons)), used
        mid_s, nn_ms = run.clean_mid_s, run.nn_ms
        noise = around.noise or population_noise(float(nn_ms.mean()))
        fit = fit_locked(pacer, noise, mid_s, nn_ms, around.left_s(run))
        verdict = decide_look(
            fit,
            goes_on=around.noise is not None and own_breathing_goes_on(pacer, around.noise, mid_s, nn_ms, fit),
            was_seen=self.was_seen_following,
            measured=around.measured_following(pacer, breaths),
            steady_breaths=pacer.steady_breaths,
            grade=signal.grade,
            breaths=used,
        )
        return fit, verdict, used

    def _respond(
        self, around: Surroundings, pacer: Pacer, fit: LockedFit | None, verdict: LookVerdict, used: int, *, final: bool
    ) -> ExhaleResponse:
        """The answer so far: this look's, or the yes that stands since an earlier one."""
        standing = _standing_yes(self.looks)
        answer, reasons = (verdict.answer, verdict.reasons) if standing is None else (Answer.YES, ())
        decided = self.looks[-1] if answer is Answer.NO else standing
        if fit is not None:
            self.bpm_per_ms = 60000.0 / fit.mean_rr_ms**2
        effect_ms, low_ms, high_ms = self._effect(standing)
        latency_s = self.latency_s
        return ExhaleResponse(
            step_seq=self.step.seq,
            pattern=pacer.pattern.name,
            answer=answer,
            reason=reasons[0] if reasons else None,
            reasons=reasons,
            effect_ms=effect_ms,
            low_ms=low_ms,
            high_ms=high_ms,
            effect_bpm=_times(effect_ms, self.bpm_per_ms),
            low_bpm=_times(low_ms, self.bpm_per_ms),
            high_bpm=_times(high_ms, self.bpm_per_ms),
            phase_deg=None if fit is None else fit.heart_lag_s / pacer.pattern.period_s * 360.0,
            following=verdict.following,
            following_source=verdict.source,
            noise_source=around.noise_source or (None if fit is None else NoiseSource.POPULATION),
            latency_source=LatencySource.PROFILED if latency_s is None else LatencySource.CALIBRATED,
            latency_s=_strap_share(fit) if latency_s is None else latency_s,
            looks=tuple(self.looks),
            p_value=verdict.p_value,
            breaths_used=used,
            time_to_answer_s=None if decided is None else pacer.breath(decided.breaths - 1).end_s - self.step.t_s,
            shown_at_s=None if decided is None else decided.shown_at_s,
            revoked=standing is None and any(look.answer is Answer.YES for look in self.looks),
            final=final,
        )

    def _effect(self, standing: Look | None) -> tuple[float | None, float | None, float | None]:
        """Effect with its interval: the newest look's, or under a yes that stands what all looks since then share.

        The intervals of planned looks hold together (repeated confidence intervals, Jennison and Turnbull 1989,
        doi 10.1111/j.2517-6161.1989.tb01433.x), so their overlap holds as well, and a yes keeps its lower limit.
        """
        if not self.looks:
            return None, None, None
        newest = self.looks[-1]
        if standing is None:
            return newest.effect_ms, newest.low_ms, newest.high_ms
        since = [look for look in self.looks if look.breaths >= standing.breaths]
        intervals = [(k.effect_ms, k.low_ms, k.high_ms) for k in since]
        known = [(e, low, high) for e, low, high in intervals if e is not None and low is not None and high is not None]
        low_ms, high_ms = max(k[1] for k in known), min(k[2] for k in known)
        if low_ms >= high_ms:
            return known[0]
        return min(max(known[-1][0], low_ms), high_ms), low_ms, high_ms

    def close(self, around: Surroundings) -> ExhaleResponse:
        """The step has ended at no planned look: the answer is that of the last one made."""
        if self.response is None:
            signal = around.grade(around.measured_from_s, self.end_s)
            reasons = (*signal.reasons, Reason.TOO_FEW_BREATHS)
            verdict = LookVerdict(Answer.UNKNOWN, reasons)
            assert self.pacer is not None
            self.latency_s = around.latency_s(None)
            self.response = self._respond(around, self.pacer, None, verdict, self.next_breath, final=True)
        else:
            self.response = replace(self.response, final=True)
        return self.response

    def revoke(self, reasons: Sequence[Reason]) -> ExhaleResponse | None:
        """Take back what a bad signal does not bear out; None when there is nothing to take back."""
        if self.response is None or self.response.answer is Answer.UNKNOWN:
            return None
        self.response = replace(
            self.response, answer=Answer.UNKNOWN, reason=reasons[0], reasons=tuple(reasons), revoked=True,
            time_to_answer_s=None, shown_at_s=None,
        )  # fmt: skip
        return self.response


def unasked(reasons: Sequence[Reason], why: Reason = Reason.NO_BREATHING_STEP) -> ExhaleResponse:
    """The exhale answer of a session in which nobody was asked to breathe along, or only in a plan."""
    all_reasons = (*reasons, why)
    return ExhaleResponse(
        step_seq=None, pattern=None, answer=Answer.UNKNOWN, reason=all_reasons[0], reasons=all_reasons,
        effect_ms=None, low_ms=None, high_ms=None, effect_bpm=None, low_bpm=None, high_bpm=None, phase_deg=None,
        following=Following.UNKNOWN, following_source=None,
        noise_source=None, latency_source=LatencySource.PROFILED, latency_s=None,
        looks=(), p_value=None, breaths_used=0, time_to_answer_s=None, shown_at_s=None, revoked=False, final=True,
    )  # fmt: skip


def _standing_yes(looks: Sequence[Look]) -> Look | None:
    """The yes that stands: the first since a look, if any, that took an earlier one back.

    A look takes it back that finds the person not following, or a signal that bears nothing.
    """
    standing = None
    for look in looks:
        if look.reason is Reason.NOT_FOLLOWING or look.reason in SIGNAL_REASONS:
            standing = None
        elif standing is None and look.answer is Answer.YES:
            standing = look
    return standing


def _times(value: float | None, factor: float | None) -> float | None:
    """Product, None where either is missing."""
    return None if value is None or factor is None else value * factor


def _strap_share(fit: LockedFit | None) -> float | None:
    """The strap's part of the delay found."""
    return None if fit is None else fit.delay_s - fit.heart_lag_s


def _whole_breaths(pacer: Pacer, run: Run, breaths: int) -> int:
    """How many of the first ``breaths`` breaths lie wholly within a run (to one beat at either end)."""
    slack_s = float(np.median(run.rr_ms)) / 1000.0 * 1.5
    start_s, end_s = float(run.times_s[0] - run.rr_ms[0] / 1000.0) - slack_s, float(run.times_s[-1]) + slack_s
    whole = (pacer.breath(k) for k in range(breaths))
    return sum(breath.inhale_start_s >= start_s and breath.exhale_end_s <= end_s for breath in whole)
