"""Figures in words, alike on the console and on the page."""

import math

from tests.validation.tallies import LOOKS, Share, Tally

__all__ = ["console_line", "number", "percent", "percent_with_limits"]


def percent(value: float) -> str:
    """A share in percent."""
    return "-" if math.isnan(value) else f"{100 * value:.1f}"


def percent_with_limits(share: Share) -> str:
    """A share in percent with its interval."""
    if not share.of:
        return "-"
    low, high = share.limits
    return f"{percent(share.value)} ({100 * low:.1f}-{100 * high:.1f})"


def number(value: float, digits: int = 0) -> str:
    """A number; a dash where there is none."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def console_line(tally: Tally) -> str:
    """One class in one line."""
    ever = " / ".join(percent(tally.ever_yes[breaths].value) for breaths in LOOKS)
    return (
        f"{tally.name:24} {tally.sessions:5}  ever yes {ever:20}  final yes {percent(tally.final['yes'].value):>5}"
        f"  no {percent(tally.final['no'].value):>5}  refused {percent(tally.refused.value):>5}"
        f"  coverage {percent(tally.coverage.value):>5}  calmer {percent(tally.calmer['yes'].value):>5}"
    )
