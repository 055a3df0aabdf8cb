"""docs/estimators.md: four estimators of the exhale answer on the same beats. ``python -m`` this module."""

import os

# One thread a process, before numpy is there: the processes fill the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from biofeedback.core.answers import EVIDENCE_MIN, LATER_TOGETHER_MIN, LOOKS, TOGETHER_MIN, VARIED_TOGETHER_MIN
from tests.bench import machine
from tests.validation.classes import CLASSES
from tests.validation.courses import FIRST_SEED, NAMES, NULLS, ORACLE, SHOWN, TRADE_OFF, Session, gather
from tests.validation.curves import (
    ERROR,
    NEUTRAL,
    SET_MINIMA,
    TOGETHER_MINS,
    Minima,
    Tally,
    TradeOff,
    draw_power,
    draw_trade_off,
    equal_error,
    tally,
    trade_off,
)
from tests.validation.store import ROOT, fingerprint
from tests.validation.tallies import Share
from tests.validation.wording import percent, percent_with_limits

__all__ = ["SHOWN_MINIMA", "main", "write_page"]

FITTED = tuple(NEUTRAL)
SHOWN_MINIMA = {*SET_MINIMA.values(), *((minimum,) * len(LOOKS) for minimum in (-1.0, 0.0, 1.0, 2.0, 3.0))}
TRIED = (
    (
        "floor",
        "a line at the pacer's pace, at one fixed phase (heart .5 s, strap .6 s), in noise as large as the baseline's "
        "largest density within .075-.125 Hz (section 5A of the specification)",
        "t with .1 Hz x baseline degrees of freedom (12), one-sided .012, .018, .03 after 3, 6, 12 breaths",
    ),
    (
        "matched filter",
        "the pacer's wave and its second harmonic at the same fixed delay, a parabola, and noise with the baseline's "
        "autoregression (Burg, order 16, 2 Hz)",
        "t with 12 degrees of freedom, the same limits; phase within 75 degrees, second harmonic below .8 of the first",
    ),
    (
        "arc",
        "the wave at the best of all delays of the heart (-45 to 120 degrees) and a strap (0-2.5 s), autoregression of "
        "order 16 in 64 bands, its size read again beside the line",
        "ratio above 4.1, 4.1, 3.5; another tempo, or one's own breathing that goes on, takes it back. What this "
        "package did before",
    ),
    (
        "weighing",
        "a Gaussian process: the wave with turns that come early or late and breaths that differ in depth, averaged "
        "over delays and amplitudes; against noise alone, and against a steady rhythm of one's own",
        f"log evidence above {', '.join(map(str, EVIDENCE_MIN))}, and above that of a rhythm of one's own. **Kept**: "
        "`locked.py`, `evidence.py` and `answers.py` of `biofeedback/core`",
    ),
    (
        ORACLE,
        "the same, with the spectrum that the simulator draws the background from, not the one learned in two minutes",
        "the same; a ceiling, not an estimator",
    ),
)
Sessions = Mapping[str, Sequence[Session]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status of a run."""
    parser = argparse.ArgumentParser("python -m tests.validation.estimators", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200, help="of each class (200)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (one a core)")
    options = parser.parse_args(arguments)
    write_page(gather(options.sessions, options.workers), ROOT / "docs")
    return 0


def write_page(sessions: Sessions, folder: Path) -> None:
    """Write the page and its pictures."""
    moved = {estimator: equal_error(sessions, estimator) for estimator in FITTED}
    found = trade_off(sessions)
    parts = [
        _opening(sessions), _as_they_are(sessions), _equal(sessions, moved), _cost(sessions), _varied(found),
        _details(sessions),
    ]  # fmt: skip
    draw_power(sessions, folder / "estimators_power.svg")
    draw_trade_off(found, folder / "estimators_varied.svg")
    (folder / "estimators.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *rows])


def _opening(sessions: Sessions) -> str:
    """What was compared, and how."""
    sizes = [len(found) for found in sessions.values()]
    described = "\n".join(line for line in machine.describe().splitlines() if not line.startswith("load"))
    return f"""# Four estimators of the exhale answer

Made by `make estimators`, never by hand. All people here are **simulated**: the classes of `docs/validation.md`,
{min(sizes)} sessions each, seeds {FIRST_SEED} to {FIRST_SEED + max(sizes) - 1}. Limits were chosen on other seeds,
but for what a varied pacer asks for, which was chosen on these.
Every session goes once through the strap's bytes and the pipeline; at each planned look the clean beats and the
baseline that the pipeline itself used are handed to all estimators, so they differ in nothing but themselves. Where the
signal or the baseline bears no fit all of them say unknown.

{_table(("estimator", "what it takes RR for", "yes"), TRIED)}

The true spectrum is known for people who follow the pacer, whose noise is the background alone; free breathing of
uneven length has none in closed form and is left out. With it the size of the noise still counts as known to six
degrees of freedom only, as in the core.

Brackets are Wilson's 95 % intervals. **Ever** counts a yes at any look until then; **in the end** one that no later
look took back: arc and weighing take back where they find another pace, floor and matched filter cannot.

```
state     {fingerprint()} (digest of the core, the simulator and the classes)
{described}
```"""


def _four(found: Tally | None) -> str:
    """Ever yes by 3, 6 and 12 breaths, and in the end."""
    if found is None:
        return "-"
    return f"{' / '.join(percent(found.ever[look].value) for look in LOOKS)}; {percent(found.at_last.value)}"


def _as_they_are(sessions: Sessions) -> str:
    """All estimators with the limits they came with."""
    rows = [[name, *(_four(tally(sessions[name], one)) for one in NAMES)] for name in SHOWN]
    return f"""## With the limits they came with

Ever yes by 3 / 6 / 12 breaths; yes in the end. All in %. Intervals and coverage are in the last table. What each class
is stands in `docs/validation.md`; in all that do not begin with "responder" a yes is false.

{_table(("class", *NAMES), rows)}"""


def _equal(sessions: Sessions, moved: Mapping[str, float]) -> str:
    """All estimators with limits that err alike."""
    rows = []
    for name in SHOWN:
        found = [tally(sessions[name], estimator, moved[estimator]) for estimator in FITTED]
        rows.append([name, *(_with_limits(one) for one in found)])
    words = ", ".join(
        f"{estimator} {f'{value:+.2f} to the log evidence' if estimator == 'weighing' else f'x {value:.2f}'}"
        for estimator, value in moved.items()
    )
    return f"""## Power at equal error

The limits of each estimator are moved together, by one factor or one offset, until the worst of
{", ".join(NULLS)} is ever a false yes in {100 * ERROR:.0f} % of its sessions:
{words}.
The limits come from the same sessions for all, so the comparison is even; the level itself is known no better than
{len(sessions[NULLS[0]])} sessions a class tell.

Ever yes by 3 / 6 / 12 breaths, in brackets the interval of the last; all in %.

{_table(("class", *FITTED), rows)}

![Power against false yes](estimators_power.svg)

Dots are the limits they came with, the dotted line is the level of the table.

{_shown(sessions, moved)}"""


def _shown(sessions: Sessions, moved: Mapping[str, float]) -> str:
    """What the comparison shows, in words."""

    def of(name: str) -> list[Tally]:
        found = [tally(sessions[name], estimator, moved[estimator]) for estimator in FITTED]
        return [one for one in found if one is not None]

    def figures(shares: Iterable[Share]) -> str:
        *others, kept = (percent(share.value) for share in shares)
        return f"{kept} % ({', '.join(others)})"

    def each(name: str, look: int) -> str:
        return figures(one.ever[look] for one in of(name))

    def at_last(name: str) -> str:
        return figures(one.at_last for one in of(name))

    def oracle(name: str) -> str:
        pair = [tally(sessions[name], estimator) for estimator in (ORACLE, "weighing")]
        return " against ".join(percent(one.ever[LOOKS[-1]].value) for one in pair if one is not None)

    return f"""**Weighing is kept.** In brackets floor, matched filter and arc, all at equal error:

- It is the early answer that it wins: yes by 3 breaths in {each("responder_8_12", 3)} of 8-12 bpm, by 6 in
  {each("responder_8_12", 6)}; by 3 with a strap that is 1-2.5 s late in {each("responder_late", 3)}, with a strong
  Mayer wave in {each("responder_mayer", 3)}.
- After twelve breaths little is left between them but for what one fixed delay loses: 8-12 bpm
  {each("responder_8_12", 12)}, late strap {each("responder_late", 12)}, 2-5 bpm {each("responder_2_5", 12)}, strong
  Mayer wave {each("responder_mayer", 12)}, as widely wandering as real people {each("responder_real_like", 12)}.
- Own slow breathing is ever a yes in {each("own_slow", 12)}, with a varied pacer in {each("own_slow_varied", 12)};
  floor and matched filter never take it back, the arc seldomer than weighing: yes in the end
  {at_last("own_slow")}. Begun together with the pacer it deceives all of them: {each("own_slow_together", 12)}.
- What it pays: three breaths of a varied pacer, from which more is asked, give {each("responder_varied", 3)},
  six {each("responder_varied", 6)}.
- The matched filter's limits of a t with 12 degrees of freedom are too low for noise as wide as that of real people:
  they have to grow by {moved["matched filter"]:.2f}, and its lead at small answers goes with it.
- The true spectrum, at the limits that suit the learned one, finds {oracle("responder_2_5")} % at 2-5 bpm and
  {oracle("responder_8_12")} % at 8-12, with {oracle("flat")} % false yes where RSA is flat. The two do
  not err alike, so this is no exact ceiling; but nothing in it says that learning the noise from two minutes is what
  costs the answers."""


def _with_limits(found: Tally | None) -> str:
    """Ever yes, with the interval of the last look."""
    assert found is not None
    low, high = found.ever[LOOKS[-1]].limits
    return f"{' / '.join(percent(found.ever[look].value) for look in LOOKS)} ({100 * low:.0f}-{100 * high:.0f})"


def _cost(sessions: Sessions) -> str:
    """CPU time of a look."""
    looks = [looked for found in sessions.values() for one in found for looked in one.looks if looked.cpu_s]
    rows = []
    for estimator in FITTED:
        times_ms = [
            [1000 * looked.cpu_s[estimator] for looked in looks if looked.breaths == breaths] for breaths in LOOKS
        ]
        rows.append([estimator, *(f"{np.median(times):.1f}" for times in times_ms)])
    return f"""## Cost

Median CPU time of one look in ms on one core. Floor, matched filter and arc learn the baseline's noise anew at each
look; weighing takes what the pipeline has learned once.

{_table(("estimator", *(f"{look} breaths" for look in LOOKS)), rows)}"""


def _varied(found: Sequence[TradeOff]) -> str:
    """What a varied pacer costs, and what it saves."""
    rows = [
        [
            one.pacer, f"{_said(one.together_min)}{' (set)' if one.is_set else ''}",
            percent_with_limits(one.own_slow.ever[LOOKS[-1]]), percent_with_limits(one.own_slow.at_last),
            *(percent_with_limits(one.responder.ever[look]) for look in LOOKS),
        ]
        for one in found
        if one.together_min in SHOWN_MINIMA
    ]  # fmt: skip
    head = (
        "pacer", "least evidence", "own slow: ever yes", "yes in the end",
        *(f"8-12 bpm: yes by {look}" for look in LOOKS),
    )  # fmt: skip
    held = [[pacer, *_held(found, pacer, 0.25), *_held(found, pacer, 0.05)] for pacer in TRADE_OFF]
    return f"""## A fixed or a varied pacer

A person may breathe slowly by himself, at 5.2-6.8 a minute. The core asks for evidence against such a rhythm before it
says yes: {_said(TOGETHER_MIN)} after 3, 6, 12 breaths of a fixed pacer,
{_said(VARIED_TOGETHER_MIN)} with one whose first, or all, breaths are 10-20 % longer or shorter,
{_said(LATER_TOGETHER_MIN)} with three breaths of 4-6 and then one each of 8, 8.5 to 12 s in a drawn order. The curve is
what it trades, alike at all looks, from -1 to 3; all in %.

![What the least evidence trades](estimators_varied.svg)

Dots are what is set, dotted lines are 5 and 25 %.

{_table(head, rows)}

The least evidence that keeps own slow breathing from ever being a yes in more than 25 or 5 %, and what it leaves of
8-12 bpm by 3 / 6 / 12 breaths:

{_table(("pacer", "for 25 %", "8-12 bpm", "for 5 %", "8-12 bpm"), held)}

{_weighed({one.pacer: one for one in found if one.is_set}, found)}"""


def _said(minima: Minima) -> str:
    """Least evidence at each look; once where it is the same at all."""
    return ", ".join(f"{minimum:g}" for minimum in (minima if len(set(minima)) > 1 else minima[:1]))


def _held(found: Sequence[TradeOff], pacer: str, most: float) -> tuple[str, str]:
    """The least evidence that keeps own slow breathing below a share, and the power that it leaves."""
    for one in found:
        if one.pacer != pacer or one.together_min not in TOGETHER_MINS:
            continue
        if one.own_slow.ever[LOOKS[-1]].value <= most:
            return _said(one.together_min), " / ".join(percent(one.responder.ever[look].value) for look in LOOKS)
    return "none", "-"


def _weighed(by_pacer: Mapping[str, TradeOff], found: Sequence[TradeOff]) -> str:
    """The four pacers weighed."""
    fixed, first, every, later = by_pacer.values()
    alike = next(one for one in found if one.pacer == first.pacer and one.together_min == TOGETHER_MIN)

    ever = [percent(one.own_slow.ever[LOOKS[-1]].value) for one in by_pacer.values()]
    last = [percent(one.own_slow.at_last.value) for one in by_pacer.values()]
    fixed_held, first_held = (_held(found, pacer, 0.05) for pacer in (fixed.pacer, first.pacer))

    def figures(one: TradeOff) -> str:
        own = (one.own_slow.ever[LOOKS[-1]], one.own_slow.at_last)
        return " / ".join(percent(share.value) for share in (*own, *(one.responder.ever[look] for look in LOOKS[:2])))

    return f"""Weighed, as own slow breathing ever a yes / a yes in the end / 8-12 bpm a yes by 3 breaths / by 6, in %:

- fixed, {_said(TOGETHER_MIN)} asked for: {figures(fixed)}
- first three breaths varied, {_said(VARIED_TOGETHER_MIN)} asked for: {figures(first)}
- first three breaths varied, {_said(TOGETHER_MIN)} asked for: {figures(alike)}
- all breaths varied, {_said(VARIED_TOGETHER_MIN)} asked for: {figures(every)}
- three steady breaths, then varied, {_said(LATER_TOGETHER_MIN)} asked for: {figures(later)}

At the same least evidence a pacer that varies its first breaths lets fewer own rhythms pass than a fixed one and sees
about as many hearts. To ever call own slow breathing an answer in no more than 5 % takes {first_held[0]} with varied
first breaths and leaves {first_held[1]} % by 3 / 6 / 12 breaths; with a fixed pacer it takes {fixed_held[0]}
and leaves {fixed_held[1]} %: three breaths of a fixed pacer cannot tell 5.5 from 6 a minute.
What is set for a varied pacer, {_said(VARIED_TOGETHER_MIN)}, leaves own slow breathing {ever[1]} %, three varied, and
{ever[2]} %, all varied.

So varied first breaths are worth making the default where an early yes shall be trusted by itself. Where the session's
answer is what counts, a pacer that is steady at first and varied later calls {last[3]} % of own slow breathing an
answer in the end, a fixed one {last[0]} %, and both answer as soon: the exercise `varied_later_4_6`.
What the curve cannot show: simulated people follow a varied pacer as well as a fixed one. Whether patients do, and
like it, is for the clinic to see."""


def _details(sessions: Sessions) -> str:
    """Everything with its interval."""
    rows = []
    for name in SHOWN:
        for estimator in NAMES:
            found = tally(sessions[name], estimator)
            if found is not None:
                shares = (*(found.ever[look] for look in LOOKS), found.at_last, found.coverage)
                rows.append([name, estimator, *map(percent_with_limits, shares)])
    head = ("class", "estimator", *(f"ever yes, {look} breaths" for look in LOOKS), "yes in the end", "coverage")
    says = "\n".join(f"- {name}: {CLASSES[name].says}" for name in SHOWN)
    return f"""## Each with its interval

All in %, limits as they came. Coverage is of the true effect at the last look: by the 95 % interval of t for floor and
matched filter, by the repeated interval of the look for the others.

{_table(head, rows)}

The classes:

{says}"""


if __name__ == "__main__":
    sys.exit(main())
