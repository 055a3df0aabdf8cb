"""Results and inputs as messages for the pages. A new result needs one function here and one entry in the table."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from biofeedback import messages
from biofeedback.core.events import Input, Mark, Rating
from biofeedback.core.findings import ResonanceResult, TrialResult
from biofeedback.core.results import (
    Artifact,
    Beat,
    BeatLabel,
    BeatSources,
    Breathing,
    BreathMeasures,
    CalmerThanBefore,
    Card,
    ExhaleResponse,
    Gap,
    Quality,
    Result,
    RsaTrend,
    StepEnded,
    StepMeasures,
    StepStarted,
)
from biofeedback.course import Course
from biofeedback.ids import is_ulid
from biofeedback.sentences import answer_of, sentences

__all__ = ["TIME_TO_LIVE_S", "Standing", "Status", "quality", "translate", "translate_input", "usable_percent"]

TIME_TO_LIVE_S = 5.0  # an answer without a fresh message is no longer shown (dashboard.md, A)


@dataclass(frozen=True, slots=True)
class Status:
    """How the session is now, beside its results."""

    session_s: float
    speed: float
    state: str
    step_seq: int | None
    strap_state: str
    strap_detail: str | None
    strap_model: str | None
    saved: bool
    strap_place: str | None = None


@dataclass(slots=True)
class Standing:
    """What still stands while results go by: steps, the last card and response, labels not yet told."""

    course: Course
    steps: dict[int, messages.Step] = field(default_factory=dict)
    card: Card | None = None
    response: ExhaleResponse | None = None
    labels: list[tuple[int, int, str]] = field(default_factory=list)
    told: set[tuple[int, int]] = field(default_factory=set)  # beats that the pages know as no normal ones


Message = messages.FromServer
Translation = Callable[[Any, Standing], Message | None]


def translate(result: Result, standing: Standing) -> Message | None:
    """Message of a result, still without its send time and number; None for one that waits for another.

    ``Quality`` is not among them: ``quality`` needs the status too.
    """
    return _TRANSLATIONS[type(result)](result, standing)


def translate_input(event: Input) -> messages.Mark | None:
    """Message of a recorded mark or rating."""
    if isinstance(event, Mark):
        return messages.Mark(at_s=event.t_s, kind=event.kind.value, text=event.text, author=_side(event.author))
    if isinstance(event, Rating):
        return messages.Mark(
            at_s=event.t_s, kind="rating", text=f"{event.scale} {event.moment} {event.value}", author=None
        )
    return None


def _side(author: str | None) -> str | None:
    """Whose page a mark came from: who of the staff it was is for the review, not for the patient's page."""
    return "physio" if author is not None and is_ulid(author) else author


def quality(result: Quality, status: Status, viewers: int) -> messages.Quality:
    """The signal now, and the strap's and the disk's state with it."""
    return messages.Quality(
        at_s=result.t_s,
        grade=result.grade.value,
        reasons=_words(result.reasons),
        beats=result.beats,
        usable_percent=usable_percent(result),
        corrected_percent=_percent(result.corrected_fraction),
        contact=result.contact,
        battery_percent=result.battery_percent,
        connected=result.connected,
        strap_state=status.strap_state,
        strap_detail=status.strap_detail,
        strap_model=status.strap_model,
        strap_place=status.strap_place,
        beat_age_s=result.beat_age_s,
        heart_rate_bpm=result.heart_rate_bpm,
        saved=status.saved,
        viewers=viewers,
        beat_source=_word(result.beat_source),
    )


def _beat(result: Beat, standing: Standing) -> Message:
    labels, standing.labels = standing.labels, []
    return messages.Beat(
        seq=result.seq,
        index=result.index,
        t_s=result.t_s,
        rr_ms=result.rr_ms,
        heart_rate_bpm=result.heart_rate_bpm,
        segment=result.segment,
        labels=labels,
    )


def _beat_label(result: BeatLabel, standing: Standing) -> None:
    """Labels travel with the next beat; a normal one only where the page was told otherwise."""
    beat = (result.seq, result.index)
    if result.artifact is Artifact.NORMAL:
        if beat not in standing.told:
            return
        standing.told.discard(beat)
    else:
        standing.told.add(beat)
    standing.labels.append((*beat, result.artifact.value))


def _gap(result: Gap, _standing: Standing) -> Message:
    return messages.Gap(start_s=result.start_s, end_s=result.end_s, reason=result.reason)


def _step_started(result: StepStarted, standing: Standing) -> Message:
    if result.pattern is not None:
        standing.response = None  # an answer belongs to its own breathing step
    step = messages.Step(
        step_seq=result.step_seq,
        index=standing.course.places.get(result.step_seq, 0),
        step=result.step.value,
        start_s=result.t_s,
        duration_s=result.duration_s,
        pattern=result.pattern,
        inhale_s=result.inhale_s,
        hold_in_s=result.hold_in_s,
        exhale_s=result.exhale_s,
        hold_out_s=result.hold_out_s,
        breaths=list(result.breaths),
        movement=standing.course.movement(result.step_seq),
        block=result.block,
        continues=result.continues,
        ended_s=None,
        ended_by=None,
    )
    standing.steps[result.step_seq] = step
    return step


def _step_ended(result: StepEnded, standing: Standing) -> Message | None:
    if (step := standing.steps.get(result.step_seq)) is None:
        return None
    ended = msgspec.structs.replace(step, ended_s=result.t_s, ended_by=result.reason)
    standing.steps[result.step_seq] = ended
    return ended


def _breath(result: BreathMeasures, _standing: Standing) -> Message:
    return messages.Breath(
        step_seq=result.step_seq,
        index=result.index,
        inhale_start_s=result.inhale_start_s,
        exhale_start_s=result.exhale_start_s,
        end_s=result.end_s,
        exhale_rise_ms=result.exhale_rise_ms,
        exhale_fall_bpm=result.exhale_fall_bpm,
        usable=result.usable,
        reason=result.reason,
        following=result.following,
    )


def _trend(result: RsaTrend, _standing: Standing) -> Message:
    return messages.Trend(
        step_seq=result.step_seq,
        at_s=result.t_s,
        breath=result.breath,
        rsa_ms=result.rsa_ms,
        low_ms=result.low_ms,
        high_ms=result.high_ms,
        change=result.change,
    )


def _breathing(result: Breathing, _standing: Standing) -> Message:
    return messages.Breathing(
        at_s=result.t_s,
        wave=[(round(at_s, 2), round(mg, 2)) for at_s, mg in zip(result.at_s, result.wave_mg, strict=True)],
        per_min=None if result.rate_hz is None else result.rate_hz * 60,
    )


def _measures(result: StepMeasures, _standing: Standing) -> Message:
    return messages.Measures(
        step_seq=result.step_seq,
        step=result.step.value,
        start_s=result.start_s,
        end_s=result.end_s,
        beats=result.beats,
        heart_rate_bpm=result.heart_rate_bpm,
        rmssd_ms=result.rmssd_ms,
        sdnn_ms=result.sdnn_ms,
        respiration_hz=result.respiration_hz,
        respiration_source=result.respiration_source.value,
        rsa_ms=result.rsa_ms,
    )


def _card(result: Card, standing: Standing) -> Message:
    standing.card = result
    return _exhale(result, standing.response)


def _exhale_response(result: ExhaleResponse, standing: Standing) -> Message | None:
    """The card follows at the next breath; what is final or taken back is told at once."""
    standing.response = result
    if standing.card is None or not (result.final or result.revoked):
        return None
    return _exhale(standing.card, result)


def _exhale(card: Card, response: ExhaleResponse | None) -> messages.Answer:
    """Exhale answer: what the card says, with the numbers behind it."""
    return messages.Answer(
        which="exhale",
        at_s=card.t_s,
        state=card.state.value,
        shown=card.shown,
        answer=response.answer.value if response else "unknown",
        reason=_word(response.reason if response else card.reason),
        reasons=_words(response.reasons) if response else [],
        following=response.following.value if response else "unknown",
        following_source=_word(response.following_source) if response else None,
        effect_ms=response.effect_ms if response else None,
        low_ms=response.low_ms if response else None,
        high_ms=response.high_ms if response else None,
        effect_bpm=response.effect_bpm if response else card.effect_bpm,
        low_bpm=response.low_bpm if response else card.low_bpm,
        high_bpm=response.high_bpm if response else card.high_bpm,
        breaths_used=response.breaths_used if response else 0,
        breaths_until_look=card.breaths_until_look,
        noise_source=_word(response.noise_source) if response else None,
        latency_source=_word(response.latency_source) if response else None,
        time_to_answer_s=response.time_to_answer_s if response else None,
        revoked=response.revoked if response else False,
        final=response.final if response else False,
        time_to_live_s=TIME_TO_LIVE_S,
    )


def _calmer(result: CalmerThanBefore, standing: Standing) -> Message:
    """Calmer answer, once, at the end; its state is the answer itself."""
    return messages.Answer(
        which="calmer",
        at_s=standing.card.t_s if standing.card else 0.0,
        state=result.answer.value,
        shown=True,
        answer=result.answer.value,
        reason=_word(result.reason),
        reasons=_words(result.reasons),
        following="unknown",
        effect_ms=None,
        low_ms=None,
        high_ms=None,
        effect_bpm=result.delta_heart_rate_bpm,
        low_bpm=result.low_bpm,
        high_bpm=result.high_bpm,
        breaths_used=0,
        breaths_until_look=None,
        noise_source=None,
        latency_source=None,
        time_to_answer_s=None,
        revoked=False,
        final=True,
        time_to_live_s=TIME_TO_LIVE_S,
        expected_low_bpm=result.expected_low_bpm,
        expected_high_bpm=result.expected_high_bpm,
    )


def _trial(result: TrialResult, _standing: Standing) -> Message:
    """A trial's result, once, at the end."""
    numbers = [
        messages.TrialNumber(
            outcome=one.outcome.value, value=one.difference, low=one.low, high=one.high, level=one.level
        )
        for one in result.outcomes
    ]
    return _planned(result, numbers)


def _resonance(result: ResonanceResult, _standing: Standing) -> Message:
    """The same of a search: the rate."""
    rate = messages.TrialNumber(
        outcome="peak_per_min", value=result.peak_per_min, low=result.low_per_min, high=result.high_per_min, level=0.95
    )
    return _planned(result, [rate])


def _planned(result: TrialResult | ResonanceResult, numbers: list[messages.TrialNumber]) -> Message:
    """What a plan's result allows to be said, with the numbers behind it."""
    return messages.Trial(
        exercise=result.exercise,
        answer=answer_of(result).value,
        reasons=_words(result.reasons),
        sentences=[messages.Sentence(key=one.key, values=one.values) for one in sentences(result)],
        numbers=numbers,
    )


def usable_percent(result: Quality) -> float | None:
    """Share of the time that is covered by beats which needed no correction, in percent."""
    if result.coverage_fraction is None:
        return None
    return 100 * result.coverage_fraction * (1 - (result.corrected_fraction or 0.0))


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def _word(value: StrEnum | None) -> str | None:
    return None if value is None else value.value


def _words(values: Iterable[StrEnum]) -> list[str]:
    return [value.value for value in values]


_TRANSLATIONS: dict[type[Result], Translation] = {
    Beat: _beat,
    BeatSources: lambda result, standing: None,  # of the whole session: for its report
    BeatLabel: _beat_label,
    Gap: _gap,
    StepStarted: _step_started,
    StepEnded: _step_ended,
    Breathing: _breathing,
    BreathMeasures: _breath,
    RsaTrend: _trend,
    StepMeasures: _measures,
    Card: _card,
    ExhaleResponse: _exhale_response,
    CalmerThanBefore: _calmer,
    TrialResult: _trial,
    ResonanceResult: _resonance,
}
