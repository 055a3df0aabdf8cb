"""Scripted sessions: the messages that put a page into each of its states, built from the channel's own schema."""

from dataclasses import dataclass, field, replace
from typing import Any

from scene_messages import (
    BREATHE_AT_S,
    answer,
    beats_between,
    breaths_until,
    calmer,
    chest_wave,
    mark,
    measures,
    quality,
    step,
    trends_until,
)

from biofeedback import messages
from biofeedback.core.exercises import EXERCISES as CATALOGUE

MEASURED = [
    messages.StepPlan(step="baseline", duration_s=120),
    messages.StepPlan(step="breathe", duration_s=120, pattern="4-6"),
    messages.StepPlan(step="recovery", duration_s=120),
]
MOVEMENTS = [
    messages.StepPlan(step="move", duration_s=90, movement=name)
    for name in ("pelvic_tilts", "upper_back_rotations", "hip_hinges", "side_bends")
]
TRIAL = [
    messages.StepPlan(step="baseline", duration_s=120),
    *(
        messages.StepPlan(step=kind, duration_s=duration_s, pattern="4-6" if kind == "breathe" else None, block=block)
        for block, first in enumerate(("breathe", "rest", "rest", "breathe"))
        for kind, duration_s in ((first, 60.0), ("rest", 30.0))
    ),
]
EXERCISES = [
    "measured_4_6", "varied_4_6", "varied_later_4_6", "plain_4_6", "micro_pause", "walk", "gentle_movements",
    "trial_exhale", "trial_blocks", "trial_recovery", "resonance",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """A session at one moment: its state, what was sent, and its quality."""

    state: str = "running"
    now_s: float = 176.0
    steps: tuple[messages.Step, ...] = ()
    answers: tuple[messages.Answer, ...] = ()
    quality: dict[str, Any] = field(default_factory=dict)
    marks: tuple[messages.Mark, ...] = ()
    measures: tuple[messages.Measures, ...] = ()
    hello: dict[str, Any] = field(default_factory=dict)
    has_beats: bool = True
    gap: tuple[float, float] | None = None
    trials: tuple[messages.Trial, ...] = ()
    has_chest: bool = False  # the strap streams its accelerometer


BASELINE = step(0, "baseline", 0.0)
BREATHING = (step(0, "baseline", 0.0, 120.0), step(1, "breathe", BREATHE_AT_S))
RECOVERING = (step(0, "baseline", 0.0, 120.0), step(1, "breathe", BREATHE_AT_S, 240.0), step(2, "recovery", 240.0))
DONE = (*RECOVERING[:2], step(2, "recovery", 240.0, 360.0))
MARKS = (
    mark(0.0, "rating", "tension before 6"),
    mark(0.0, "command", "start", "patient"),
    mark(131.0, "note", "schouders zakten", "physio"),
    mark(144.0, "context", "following", "physio"),
)
RATED = (*MARKS, mark(364.0, "rating", "tension after 4"))


def breathing(state: str, now_s: float = 176.0, **fields: Any) -> Scene:
    """The breathing step with this card."""
    at_s = BREATHE_AT_S + 10 * int((now_s - BREATHE_AT_S) // 10) + 0.4
    return Scene(
        now_s=now_s,
        steps=BREATHING,
        answers=(answer(state, at_s, **fields),),
        marks=(*MARKS, mark(150.0, "rating", "notice during 2")),
        measures=(measures(0, "baseline", 67.8),),
    )


def finished(*answers: messages.Answer, marks: tuple[messages.Mark, ...] = RATED) -> Scene:
    """A session that has ended."""
    done = (measures(0, "baseline", 67.8), measures(1, "breathe", 66.9), measures(2, "recovery", 64.6))
    return Scene(state="finished", now_s=366.0, steps=DONE, answers=answers, marks=marks, measures=done)


def _ready(**fields: Any) -> Scene:
    return Scene(state="ready", now_s=12.0, **fields)


def _unreadable(state: str, reason: str, **fields: Any) -> Scene:
    """The breathing step with a signal that cannot be used."""
    scene = breathing(state, reason=reason, reasons=[reason], following="unknown", breaths_used=0)
    return replace(scene, quality={"grade": "bad", "reasons": [reason], **fields})


_NO_CONTACT = {
    "contact": False,
    "usable_percent": 41.0,
    "beat_age_s": 9.2,
    "heart_rate_bpm": None,
    "battery_percent": 9,
}
_YES = answer("yes", 240.4, final=True, breaths_used=12)
_NOT_SEEN = answer(
    "unknown", 240.4, final=True, breaths_used=12, reason="inconclusive", effect_bpm=0.4, low_bpm=-1.1, high_bpm=1.9
)

_IN_TRIAL = {"exercise": "trial_blocks", "steps": TRIAL}

SCENES: dict[str, Scene] = {
    "ready": _ready(),
    "searching": _ready(
        has_beats=False,
        quality={
            "strap_state": "searching",
            "strap_detail": "strap.searching",
            "connected": False,
            "contact": None,
            "battery_percent": None,
            "beat_age_s": None,
            "heart_rate_bpm": None,
            "usable_percent": None,
            "corrected_percent": None,
            "strap_model": None,
            "beats": 0,
        },
    ),
    "baseline": Scene(
        now_s=74.0, steps=(BASELINE,), answers=(answer("baseline", 1.0, reason="no_breathing_step"),), marks=MARKS[:2]
    ),
    "practice": Scene(
        now_s=24.0,
        steps=(step(0, "practice", 0.0, duration_s=60.0),),
        answers=(answer("practice", 0.4, reason="no_breathing_step"),),
        marks=MARKS[:2],
        hello={"steps": [messages.StepPlan(step="practice", duration_s=60, pattern="4-6"), *MEASURED]},
    ),
    "measuring": breathing("measuring", 146.0, breaths_until_look=1, breaths_used=2, reason="too_few_breaths"),
    "yes": replace(breathing("yes", 171.5), has_chest=True),
    "unknown": breathing(
        "unknown", reason="inconclusive", reasons=["inconclusive"], effect_bpm=0.7, low_bpm=-1.0, high_bpm=2.4
    ),
    "no": breathing("no", answer="no", reason=None, reasons=[]),
    "not_following": breathing(
        "not_following", 178.0, reason="not_following", reasons=["not_following"], following="no"
    ),
    "no_contact": replace(_unreadable("no_contact", "no_contact", **_NO_CONTACT), gap=(160.0, 200.0)),
    "no_beat_intervals": replace(_unreadable("no_beat_intervals", "no_beat_intervals"), has_beats=False),
    "poor_signal": replace(_unreadable("poor_signal", "poor_signal", usable_percent=58.0), gap=(140.0, 149.0)),
    "irregular_beats": _unreadable("irregular_beats", "irregular_beats", usable_percent=62.0),
    "not_saved": replace(breathing("yes"), quality={"saved": False}, hello={"saved": False}),
    "notice": replace(breathing("measuring", 152.5, breaths_until_look=3, breaths_used=3), marks=MARKS),
    "paused": replace(
        breathing("paused"),
        state="paused",
        steps=(BREATHING[0], step(1, "breathe", BREATHE_AT_S, 170.0, ended_by="pause")),
        marks=(*MARKS, mark(170.0, "pause", "", "patient")),
    ),
    "recovery": replace(breathing("recovery", 300.0), steps=RECOVERING),
    "movement": Scene(
        now_s=141.0,
        steps=(
            step(0, "move", 0.0, 90.0, duration_s=90.0, movement="pelvic_tilts"),
            step(1, "move", 90.0, duration_s=90.0, movement="upper_back_rotations"),
        ),
        answers=(answer("moving", 90.5, reason="no_breathing_step"),),
        hello={"exercise": "gentle_movements", "steps": MOVEMENTS},
    ),
    "walk": Scene(
        now_s=95.0,
        steps=(step(0, "walk", 0.0, duration_s=420.0),),
        answers=(answer("moving", 0.5, reason="no_breathing_step"),),
        hello={"exercise": "walk", "steps": [messages.StepPlan(step="walk", duration_s=420)]},
    ),
    "comparing": Scene(
        now_s=146.0,
        steps=(BREATHING[0], step(1, "breathe", BREATHE_AT_S, duration_s=60.0, block=0)),
        answers=(answer("comparing", 120.4, reason=None, reasons=[]),),
        marks=MARKS,
        hello=_IN_TRIAL,
    ),
    "resting": Scene(
        now_s=196.0,
        steps=(BREATHING[0], step(1, "breathe", BREATHE_AT_S, 180.0, block=0), step(2, "rest", 180.0, block=0)),
        answers=(answer("resting", 180.4, reason=None, reasons=[]),),
        marks=MARKS,
        hello=_IN_TRIAL,
    ),
    "tension_after": finished(_YES, calmer("yes"), marks=MARKS),
    "finished": finished(_YES, calmer("yes")),
    "finished_unclear": finished(_NOT_SEEN, calmer("unknown")),
    "finished_trial": replace(
        finished(_NOT_SEEN, calmer("unknown")),
        trials=(
            messages.Trial(
                exercise="trial_blocks",
                answer="yes",
                reasons=[],
                sentences=[
                    messages.Sentence(
                        key="trial.trial_blocks.heart_rate_bpm.lower", values={"n": 3.25, "sessions": 1.0}
                    )
                ],
                numbers=[messages.TrialNumber(outcome="heart_rate_bpm", value=-3.25, low=-5.0, high=-1.5, level=0.95)],
            ),
        ),
        hello=_IN_TRIAL,
    ),
}


def hello(scene: Scene, epoch: str, message_seq: int, recovered: bool) -> messages.Hello:
    """The scene's first message."""
    values: dict[str, Any] = {
        "subject": "A-17",
        "simulated": True,
        "exercise": "measured_4_6",
        "steps": MEASURED,
        "strap": "simulated:responder",
        "saved": True,
    }
    return messages.Hello(
        protocol=messages.PROTOCOL,
        epoch=epoch,
        message_seq=message_seq,
        recovered=recovered,
        session_s=scene.now_s,
        speed=1.0,
        state=scene.state,
        exercises=EXERCISES,
        lengths_s={name: CATALOGUE[name].duration_s for name in EXERCISES},
        **{**values, **scene.hello},
    )


def snapshot(scene: Scene, message_seq: int) -> messages.Snapshot:
    """All that stands in the scene."""
    has_breaths = any(one.step == "breathe" for one in scene.steps)
    return messages.Snapshot(
        q=message_seq,
        session_s=scene.now_s,
        steps=list(scene.steps),
        beats=beats_between(max(0.0, scene.now_s - 120), scene.now_s, scene.gap) if scene.has_beats else [],
        breaths=breaths_until(scene.now_s, has_chest=scene.has_chest) if has_breaths and scene.has_beats else [],
        trends=trends_until(scene.now_s) if has_breaths and scene.has_beats else [],
        measures=list(scene.measures),
        marks=list(scene.marks),
        gaps=[messages.Gap(start_s=scene.gap[0], end_s=None, reason="no_contact")] if scene.gap else [],
        answers=list(scene.answers),
        trials=list(scene.trials),
        quality=quality(scene.now_s, **scene.quality),
    )


def opening(
    scene: Scene, epoch: str = "01SCENE", message_seq: int = 500, missed: list[messages.FromServer] | None = None
) -> list[messages.FromServer]:
    """What a viewer that has nothing yet is sent; or, with ``missed``, one that comes back."""
    pacer = messages.Pacer(session_s=scene.now_s, speed=1.0, state=scene.state, step_seq=None)
    if missed is not None:
        return [hello(scene, epoch, message_seq, recovered=True), *missed, pacer]
    told = [hello(scene, epoch, message_seq, recovered=False), snapshot(scene, message_seq), pacer]
    return [*told, chest_wave(scene.now_s)] if scene.has_chest else told
