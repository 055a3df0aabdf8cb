"""Real RR of people who followed no pacer: sessions with a virtual pacer, and what their heart rate is made of."""

import csv
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.events import End, Input, Link, LinkState, RrIntervals, Step, StepKind, StrapInfo
from tests.validation.sessions import FOUR_SIX, LOOKS, STEP_S, Session

__all__ = ["DATA", "PEOPLE", "RealPerson", "cut", "read_rr_ms"]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LATENCY_S = (0.2, 1.0)
LEAD_S = 2.0  # from the first beat to the baseline
SPAN_S = LEAD_S + 2 * STEP_S + 8.0


@dataclass(frozen=True, slots=True)
class RealPerson:
    """One recording; ``is_free`` says whether its person breathed freely with a rhythm that can be read.

    ``is_at_rest`` says whether somebody wrote down that the person sat or lay still.
    """

    name: str
    path: str
    says: str
    is_free: bool = True
    is_at_rest: bool = False


PEOPLE = {
    person.name: person
    for person in (
        RealPerson(
            "rest", "rest_ecg_respiration/rr.csv", "rest, from ECG, free breathing (median 9.4/min)", is_at_rest=True
        ),
        RealPerson("watch", "polar_watch/rest_rr_ms.txt", "rest, Polar watch", is_at_rest=True),
        RealPerson("nn_1h", "nn_1h/nn_ms.npy", "one hour of NN"),
        RealPerson("pvc", "polar_h10/frequent_pvc_rr.csv", "frequent ectopic beats: to be refused", False),
        RealPerson("slow", "polar_h10/slow_breathing_ibi.csv", "slow breathing of 3.5-5/min, not ours", False),
    )
}


@cache
def _rr_ms(name: str) -> NDArray[np.float64]:
    """All intervals of a recording in ms."""
    path = DATA / PEOPLE[name].path
    if path.suffix == ".npy":
        return np.asarray(np.load(path), dtype=np.float64).ravel()
    if path.suffix == ".txt":
        return np.asarray([float(word) for word in path.read_text(encoding="utf-8").split()])
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row]
    if not rows[0][1].replace(".", "").replace("e+", "").isdigit():
        rows = rows[1:]
    return np.asarray([float(row[1]) for row in rows])


def read_rr_ms(name: str) -> NDArray[np.float64] | None:
    """All intervals of a recording in ms; None where the recordings are not there."""
    return _rr_ms(name) if (DATA / PEOPLE[name].path).exists() else None


def cut(name: str, seed: int) -> Session:
    """Session with a virtual 4-6 pacer, begun somewhere in a recording."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    rr_ms = _rr_ms(name)
    beats_s = np.cumsum(rr_ms) / 1000
    start_s = rng.uniform(0.0, beats_s[-1] - SPAN_S)
    latency_s = rng.uniform(*LATENCY_S)
    inside = np.flatnonzero((beats_s > start_s + 0.5) & (beats_s - start_s < SPAN_S - latency_s))
    exercise_s = LEAD_S + STEP_S
    events: list[Input] = [
        StrapInfo(0, 0.0, 1, "import"),
        Link(1, 0.0, 1, LinkState.CONNECTED),
        Step(2, LEAD_S, StepKind.BASELINE, STEP_S),
        Step(3, exercise_s, StepKind.BREATHE, STEP_S, FOUR_SIX),
        End(4, SPAN_S + 0.5, "planned"),
        *(
            RrIntervals(5 + int(k), float(beats_s[k] - start_s) + latency_s, (float(rr_ms[k]),))
            for k in inside.tolist()
        ),
    ]
    events.sort(key=lambda event: event.t_s)
    return Session(tuple(events), exercise_s, dict.fromkeys(LOOKS, 0.0), latency_s, None, 0.0)
