"""Scripted sessions: the messages that put a page into each of its states, built from the channel's own schema."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

from biofeedback import messages
from biofeedback.core.results import CardState

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
    "measured_4_6", "plain_4_6", "micro_pause", "walk", "gentle_movements", "trial_exhale", "trial_blocks",
    "trial_recovery", "resonance",
]  # fmt: skip
BREATHE_AT_S = 120.0


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


def step(index: int, kind: str, start_s: float, ended_s: float | None = None, **fields: Any) -> messages.Step:
    """A step message; a breathing step is 4-6."""
    paced = kind == "breathe"
    values: dict[str, Any] = {
        "step_seq": 10 * index + 3,
        "index": index,
        "step": kind,
        "start_s": start_s,
        "duration_s": 120.0,
        "pattern": "4-6" if paced else None,
        "inhale_s": 4.0 if paced else None,
        "hold_in_s": 0.0 if paced else None,
        "exhale_s": 6.0 if paced else None,
        "hold_out_s": 0.0 if paced else None,
        "breaths": [],
        "movement": None,
        "continues": None,
        "ended_s": ended_s,
        "ended_by": None if ended_s is None else "planned",
    }
    return messages.Step(**{**values, **fields})


def answer(state: str, at_s: float, **fields: Any) -> messages.Answer:
    """An exhale answer with the numbers that go with its state."""
    is_yes = state == "yes"
    values: dict[str, Any] = {
        "which": "exhale",
        "at_s": at_s,
        "state": state,
        "shown": True,
        "answer": "yes" if is_yes else "unknown",
        "reason": None if is_yes else "too_few_breaths",
        "reasons": [] if is_yes else ["too_few_breaths"],
        "following": "yes",
        "effect_ms": 61.0 if is_yes else None,
        "low_ms": 38.0 if is_yes else None,
        "high_ms": 84.0 if is_yes else None,
        "effect_bpm": 5.6 if is_yes else None,
        "low_bpm": 3.4 if is_yes else None,
        "high_bpm": 7.8 if is_yes else None,
        "breaths_used": 5,
        "breaths_until_look": 1,
        "noise_source": "session",
        "latency_source": "profiled",
        "time_to_answer_s": 30.0 if is_yes else None,
        "revoked": False,
        "final": False,
        "time_to_live_s": 5.0,
    }
    return messages.Answer(**{**values, **fields})


def calmer(verdict: str, **fields: Any) -> messages.Answer:
    """The answer at the end."""
    numbers = {"effect_bpm": -6.2, "low_bpm": -8.1, "high_bpm": -4.3} if verdict == "yes" else {}
    sitting = {"expected_low_bpm": -5.9, "expected_high_bpm": 2.9}
    reason = None if verdict == "yes" else "inconclusive"
    return answer(
        verdict,
        361.0,
        **{"which": "calmer", "answer": verdict, "reason": reason, "final": True, **numbers, **sitting, **fields},
    )


def quality(at_s: float, **fields: Any) -> messages.Quality:
    """A good signal, unless told otherwise."""
    values: dict[str, Any] = {
        "at_s": at_s,
        "grade": "good",
        "reasons": [],
        "beats": 190,
        "usable_percent": 99.2,
        "corrected_percent": 0.4,
        "contact": True,
        "battery_percent": 84,
        "connected": True,
        "strap_state": "beats",
        "strap_detail": None,
        "strap_model": "Polar H10",
        "beat_age_s": 0.4,
        "heart_rate_bpm": 68.0,
        "saved": True,
        "viewers": 2,
    }
    return messages.Quality(**{**values, **fields})


def beats_between(from_s: float, to_s: float, gap: tuple[float, float] | None = None) -> list[messages.Beat]:
    """Beats of a heart that goes along with 4-6 breathing from 120 s on."""
    beats, t_s, index = [], from_s, 0
    while t_s < to_s:
        breathing = 70 * math.cos(2 * math.pi * ((t_s - BREATHE_AT_S) % 10 - 3) / 10) if t_s > BREATHE_AT_S else 0.0
        rr_ms = 885 - breathing + 14 * math.sin(t_s / 2.3) + 9 * math.sin(t_s / 7.1)
        t_s += rr_ms / 1000
        if gap is None or not gap[0] < t_s < gap[1]:
            segment = 1 if gap and t_s >= gap[1] else 0
            labels = [(index - 1, 0, "ectopic")] if index == 40 else []
            beats.append(
                messages.Beat(
                    seq=index,
                    index=0,
                    t_s=round(t_s, 3),
                    rr_ms=round(rr_ms, 2),
                    heart_rate_bpm=round(60000 / rr_ms, 3),
                    segment=segment,
                    labels=labels,
                )
            )
        index += 1
    return beats


def breaths_until(now_s: float, last: int = 12) -> list[messages.Breath]:
    """Measured breaths of the breathing step so far; the fourth is not usable."""
    count = max(0, min(last, int((now_s - BREATHE_AT_S) // 10)))
    falls = [4.1, 6.2, 5.0, 1.2, 5.9, 6.6, 4.7, 5.8, 6.1, -0.6, 5.5, 6.0]
    return [
        messages.Breath(
            step_seq=13,
            index=k,
            inhale_start_s=BREATHE_AT_S + 10 * k,
            exhale_start_s=BREATHE_AT_S + 10 * k + 4,
            end_s=BREATHE_AT_S + 10 * k + 10,
            exhale_rise_ms=falls[k] * 11,
            exhale_fall_bpm=falls[k],
            usable=k != 3,
            reason="gap" if k == 3 else None,
        )
        for k in range(count)
    ]


def trends_until(now_s: float) -> list[messages.Trend]:
    """Breath-locked amplitude after each breath from the third."""
    return [
        messages.Trend(
            step_seq=13,
            at_s=breath.end_s,
            breath=breath.index,
            rsa_ms=88.0 + 3 * breath.index,
            low_ms=70.0,
            high_ms=118.0,
        )
        for breath in breaths_until(now_s)[2:]
    ]


def measures(index: int, kind: str, rate: float) -> messages.Measures:
    """Measures of a finished step."""
    return messages.Measures(
        step_seq=10 * index + 3,
        step=kind,
        start_s=120.0 * index,
        end_s=120.0 * (index + 1),
        beats=138,
        heart_rate_bpm=rate,
        rmssd_ms=37.4,
        sdnn_ms=52.1,
        respiration_hz=0.24 if kind != "breathe" else 0.1,
        rsa_ms=None,
    )


def mark(at_s: float, kind: str, text: str = "", author: str | None = None) -> messages.Mark:
    """A mark."""
    return messages.Mark(at_s=at_s, kind=kind, text=text, author=author)


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
    "measuring": breathing("measuring", 146.0, breaths_until_look=1, breaths_used=2, reason="too_few_breaths"),
    "yes": breathing("yes", 171.5),
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
CARD_SCENES = {state: state for state in CardState if state in SCENES}


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
        breaths=breaths_until(scene.now_s) if has_breaths and scene.has_beats else [],
        trends=trends_until(scene.now_s) if has_breaths and scene.has_beats else [],
        measures=list(scene.measures),
        marks=list(scene.marks),
        gaps=[messages.Gap(start_s=scene.gap[0], end_s=None, reason="no_contact")] if scene.gap else [],
        answers=list(scene.answers),
        trials=list(scene.trials),
        quality=quality(scene.now_s, **scene.quality),
    )


def opening(scene: Scene, epoch: str = "01SCENE", message_seq: int = 500) -> list[messages.FromServer]:
    """What a viewer that has nothing yet is sent."""
    pacer = messages.Pacer(session_s=scene.now_s, speed=1.0, state=scene.state, step_seq=None)
    return [hello(scene, epoch, message_seq, recovered=False), snapshot(scene, message_seq), pacer]
