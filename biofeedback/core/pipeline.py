"""One pipeline for live and offline: events in, results out, the same to the last bit whatever the ticks."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from biofeedback.core.answers import LOOKS
from biofeedback.core.artifacts import IRREGULARITY_LIMIT
from biofeedback.core.beats import Beats
from biofeedback.core.blocks import Blocks
from biofeedback.core.card import SignalNow, make_card
from biofeedback.core.chest_live import ChestLive
from biofeedback.core.edits import Edits
from biofeedback.core.events import (
    End,
    Input,
    Link,
    Mark,
    MarkKind,
    Notification,
    Plan,
    Resumed,
    RrIntervals,
    Step,
    StepKind,
    StrapInfo,
)
from biofeedback.core.intake import Intake, StrapData
from biofeedback.core.levels import Levels
from biofeedback.core.noise import NoiseSpectrum
from biofeedback.core.prior import Prior
from biofeedback.core.quality import Figures, Verdict, grade_recent
from biofeedback.core.results import Card, Grade, Quality, Reason, Result, StepEnded, StepMeasures, StepStarted
from biofeedback.core.step_measures import step_measures
from biofeedback.core.step_run import BEATS_AFTER, SETTLE_S, StepRun, unasked
from biofeedback.core.surroundings import Surroundings
from biofeedback.core.timeline import SILENCE_S

__all__ = ["PIPELINE_VERSION", "Pipeline"]

PIPELINE_VERSION = 1
QUALITY_WINDOW_S = 60.0
CALM_AGAIN = 0.75  # of the limit of irregularity: without a margin the card would flicker around it
QUALITY_EVERY_S = 1.0
QUALITY_AFTER_INPUT_S = 30.0  # without any input for so long there is nothing new to say
NEVER_S = math.inf


class Pipeline:
    """Composes the core. ``feed`` an input or ``advance`` the time; both return what follows from it.

    How often ``advance`` is called does not change the results: what is due fires at its own due time.

    Parameters
    ----------
    prior : Prior, optional
        What the session took from earlier ones.
    edits : Edits, optional
        Beats that were edited in a review of it.
    is_watched : bool
        Whether the wave of the chest is told from second to second; most of the time goes into it.
    """

    def __init__(self, prior: Prior | None = None, edits: Edits | None = None, *, is_watched: bool = True) -> None:
        self._levels = Levels(prior or Prior())
        self._now_s = 0.0
        self._last_input_s = 0.0
        self._quality_due_s = QUALITY_EVERY_S
        self._intake = Intake(edits)
        self._chest_live = ChestLive() if is_watched else None
        self._blocks = Blocks()
        self._runs: list[StepRun] = []  # all that have not settled
        self._shown: StepRun | None = None  # the step on the screen
        self._has_begun = False  # any step, also one that is not measured
        self._measured_from_s: float | None = None
        self._measured_to_s: float | None = None
        self._answered: list[StepRun] = []
        self._reasons: tuple[Reason, ...] = ()  # why the signal is bad, as judged last
        self._card: Card | None = None
        self._standing: tuple[object, ...] | None = None  # what the card was last made from
        self._is_paused = False
        self._is_finished = False
        self._was_irregular = False

    def feed(self, event: Input) -> list[Result]:
        """Results of an input, after those of everything that was due until then."""
        results = self.advance(event.t_s)
        self._now_s = max(self._now_s, event.t_s)
        self._last_input_s = self._now_s
        if self._quality_due_s < self._now_s:  # nothing was worth saying while nothing came
            self._quality_due_s = math.floor(self._now_s) + QUALITY_EVERY_S
        handler = _HANDLERS.get(type(event))
        if handler is not None and not self._is_finished:
            results += handler(self, event)
            results += self._progress()
        return results + self._show()

    def advance(self, now_s: float) -> list[Result]:
        """Results of everything that is due until ``now_s``."""
        results: list[Result] = []
        while not self._is_finished:
            due_s, act = self._next_due()
            if due_s > now_s:
                break
            self._now_s = max(self._now_s, due_s)
            results += act()
            results += self._progress()
            results += self._show()
        return results

    def end_with(self, beats: Beats, end: End) -> list[Result]:
        """Results of the end of a session whose beats were all placed at once instead of one by one."""
        self._now_s = end.t_s
        self._intake.replace(beats)
        return self._on_end(end)

    @property
    def next_due_s(self) -> float:
        """Time at which ``advance`` next has something to do, unless an input comes first; infinite: never."""
        return NEVER_S if self._is_finished else self._next_due()[0]

    @property
    def beats(self) -> Beats:
        """All beats so far, with their labels: what measures that only an analysis makes are made from."""
        return self._intake.beats

    def measure(self, step: Step, start_s: float, end_s: float) -> StepMeasures:
        """Measures of a stretch of a step, when all is over."""
        return step_measures(step, start_s, end_s, self._surroundings())

    @property
    def baseline_noise(self) -> NoiseSpectrum | None:
        """Noise learned from this session's own baseline: what a later session may take as its prior."""
        return self._levels.own_noise

    def _next_due(self) -> tuple[float, Callable[[], list[Result]]]:
        """The next thing that happens by itself, and when; of two at once the one named first."""
        due_s: float = NEVER_S
        act: Callable[[], list[Result]] = list
        last_s = self.beats.last_arrival_s
        if last_s is not None and not self.beats.is_in_gap:
            due_s, act = last_s + SILENCE_S, self._fall_silent
        no_intervals_s = self._intake.contact.no_intervals_due_s
        if no_intervals_s is not None and no_intervals_s < due_s:
            due_s, act = no_intervals_s, self._give_up_intervals
        for run in self._runs:
            if run.ended_by is None and run.end_s < due_s:
                due_s, act = run.end_s, self._end_as_planned
            if (run.ended_by is not None or run.breath is not None) and run.waits_until_s < due_s:
                due_s, act = run.waits_until_s, list  # what waited is taken in by _progress
        if self._quality_due_s <= self._last_input_s + QUALITY_AFTER_INPUT_S and self._quality_due_s < due_s:
            due_s, act = self._quality_due_s, self._judge
        return due_s, act

    def _fall_silent(self) -> list[Result]:
        """No interval for too long."""
        return self._intake.fall_silent()

    def _give_up_intervals(self) -> list[Result]:
        """The strap sends no intervals."""
        self._intake.contact.give_up_intervals()
        return []

    def _end_as_planned(self) -> list[Result]:
        """The planned length of the step on the screen is over."""
        return self._end_step("planned")

    def _judge(self) -> list[Result]:
        """The signal of the last minute, and the wave of the chest with it."""
        self._quality_due_s += QUALITY_EVERY_S
        # What was before the first beat says nothing of the signal; before any beat there is none.
        start_s = max(0.0, self._now_s - QUALITY_WINDOW_S, self.beats.begins_s or 0.0)
        results: list[Result] = [self._quality(self._recent_verdict(start_s))]
        if self._chest_live is not None:
            breathing = self._chest_live.tell(self._intake.chest, None if self._shown is None else self._shown.pacer)
            results += [] if breathing is None else [breathing]
        return results

    # Inputs

    def _on_step(self, event: Step) -> list[Result]:
        results = self._end_step("next")
        end_s = NEVER_S if event.duration_s is None else event.t_s + event.duration_s
        run = StepRun(event, end_s)
        self._has_begun = True
        if self._measured_from_s is None and run.is_measured:
            self._measured_from_s = event.t_s
        self._runs.append(run)
        self._blocks.begin(run)
        self._shown = run
        self._is_paused = False
        pattern = event.pattern
        return [
            *results,
            StepStarted(
                event.seq, event.step, event.t_s, event.duration_s,
                None if pattern is None else pattern.name,
                None if pattern is None else pattern.inhale_s,
                None if pattern is None else pattern.hold_in_s,
                None if pattern is None else pattern.exhale_s,
                None if pattern is None else pattern.hold_out_s,
                event.breaths, event.block, event.continues,
            ),
        ]  # fmt: skip

    def _on_strap_data(self, event: StrapData) -> list[Result]:
        if isinstance(event, Resumed):
            self._blocks.interrupt(event.t_s)
        return self._intake.take(event)

    def _on_mark(self, event: Mark) -> list[Result]:
        if event.kind in (MarkKind.PAUSE, MarkKind.SKIP, MarkKind.STOP):
            self._is_paused = event.kind is MarkKind.PAUSE
            if self._is_paused:
                self._levels.pause(event.t_s)
            self._blocks.interrupt(event.t_s)
            return self._end_step(event.kind.value)
        if event.kind is MarkKind.CONTEXT and event.text == "following" and self._shown is not None:
            self._shown.was_seen_following = True
        return []

    def _on_plan(self, event: Plan) -> list[Result]:
        self._blocks.draw(event)
        return []

    def _on_end(self, event: End) -> list[Result]:
        """Everything that waits is settled with what there is; the session's grade has the last word."""
        results = self._end_step("end") + self._intake.end()
        for run in list(self._runs):
            results += self._finish_breaths(run) + self._settle(run)
        start_s = 0.0 if self._measured_from_s is None else self._measured_from_s
        verdict = self._surroundings().grade(
            start_s, self._now_s if self._measured_to_s is None else self._measured_to_s
        )
        if verdict.grade is Grade.BAD:
            revoked = (run.revoke(verdict.reasons) for run in self._answered)
            results += [response for response in revoked if response is not None]
        if not self._answered:
            why = Reason.NO_BREATHING_STEP if self._blocks.plan is None else Reason.PART_OF_PLAN
            results.append(unasked(verdict.reasons, why))
        results.append(self._quality(verdict))
        compared = self._intake.compare_sources()
        results += [] if compared is None else [compared]
        results.append(self._levels.calmer(verdict.reasons, self.beats))
        results += self._blocks.results(self._surroundings(), verdict.reasons)
        self._is_finished = True
        return results

    # Steps

    def _end_step(self, reason: str) -> list[Result]:
        """The step on the screen ends now, or ended as planned."""
        run = self._shown
        self._shown = None
        if run is None or run.ended_by is not None:
            return []
        run.end(min(self._now_s, run.end_s), reason)
        if run.is_measured:
            self._measured_to_s = run.end_s
        return [StepEnded(run.step.seq, run.end_s, reason)]

    def _progress(self) -> list[Result]:
        """Measure breaths that are complete; settle steps that are."""
        results: list[Result] = []
        for run in list(self._runs):
            while run.breath is not None and self._is_complete(run.breath.exhale_end_s):
                results += self._take_breath(run)
            if run.ended_by is not None and self._is_complete(run.end_s):
                results += self._settle(run)
        return results

    def _is_complete(self, end_s: float) -> bool:
        """Whether all beats up to ``end_s`` are there with their labels, or will not come any more."""
        if self._now_s >= end_s + SETTLE_S:
            return True
        last_s = self.beats.last_beat_s
        return last_s is not None and last_s > end_s and self.beats.beats_after(end_s) >= BEATS_AFTER

    def _take_breath(self, run: StepRun) -> list[Result]:
        """Measure the next breath; look, when a look is planned after it and the step goes on."""
        breath, around = run.take_breath(), self._surroundings()
        results: list[Result] = [run.measure_breath(around, breath)]
        trend = run.trend(around, breath)
        results += [] if trend is None else [trend]
        is_steps_last = breath.end_s >= run.end_s - 1e-3
        if run.is_asked and run.next_breath in LOOKS and not is_steps_last:
            results.append(run.look(around, self._now_s, final=False))
        return results

    def _finish_breaths(self, run: StepRun) -> list[Result]:
        """Take in all breaths that are left without waiting for more beats."""
        results: list[Result] = []
        while run.breath is not None:
            results += self._take_breath(run)
        return results

    def _settle(self, run: StepRun) -> list[Result]:
        """Final labels, breaths, answer and measures of a step that has ended."""
        self._runs.remove(run)
        if not run.is_measured:
            return []
        results = self.beats.finish_labels(run.step.t_s, run.end_s)
        if run.step.step is StepKind.BASELINE:
            self._levels.learn_noise(run, self._surroundings())
        if run.pacer is not None:
            results += self._settle_breaths(run)
        around = self._surroundings()
        measures = step_measures(run.step, run.step.t_s, run.end_s, around)
        results.append(measures)
        if run.step.step in (StepKind.BASELINE, StepKind.RECOVERY):
            self._levels.learn_level(measures, around)
        return results

    def _settle_breaths(self, run: StepRun) -> list[Result]:
        """Final breaths and the final exhale answer."""
        around = self._surroundings()
        results: list[Result] = [*run.final_breaths(around)]
        if not run.is_asked:
            return results
        is_planned = run.next_breath in LOOKS and all(look.breaths != run.next_breath for look in run.looks)
        response = run.look(around, self._now_s, final=True) if is_planned else run.close(around)
        self._answered.append(run)
        return [*results, response]

    def _surroundings(self) -> Surroundings:
        """What a step's answers lean on."""
        start_s = 0.0 if self._measured_from_s is None else self._measured_from_s
        return Surroundings(self.beats, self._intake.contact, self._intake.chest, *self._levels.noise, start_s)

    # The whole session

    def _recent_verdict(self, start_s: float) -> Verdict:
        """The same for the last minute, from running figures: it is made every second."""
        beats, contact = self._intake.beats, self._intake.contact
        figures = Figures(
            *beats.recent_counts(start_s), beats.gap_s(start_s, self._now_s), self._now_s - start_s,
            contact.no_contact_fraction(start_s, self._now_s), contact.has_intervals, self._is_irregular(),
        )  # fmt: skip
        return grade_recent(figures)

    def _quality(self, verdict: Verdict) -> Quality:
        """The signal, and what the strap says of itself."""
        last_s = self.beats.last_beat_s
        self._reasons = verdict.reasons
        return Quality(
            self._now_s, verdict.grade, verdict.reasons, verdict.beats, verdict.corrected_fraction,
            verdict.coverage_fraction, self._intake.contact.has_contact, self._intake.contact.battery_percent,
            self._intake.contact.is_connected, None if last_s is None else max(0.0, self._now_s - last_s),
            self.beats.recent_heart_rate_bpm(), self.beats.source,
        )  # fmt: skip

    def _is_irregular(self) -> bool:
        """Whether the newest beats are too irregular to be read; it takes clearly more regular ones to take it back."""
        fraction = self.beats.threshold_fraction
        limit = IRREGULARITY_LIMIT * (CALM_AGAIN if self._was_irregular else 1.0)
        self._was_irregular = fraction is not None and fraction > limit
        return self._was_irregular

    def _show(self) -> list[Result]:
        """The card, when it changed; between two steps it stays as it is."""
        is_between = self._shown is None and self._has_begun
        if is_between and not (self._is_paused or self._is_finished):
            return []
        is_in_gap = self.beats.is_in_gap and self.beats.last_beat_s is not None
        signal = SignalNow(
            self._intake.contact.has_intervals, self._intake.contact.has_contact, is_in_gap, self._reasons
        )
        course = None if self._shown is None else (self._shown.next_breath, self._shown.response)
        standing = (self._shown, course, signal, self._is_paused, self._is_finished)
        if standing == self._standing:
            return []
        self._standing = standing
        card = make_card(self._now_s, self._shown, signal, is_paused=self._is_paused, is_finished=self._is_finished)
        if self._card is not None and replace(self._card, t_s=card.t_s) == card:
            return []
        self._card = card
        return [card]


_HANDLERS: dict[type, Callable[[Pipeline, Any], list[Result]]] = {
    Step: Pipeline._on_step,
    **dict.fromkeys((StrapInfo, Link, Notification, RrIntervals, Resumed), Pipeline._on_strap_data),
    Mark: Pipeline._on_mark,
    Plan: Pipeline._on_plan,
    End: Pipeline._on_end,
}
