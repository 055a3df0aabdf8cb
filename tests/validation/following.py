"""docs/breathing.md: breathing and following as the chest's acceleration shows them: ``python -m`` this."""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is there: the processes fill the cores

import numpy as np

from biofeedback.core.chest import Chest
from biofeedback.core.events import Input
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import (
    Answer,
    ExhaleResponse,
    Following,
    FollowingSource,
    Reason,
    Result,
    StepMeasures,
)
from biofeedback.straps.presets import Streams
from tests.validation.classes import CLASSES, FREE, STRONG, Kind, SessionClass
from tests.validation.motion import with_chest
from tests.validation.sessions import Session, simulate
from tests.validation.store import ROOT
from tests.validation.tallies import Share
from tests.validation.wording import number, percent_with_limits

__all__ = ["ROWS", "Found", "Row", "answer_figures", "following_figures", "main", "measure", "page", "rate_figures"]

FIRST_SEED, SESSIONS = 33_000, 40  # none of them was looked at while a limit was chosen
NEAR_PER_MIN = 0.5
SITS, STILL = Streams(), Streams(burst_every_s=None, posture_every_s=None)
RESTLESS = Streams(burst_every_s=(8.0, 25.0), posture_every_s=(15.0, 45.0))
LOSSY = Streams(delay_s=(0.35, 1.5), jitter_s=0.15, lost_fraction=0.05)
LOOKS = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Row:
    """One class of people with one kind of strap and seat; ``should`` is what following ought to be."""

    name: str
    one: SessionClass
    should: Following
    streams: Streams = SITS

    @property
    def says(self) -> str:
        """The row in words."""
        seats = {STILL: ", sits still", RESTLESS: ", restless", LOSSY: ", 5 % of frames lost"}
        return self.one.says + seats.get(self.streams, "")


def _class(name: str, says: str, **more: object) -> SessionClass:
    """Class of its own, beside those of the validation."""
    return SessionClass(name, says, Kind.NULL, **more)


EVEN = replace(FREE, breathing_jitter_fraction=0.10, breathing_wander_fraction=0.0)
HOLDS = replace(STRONG, hold_every_s=(30.0, 60.0), hold_s=(20.0, 30.0))
_FOLLOW = (
    *(Row(name, CLASSES[name], Following.YES) for name in ("responder_8_12", "responder_2_5", "flat", "flat_seen")),
    Row("responder, still", CLASSES["responder_8_12"], Following.YES, STILL),
    Row("responder, restless", CLASSES["responder_8_12"], Following.YES, RESTLESS),
    Row("responder, 5 % of frames lost", CLASSES["responder_8_12"], Following.YES, LOSSY),
    Row("late", _class("late", "8-12 bpm, 1-2.5 s after the pacer", traits=STRONG, follow_late_s=(1.0, 2.5)),
        Following.YES),
    Row("responder_varied", CLASSES["responder_varied"], Following.YES),
)  # fmt: skip
_DO_NOT = (
    *(Row(name, CLASSES[name], Following.NO) for name in ("free", "own_slow", "own_slow_together", "double", "half")),
    Row("own_slow_varied", CLASSES["own_slow_varied"], Following.NO),
    Row("quick", _class("quick", "breathes 12-15/min", traits=replace(FREE, breathing_per_min=(12.0, 15.0))),
        Following.NO),
    Row("own_slow, restless", CLASSES["own_slow"], Following.NO, RESTLESS),
    Row("holds, still", _class("holds", "8-12 bpm, holds the breath for 20-30 s", traits=HOLDS), Following.NO, STILL),
    Row("holds", _class("holds", "8-12 bpm, holds the breath for 20-30 s", traits=HOLDS), Following.NO),
)  # fmt: skip
_RATES = (
    Row("even", _class("even", "free 8-20/min, even breaths (SD 10 %)",
                       traits=replace(EVEN, breathing_per_min=(8.0, 20.0))), Following.NO),
    Row("uneven", _class("uneven", "free 8-20/min, uneven breaths (SD 30 %)",
                         traits=replace(FREE, breathing_per_min=(8.0, 20.0))), Following.NO),
)  # fmt: skip
ROWS = {row.name: row for row in (*_FOLLOW, *_DO_NOT, *_RATES)}


@dataclass(frozen=True, slots=True)
class Found:
    """What one session was answered: from RR alone, or with the chest."""

    answers: tuple[Answer, ...]  # at each look
    following: tuple[Following, ...]
    answer: Answer
    is_measured: bool
    was_held: bool
    rate: tuple[float, float, float] | None  # of the exercise a minute: by the chest, its SD, and the true one


def measure(row: Row, seed: int) -> tuple[Found, Found]:
    """The same session from RR alone, and with the chest."""
    session = simulate(row.one, seed)
    return _found(session, session.events), _found(session, with_chest(session, row.streams, seed))


class _Answering(Pipeline):
    """Without the wave for the pages: it takes half of the time and answers nothing."""

    def _judge(self) -> list[Result]:
        chest, self._intake.chest = self._intake.chest, Chest()
        results = super()._judge()
        self._intake.chest = chest
        return results


def _found(session: Session, events: Iterable[Input]) -> Found:
    """What the pipeline says."""
    pipeline = _Answering()
    results = [result for event in events for result in pipeline.feed(event)]
    responses = {one.looks[-1].breaths: one for one in results if isinstance(one, ExhaleResponse) and one.looks}
    last = [one for one in results if isinstance(one, ExhaleResponse)][-1]
    return Found(
        tuple(responses[look].looks[-1].answer for look in LOOKS if look in responses),
        tuple(responses[look].following for look in LOOKS if look in responses),
        last.answer, last.following_source is FollowingSource.MEASURED, Reason.BREATH_HELD in last.reasons,
        _rate(session, pipeline, results),
    )  # fmt: skip


def _rate(session: Session, pipeline: Pipeline, results: Iterable[Result]) -> tuple[float, float, float] | None:
    """The breathing rate of the exercise by the chest, beside that of the median breath taken in it."""
    assert session.person is not None
    step = next(one for one in results if isinstance(one, StepMeasures) and one.start_s == session.exercise_s)
    found = pipeline._surroundings().measured_rate(step.start_s, step.end_s)
    if found is None:
        return None
    assert step.respiration_hz == found.hz
    starts_s = np.array([breath.inhale_start_s for breath in session.person.respiration.taken])
    inside = (starts_s[1:] > step.start_s) & (starts_s[:-1] < step.end_s)
    return found.hz * 60, found.sd_hz * 60, float(np.median(60 / np.diff(starts_s)[inside]))


def _share(hits: Iterable[bool]) -> str:
    """Percent with its limits."""
    counted = list(hits)
    return percent_with_limits(Share(sum(counted), len(counted))) if counted else "–"


def answer_figures(found: Sequence[Found]) -> list[str]:
    """What became of the exhale answer."""
    ever = (_share(Answer.YES in one.answers[: place + 1] for one in found) for place in range(len(LOOKS)))
    return [*ever, _share(one.answer is Answer.YES for one in found), _share(one.answer is Answer.NO for one in found)]


def following_figures(found: Sequence[Found], should: Following) -> list[str]:
    """How often following was told rightly at each look, and ever the wrong way round."""
    wrong = Following.NO if should is Following.YES else Following.YES
    right = (_share(one.following[place : place + 1] == (should,) for one in found) for place in range(len(LOOKS)))
    return [
        *right, _share(wrong in one.following for one in found), _share(one.is_measured for one in found),
        _share(one.was_held for one in found),
    ]  # fmt: skip


def rate_figures(found: Sequence[Found]) -> list[str]:
    """Errors of the breathing rate."""
    told = np.array([one.rate for one in found if one.rate is not None]).reshape(-1, 3)
    errors = np.abs(told[:, 0] - told[:, 2])
    return [
        _share(one.rate is not None for one in found), number(float(np.median(errors)), 2) if len(errors) else "–",
        _share((errors <= NEAR_PER_MIN).tolist()), _share((errors <= 2 * told[:, 1]).tolist()),
    ]  # fmt: skip


def _measure(task: tuple[str, int]) -> tuple[str, tuple[Found, Found]]:
    """Both answers of one session, with the row they belong to."""
    return task[0], measure(ROWS[task[0]], task[1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page."""
    parser = argparse.ArgumentParser("python -m tests.validation.following", description=__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"of each row ({SESSIONS})")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (one a core)")
    options = parser.parse_args(arguments)
    seeds = range(FIRST_SEED, FIRST_SEED + options.sessions)
    found: dict[str, list[tuple[Found, Found]]] = defaultdict(list)
    with get_context().Pool(options.workers) as pool:
        for name, both in pool.imap(_measure, [(name, seed) for name in ROWS for seed in seeds], chunksize=10):
            found[name].append(both)
    (ROOT / "docs" / "breathing.md").write_text(page(found, options.sessions), encoding="utf-8")
    return 0


def page(found: Mapping[str, Sequence[tuple[Found, Found]]], sessions: int) -> str:
    """The whole page."""
    answers, following, rates = [], [], []
    for name, both in found.items():
        row, (from_rr, from_chest) = ROWS[name], zip(*both, strict=True)
        for source, some in (("RR", from_rr), ("chest", from_chest)):
            answers.append([row.says, source, *answer_figures(some)])
            following.append([row.says, row.should.value, source, *following_figures(some, row.should)])
        rates.append([row.says, *rate_figures(from_chest)])
    return PAGE.format(
        sessions=sessions, first=FIRST_SEED, answers=_table(ANSWER_HEAD, answers),
        following=_table(FOLLOWING_HEAD, following), rates=_table(RATE_HEAD, rates),
    )  # fmt: skip


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *rows])


EVER = ["ever yes, 3 breaths, %", "6 breaths", "12 breaths"]
ANSWER_HEAD = ["who", "following from", *EVER, "yes in the end", "no in the end"]
FOLLOWING_HEAD = [
    "who", "should be", "from", "told rightly at 3 breaths, %", "6 breaths", "12 breaths",
    "ever the wrong way round", "chest read in the end", "held, in the end",
]  # fmt: skip
RATE_HEAD = ["who", "rate told, %", "median error, /min", "within .5/min, % of told", "within 2 SD, % of told"]
PAGE = """# Breathing and following from the chest

Made by `python -m tests.validation.following`, never by hand. All people here are **simulated** (the classes of
`docs/validation.md`) with a simulated accelerometer on the chest (`biofeedback/straps/chest_motion.py`), through the
strap's bytes and the same pipeline as a live session: {sessions} sessions a row, seeds from {first} on, none of which
was used to choose a limit. Each session is answered twice: from RR intervals alone, and with the accelerometer beside
them. Brackets are Wilson's 95 % intervals. Unless a row says otherwise a person moves for 1-4 s every one to three
minutes and sits another way every one and a half to four; restless ones do so every 8-25 s and 15-45 s. No real
recording of an H10's accelerometer was at hand: how deep the chest tilts and how much it is shaken is assumed.

## The exhale answer

{answers}

## Following

Wrong for one who follows is `no`, for one who does not `yes`; `unknown` is neither. A person who cannot be read is
answered from RR, as without an accelerometer. "Held" is the reason that is given beside not following; who holds the
breath goes along until then, so at the early looks `yes` is not wrong of all of them.

{following}

## Breathing rate over the two minutes of the exercise

Truth: the median rate of the breaths taken in the same time, those at its edges included. Of uneven breathers the
median itself hangs on which breaths are counted.

{rates}
"""


if __name__ == "__main__":
    sys.exit(main())
