"""Steps of a plain RR file, as given on the command line: ``0-120`` or ``120-240:4-6``."""

from dataclasses import dataclass
from itertools import pairwise

from biofeedback.core.events import StepKind
from biofeedback.core.pacing import Pattern
from biofeedback.errors import InputError

__all__ = ["StepSpan", "parse_steps"]


@dataclass(frozen=True, slots=True)
class StepSpan:
    """A step by its place in the file: seconds from the file's first beat interval."""

    step: StepKind
    start_s: float
    end_s: float
    pattern: Pattern | None = None


def parse_steps(baseline: list[str], breathe: list[str], recovery: list[str]) -> tuple[StepSpan, ...]:
    """Spans in the order of their start.

    Parameters
    ----------
    baseline, breathe, recovery : list of str
        ``START-END`` in seconds; a breathing step may say its pattern, ``START-END:4-6``.

    Raises
    ------
    InputError
        If a span cannot be read, ends before it starts, or overlaps another.
    """
    options = {StepKind.BASELINE: baseline, StepKind.BREATHE: breathe, StepKind.RECOVERY: recovery}
    spans = [_parse_span(kind, text) for kind, texts in options.items() for text in texts]
    spans.sort(key=lambda span: span.start_s)
    for first, second in pairwise(spans):
        if second.start_s < first.end_s:
            raise InputError(
                f"--{first.step} {first.start_s:g}-{first.end_s:g} and "
                f"--{second.step} {second.start_s:g}-{second.end_s:g} overlap: give each step its own seconds"
            )
    return tuple(spans)


def _parse_span(kind: StepKind, text: str) -> StepSpan:
    """One span of ``0-120`` or ``120-240:4-6``; a breathing step without a pattern is 4-6."""
    example = "120-240:4-6" if kind is StepKind.BREATHE else "0-120"
    seconds, colon, pattern = text.partition(":")
    try:
        start_s, end_s = (float(part) for part in seconds.split("-"))
        paced = Pattern.parse(pattern if colon else "4-6") if kind is StepKind.BREATHE else None
    except ValueError as error:
        raise InputError(f"--{kind} {text}: not a stretch of seconds; write for example --{kind} {example}") from error
    if not 0 <= start_s < end_s < float("inf") or (colon and paced is None):
        raise InputError(f"--{kind} {text}: not a stretch of seconds; write for example --{kind} {example}")
    return StepSpan(kind, start_s, end_s, paced)
