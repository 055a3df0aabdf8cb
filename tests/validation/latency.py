"""docs/latency.md: the exhale answer with a strap whose latency is unknown, or calibrated: ``python -m`` this."""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from statistics import median

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is there: the processes fill the cores

import numpy as np

from biofeedback.core.events import Input, StrapInfo
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Answer, ExhaleResponse, Following, Look
from tests.validation.classes import CLASSES
from tests.validation.sessions import Session, simulate
from tests.validation.store import ROOT
from tests.validation.tallies import Share
from tests.validation.wording import number, percent_with_limits

__all__ = ["Found", "main", "measure", "row"]

FIRST_SEED = 21_000  # none of them was looked at while the prior of the latency was chosen
SESSIONS = 300
RANGES_S = ((0.2, 1.0), (1.0, 2.5), (2.5, 4.0))
CALIBRATION_SD_S = 0.1  # .3 s is three of them: what aligning with the ECG must reach
NAMES = ("free", "mayer_at_pacer", "flat", "drift", "own_slow", "responder_2_5", "responder_8_12")
LAST_LOOK = 12


@dataclass(frozen=True, slots=True)
class Found:
    """The exhale answer of one session."""

    latency_s: float
    is_calibrated: bool
    ever_yes: bool
    answer: Answer
    following: Following
    look: Look | None  # the last planned one
    truth_ms: float | None

    @property
    def interval_ms(self) -> tuple[float, float, float] | None:
        """Effect with its limits at the last look."""
        look = self.look
        if look is None or look.effect_ms is None or look.low_ms is None or look.high_ms is None:
            return None
        return look.effect_ms, look.low_ms, look.high_ms


def measure(name: str, range_s: tuple[float, float], seed: int) -> tuple[Found, Found]:
    """The same session with the latency unknown, and calibrated with an error of SD .1 s."""
    session = simulate(replace(CLASSES[name], latency_s=range_s), seed)
    error_s = CALIBRATION_SD_S * float(np.random.default_rng([seed, 17]).standard_normal())
    return _found(session, None), _found(session, session.latency_s + error_s)


def _found(session: Session, latency_s: float | None) -> Found:
    """What the pipeline says of a session whose strap line names a latency."""
    pipeline = Pipeline()
    results = [result for event in session.events for result in pipeline.feed(_told(event, latency_s))]
    responses = [one for one in results if isinstance(one, ExhaleResponse)]
    looks = {look.breaths: look for one in responses for look in one.looks}
    truth_ms = None if session.effect_ms is None else session.effect_ms[LAST_LOOK]
    return Found(
        session.latency_s, latency_s is not None, any(look.answer is Answer.YES for look in looks.values()),
        responses[-1].answer, responses[-1].following, looks.get(LAST_LOOK), truth_ms,
    )  # fmt: skip


def _told(event: Input, latency_s: float | None) -> Input:
    """An event; the strap's line names the latency."""
    return replace(event, latency_s=latency_s) if isinstance(event, StrapInfo) else event


def row(found: Sequence[Found]) -> list[str]:
    """Figures of one class, range and knowledge."""
    known = [(one.interval_ms, one.truth_ms) for one in found if one.interval_ms and one.truth_ms is not None]
    ratios = [interval[0] / truth_ms for interval, truth_ms in known if truth_ms]
    return [
        _share(one.ever_yes for one in found),
        _share(one.answer is Answer.YES for one in found),
        _share(one.following is Following.NO for one in found),
        _share(interval[1] <= truth_ms <= interval[2] for interval, truth_ms in known),
        number(median(interval[2] - interval[1] for interval, _ in known), 0) if known else "–",
        number(median(ratios), 2) if ratios else "–",
    ]


def _share(hits: Iterable[bool]) -> str:
    """Percent with its limits."""
    counted = list(hits)
    return percent_with_limits(Share(sum(counted), len(counted))) if counted else "–"


def _measure(task: tuple[str, tuple[float, float], int]) -> tuple[str, tuple[float, float], tuple[Found, Found]]:
    """Both answers of one session, with what they belong to."""
    return task[0], task[1], measure(*task)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page."""
    parser = argparse.ArgumentParser("python -m tests.validation.latency", description=__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"of each row ({SESSIONS})")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (one a core)")
    options = parser.parse_args(arguments)
    seeds = range(FIRST_SEED, FIRST_SEED + options.sessions)
    tasks = [(name, range_s, seed) for name in NAMES for range_s in RANGES_S for seed in seeds]
    rows: dict[tuple[str, tuple[float, float], bool], list[Found]] = defaultdict(list)
    with get_context().Pool(options.workers) as pool:
        for name, range_s, both in pool.imap(_measure, tasks, chunksize=10):
            for one in both:
                rows[name, range_s, one.is_calibrated].append(one)
    lines = [
        [CLASSES[name].says, f"{range_s[0]:g}-{range_s[1]:g}", "calibrated" if known else "unknown", *row(found)]
        for (name, range_s, known), found in sorted(rows.items(), key=lambda item: (NAMES.index(item[0][0]), item[0]))
    ]
    table = "\n".join(f"| {' | '.join(line)} |" for line in (HEAD, ["---"] * len(HEAD), *lines))
    page = PAGE.format(table=table, first=FIRST_SEED, sessions=options.sessions, sd=CALIBRATION_SD_S)
    (ROOT / "docs" / "latency.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


HEAD = [
    "who", "latency, s", "the pipeline knows it", "ever yes, %", "yes in the end, %", "said not to follow, %",
    "interval holds the truth, %", "its width, ms", "effect / truth, median",
]  # fmt: skip

PAGE = """# The exhale answer and the strap's latency

Made by `python -m tests.validation.latency`, never by hand. All people here are **simulated** (the classes of
`docs/validation.md`), through the strap's bytes and the same pipeline as a live session: {sessions} sessions a row,
seeds from {first} on. A strap's intervals carry no time; on an H10 they can be 3-4 s old (polar-ble-sdk, issue 227).
Each session is answered twice: with the latency **unknown**, which is profiled over what straps do, and **calibrated**,
known to an SD of {sd} s, as from aligning the strap's intervals with its own ECG. Brackets are Wilson's 95 % intervals.

{table}

How to read it: an unknown latency never makes an answer where there is none; it widens the interval, and the later the
strap, the more responders are not seen. The prior of an unknown latency (`core/delays.py`): three straps in four near
.8 s (SD .7), one in four anywhere up to 4 s; it is assumed, as nobody has published how late straps are.
"""


if __name__ == "__main__":
    sys.exit(main())
