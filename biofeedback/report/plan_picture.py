"""The picture of a plan that a person takes home: rounds of a comparison, or the paces of a search; words for axes."""

from collections.abc import Sequence

from biofeedback.core.choices import Answer, Outcome
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import BlockMeasures, ResonanceResult, TrialResult
from biofeedback.lang import Words
from biofeedback.report.breath_picture import MARGINS, SIZE, SMALLEST_SPAN_BPM
from biofeedback.report.sheet import Picture
from biofeedback.report.svg import Axis, Plot
from biofeedback.sentences import answer_of

__all__ = ["plan_picture"]

Round = tuple[BlockMeasures, BlockMeasures]  # of the arm that is compared with, and of the arm itself
BELOW = 44  # room for words under the drawing
ROOM_PER_MIN = 0.25  # beside the slowest and the fastest pace
PLACES = (0.25, 0.75)  # of the two arms, from left to right


def plan_picture(result: TrialResult | ResonanceResult, words: Words) -> Picture | None:
    """One picture of what the blocks showed; None where they did not stay whole."""
    if isinstance(result, ResonanceResult):
        return _paces(result, words)
    if result.reasons:
        return None
    primary = [one for one in result.outcomes if one.is_primary]
    rounds = _rounds(result, [one.outcome for one in primary])
    if {one.sets for one in primary} != {len(rounds)}:  # a break between blocks, which the blocks do not know of
        return None
    if primary[0].outcome is Outcome.HEART_RATE:
        return _slopes(result, rounds, words)
    return _falls(result, rounds, words)


def _rounds(result: TrialResult, outcomes: Sequence[Outcome]) -> list[Round]:
    """Both arms of each set in which every block has its numbers."""
    design = EXERCISES[result.exercise].design
    assert design is not None
    size = len(design.arms)
    found = []
    for first in range(0, len(result.blocks) - size + 1, size):
        blocks = {block.arm: block for block in result.blocks[first : first + size]}
        if all(block.value(one) is not None for block in blocks.values() for one in outcomes):
            found.append((blocks[result.other], blocks[result.arm]))
    return found


def _slopes(result: TrialResult, rounds: list[Round], words: Words) -> Picture:
    """Heart rate with either, a line for each round."""
    pairs = [tuple(_known(one.heart_rate_bpm) for one in pair) for pair in rounds]
    key = f"report.patient.picture.{result.exercise}"
    plot = _plot(Axis(0.0, 1.0), [bpm for pair in pairs for bpm in pair], words)
    for place, name in zip(PLACES, ("other", "arm"), strict=True):
        plot.rule("edge", x=place)
        plot.text(plot.x(place), plot.bottom + 28, words(f"{key}.{name}"), "said")
    for pair in pairs:
        points = list(zip(PLACES, pair, strict=True))
        plot.line(points, "round")
        plot.marks(points, "ball", "round-dot")
    text = words(f"{key}.text", n=len(pairs), down=sum(own < other for other, own in pairs))
    return _finished(plot, key, answer_of(result), text, words)


def _falls(result: TrialResult, rounds: list[Round], words: Words) -> Picture:
    """How far the heart rate came down after an effort with either, over two minutes."""
    key = f"report.patient.picture.{result.exercise}"
    lines = [[(0.0, 0.0), (1.0, _known(one.change_60_bpm)), (2.0, _known(one.change_120_bpm))] for one in rounds[0]]
    plot = _plot(Axis(-0.05, 2.05), [bpm for line in lines for _, bpm in line], words)
    for line, name in zip(lines, ("other", "arm"), strict=True):
        plot.line(line, f"pulse {name}")
    for place, name, anchor in ((0.0, "start", "start"), (2.0, "end", "end")):
        plot.text(plot.x(place), plot.bottom + 28, words(f"{key}.{name}"), "said", anchor)
    _legend(plot, [(name, words(f"{key}.{name}")) for name in ("arm", "other")])
    (_, other_bpm), (_, own_bpm) = (line[-1] for line in lines)
    text = words(f"{key}.text", other=other_bpm, own=own_bpm)
    return _finished(plot, key, answer_of(result), text, words)


def _paces(result: ResonanceResult, words: Words) -> Picture | None:
    """How far the heart rate goes along at each pace, and how sure that is."""
    if result.peak_per_min is None:
        return None
    whole = [one for one in result.blocks if one.rsa_ms is not None]
    bars = sorted(
        (_known(one.breaths_per_min), _known(one.rsa_ms), _known(one.low_ms), _known(one.high_ms)) for one in whole
    )
    key = "report.patient.picture.resonance"
    across = Axis(bars[0][0] - ROOM_PER_MIN, bars[-1][0] + ROOM_PER_MIN)
    plot = Plot(*SIZE, across, Axis(0.0, 1.06 * max(high for *_, high in bars)), _margins())
    _ends(plot, words(f"{key}.more"), words(f"{key}.less"))
    for pace, rsa, low, high in bars:
        plot.line([(pace, max(0.0, low)), (pace, high)], "reach")
        plot.marks([(pace, rsa)], "ball", "round-dot")
    plot.text(plot.left, plot.bottom + 28, words(f"{key}.slow"), "said", "start")
    plot.text(plot.right, plot.bottom + 28, words(f"{key}.fast"), "said", "end")
    best = max(range(len(bars)), key=lambda place: bars[place][1])
    text = words(f"{key}.text", n=len(bars), best=best + 1)
    return _finished(plot, key, result.answer, text, words)


def _known(value: float | None) -> float:
    """A number that a whole block has."""
    assert value is not None
    return value


def _margins() -> tuple[int, int, int, int]:
    """As those of the average breath, with room for words below."""
    return (12, MARGINS[1], BELOW, MARGINS[3])


def _plot(across: Axis, values_bpm: list[float], words: Words) -> Plot:
    """An empty drawing of heart rate; faster is higher."""
    plot = Plot(*SIZE, across, Axis.around(values_bpm, SMALLEST_SPAN_BPM), _margins())
    _ends(plot, words("report.patient.picture.faster"), words("report.patient.picture.slower"))
    return plot


def _ends(plot: Plot, high: str, low: str) -> None:
    """What is up and what is down."""
    plot.text(plot.left - 14, plot.top + 20, high, "said", "end")
    plot.text(plot.left - 14, plot.bottom - 10, low, "said", "end")


def _legend(plot: Plot, names: list[tuple[str, str]]) -> None:
    """Which line is which: a piece of each before its words, in the upper right, where lines that come down are not."""
    for place, (style, text) in enumerate(names):
        y = plot.top + 20 + 30 * place
        plot.parts.append(f'<path class="pulse {style}" d="M{plot.right - 300:.1f} {y - 6:.1f}h44"/>')
        plot.text(plot.right - 244, y, text, "said", "start")


def _finished(plot: Plot, key: str, answer: Answer, text: str, words: Words) -> Picture:
    """A drawing with its words; of what cannot be told it says so."""
    title = words(f"{key}.title")
    how = "unclear" if answer is Answer.UNKNOWN else "clear"
    return Picture(plot.svg("plan", title, text), title, words(f"{key}.{how}"))
