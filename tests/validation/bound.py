"""docs/bound.md: how seldom any test could miss a heart that answers, knowing more than one can: ``python -m`` this."""

import argparse
import math
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is there: the processes fill the cores

import numpy as np

from biofeedback.core.delays import Arc, arc
from biofeedback.core.evidence import AMPLITUDES_MS, Band, locked_waves, log_mean
from biofeedback.core.noise import NoiseSpectrum, Whitened
from biofeedback.core.results import Answer
from biofeedback.straps.physiology import GRID_S
from tests.validation.classes import CLASSES, SessionClass
from tests.validation.looks import Array, SeenBeats, overhear
from tests.validation.sessions import Session, simulate
from tests.validation.store import ROOT
from tests.validation.tallies import LOOKS, Share
from tests.validation.weighing import true_noise
from tests.validation.wording import percent, percent_with_limits

__all__ = ["KNOWN", "Weighed", "best_power", "flat_twin", "main", "weigh"]

FIRST_SEED = 80_000  # no limit was chosen on them
SESSIONS, TWINS = 150, 300
NAMES = ("responder_2_5", "responder_8_12", "responder_12_20", "responder_mayer")
ERROR = 0.05
PROGRAM = "what the program sees: all looks, all tests"
KNOWN = ("what a session tells", "and the delay", "and the noise", "noise and delay")
CHUNK = 5
Found = dict[tuple[str, bool], list[tuple["Weighed", ...]]]  # by class, and whether its flat twins
TOLD_DF = 1e6  # of a noise whose size is told
AROUND_S = 3.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A look: the program's own answer, log evidence for a wave by what is ``KNOWN``, by how many SD it stands out."""

    breaths: int
    is_yes: bool
    evidence: tuple[float, ...]
    stands_out_sd: float


def flat_twin(one: SessionClass) -> SessionClass:
    """The same people, strap and noise, whose heart does not answer."""
    return replace(one, name=f"{one.name} flat", traits=replace(one.traits, rsa_bpm=(0.0, 0.0)))


def weigh(one: SessionClass, seed: int) -> tuple[Weighed, ...]:
    """The looks of one session that bear a fit."""
    session = simulate(one, seed)
    return tuple(
        Weighed(
            seen.breaths,
            seen.answer is Answer.YES,
            _evidence(one, seed, session, seen.beats),
            _stands_out_sd(one, seed, session, seen.beats),
        )
        for seen in overhear(session)
        if seen.beats is not None
    )


def _evidence(one: SessionClass, seed: int, session: Session, beats: SeenBeats) -> tuple[float, ...]:
    """Log evidence of the core's wave against noise alone, by what is known."""
    assert session.person is not None
    true = Arc(np.array([session.person.respiration.lag_s + session.latency_s]), np.zeros(1))
    searched = arc(beats.pacer.pattern, None)
    noise = replace(true_noise(one, seed, float(beats.nn_ms.mean())), scale_df=TOLD_DF)
    ways = ((beats.noise, searched), (beats.noise, true), (noise, searched), (noise, true))
    return tuple(_weighed(beats, *way) for way in ways)


def _weighed(beats: SeenBeats, noise: NoiseSpectrum, delays: Arc) -> float:
    """Log evidence for a wave in one noise over some delays, as the core has it."""
    band = Band(Whitened(noise, beats.mid_s, beats.nn_ms), beats.mid_s, 1 / beats.pacer.pattern.period_s)
    waves = locked_waves(band, beats.pacer, beats.mid_s, delays.delays_s)
    rising = waves.by_amplitude[:, len(AMPLITUDES_MS) + 1 :]
    prior = np.exp(delays.log_prior - delays.log_prior.max())
    return log_mean(rising, np.broadcast_to(prior[:, None], rising.shape)) - band.silence


def _stands_out_sd(one: SessionClass, seed: int, session: Session, beats: SeenBeats) -> float:
    """Distance of the true course of RR, breath by breath as it was, from none, in the true noise; slow drift is out.

    All that any test could know: how likely it is to see the answer at a given error follows from this number alone
    (Neyman & Pearson 1933, doi 10.1098/rsta.1933.0009).
    """
    person = session.person
    assert person is not None
    mid_s = beats.mid_s - session.latency_s
    t_s = np.arange(mid_s[0] - AROUND_S, mid_s[-1] + AROUND_S, GRID_S)
    mean_rr_ms = 60_000 / person.heart_rate_bpm
    width = round(mean_rr_ms / 1000 / GRID_S)
    rr_ms = 60_000 / (person.heart_rate_bpm + person.respiration.modulation_bpm(t_s))
    course_ms = np.interp(mid_s, t_s, np.convolve(rr_ms, np.full(width, 1 / width), mode="same"))
    white = Whitened(true_noise(one, seed, mean_rr_ms), mid_s, course_ms).y
    return float(np.linalg.norm(white))


def best_power(stands_out_sd: Array, error: float) -> float:
    """Share seen by the best of all tests that err in so many of those who do not answer, people taken together.

    Notes
    -----
    One limit on the likelihood ratio, whose logarithm is normal with mean d^2/2 (with the answer) or -d^2/2 (without)
    and variance d^2 (Neyman & Pearson 1933, doi 10.1098/rsta.1933.0009).
    """
    d = np.maximum(stands_out_sd, 1e-9)
    low, high = -50.0, 50.0
    for _ in range(80):
        limit = (low + high) / 2
        low, high = (limit, high) if _above((-d * d / 2 - limit) / d) > error else (low, limit)
    return _above((d * d / 2 - high) / d)


def _above(z: Array) -> float:
    """Mean of the normal distribution at many places."""
    return float(np.mean([math.erfc(-value / math.sqrt(2)) / 2 for value in z]))


def _measure(task: tuple[str, bool, int]) -> tuple[str, bool, tuple[Weighed, ...]]:
    """One session, with what it belongs to."""
    name, is_flat, seed = task
    one = CLASSES[name]
    return name, is_flat, weigh(flat_twin(one) if is_flat else one, seed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page."""
    parser = argparse.ArgumentParser("python -m tests.validation.bound", description=__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"of each class ({SESSIONS})")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (one a core)")
    parser.add_argument("--twins", type=int, default=TWINS, help=f"of each people ({TWINS})")
    options = parser.parse_args(arguments)
    seeds = range(FIRST_SEED, FIRST_SEED + options.sessions)
    twins = range(FIRST_SEED, FIRST_SEED + options.twins)
    # One of each people is enough: those of 2-5, 8-12 and 12-20 bpm are the same once their hearts do not answer.
    alike = {flat_twin(CLASSES[name]).traits: name for name in NAMES}
    tasks = [(name, False, seed) for name in NAMES for seed in seeds]
    tasks += [(name, True, seed) for name in alike.values() for seed in twins]
    found: Found = defaultdict(list)
    with get_context().Pool(options.workers) as pool:
        for name, is_flat, looks in pool.imap(_measure, tasks, chunksize=CHUNK):
            found[name, is_flat].append(looks)
    lines = [line for name in NAMES for line in _rows(name, found, alike[flat_twin(CLASSES[name]).traits])]
    head = ["class", "what is known", *(f"yes by {breaths} breaths" for breaths in LOOKS)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))
    page = PAGE.format(table=table, first=FIRST_SEED, sessions=options.sessions, twins=options.twins, error=100 * ERROR)
    (ROOT / "docs" / "bound.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


def _rows(name: str, found: Found, twin: str) -> list[list[str]]:
    """What is asked of a class, what the program sees, and what each knowledge would see of it."""
    asked = {target.breaths: target.low for target in CLASSES[name].targets if target.figure == "ever_yes"}
    answering, flat = found[name, False], found[twin, True]
    lines = [
        [CLASSES[name].says, "asked for", *(percent(asked.get(breaths, math.nan)) for breaths in LOOKS)],
        ["", PROGRAM, *(percent_with_limits(_ever(answering, breaths)) for breaths in LOOKS)],
        ["", f"{PROGRAM}: false, of their flat twins", *(percent_with_limits(_ever(flat, look)) for look in LOOKS)],
    ]
    for index, known in enumerate(KNOWN):
        lines.append(["", known, *(_seen(index, _at(flat, look), _at(answering, look)) for look in LOOKS)])
    stand_out = [np.array([one.stands_out_sd for one in _at(answering, look)]) for look in LOOKS]
    return [*lines, ["", "everything", *(percent(best_power(one, ERROR)) for one in stand_out)]]


def _at(sessions: Sequence[Sequence[Weighed]], breaths: int) -> list[Weighed]:
    """One look of all sessions."""
    return [look for looks in sessions for look in looks if look.breaths == breaths]


def _ever(sessions: Sequence[Sequence[Weighed]], breaths: int) -> Share:
    """Share of sessions in which a look until then said yes."""
    return Share(
        sum(any(look.is_yes for look in looks if look.breaths <= breaths) for looks in sessions), len(sessions)
    )


def _seen(index: int, flat: Sequence[Weighed], answering: Sequence[Weighed]) -> str:
    """Share above the limit that so many flat twins lie above."""
    limit = float(np.quantile([one.evidence[index] for one in flat], 1 - ERROR))
    return percent_with_limits(Share(sum(one.evidence[index] > limit for one in answering), len(answering)))


PAGE = """# What no test of the exhale answer could do better

Made by `python -m tests.validation.bound`, never by hand. All people here are **simulated**: classes of
`docs/validation.md`, {sessions} sessions of each, and {twins} of the same people with a heart that does not answer at
all (their flat twins), seeds from {first} on, on which no limit was chosen.

Each figure is a share of answering hearts seen, in %. What the program sees counts every look until then. The rows
below it are tests that err in {error:g} % of the flat twins **at this look alone**: as if no other look were taken and
nobody else had to be told from an answer, no rhythm of one's own, no Mayer wave that grows in the exercise. A test that
keeps to all of `docs/validation.md` sees fewer. In brackets Wilson's 95 % intervals; the limit of each test is known no
better than {twins} twins tell.

{table}

- **what a session tells**: the core's evidence for a wave (`core/evidence.py`): noise from two minutes of baseline, a
  delay that is searched.
- **and the delay**: the heart's own lag and the strap's latency are told besides.
- **and the noise**: instead, the spectrum and the size of the noise are told, as the simulator draws it.
- **noise and delay**: both. Nothing is open but the wave's size, and that a person turns a little early or late and
  breathes deeper or flatter from breath to breath, which no strap's intervals tell beforehand: **the ceiling of what
  can be built**.
- **everything**: the true course of the heart rate as well, breath by breath: the bound of Neyman and Pearson (1933,
  doi 10.1098/rsta.1933.0009) in closed form. Nobody could reach it who sees the intervals alone.

From what the program sees to what a session tells is the price of looking three times, of telling the pacer from a
rhythm of one's own, and of the null classes that are worse than a flat twin. From there to the ceiling is all that a
better knowledge of noise and delay could win.
"""


if __name__ == "__main__":
    sys.exit(main())
