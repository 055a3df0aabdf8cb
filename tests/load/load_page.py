"""docs/load.md and its picture, from what was measured."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.load.bout import Taken
from tests.load.targets import Goal, Target

__all__ = ["draw_growth", "growth_table", "profile_table", "target_table"]


def target_table(found: Sequence[tuple[Target, Taken, Taken | None]]) -> str:
    """Each target beside what was measured, CPU first, and the naive server's figures where it was asked the same."""
    lines = [
        "| | CPU a message, us | core | p50 / p99 / most, ms | messages /s | kB a viewer | asked for | waited |",
        "|---|--:|--:|--:|--:|--:|---|--:|",
    ]
    for target, taken, naive in found:
        goals = "; ".join(_verdict(goal, taken) for goal in target.goals)
        lines.append(_line(target.name, taken, goals))
        if naive is not None:
            lines.append(_line("- naive FastAPI", naive, ""))
    return "\n".join(lines)


def growth_table(found: Sequence[tuple[int, Taken]]) -> str:
    """What more and more straps take."""
    lines = ["| straps | core | CPU a strap, us/s | p50 / p99 / most, ms | waited |", "|--:|--:|--:|--:|--:|"]
    for straps, taken in found:
        each = 1e6 * taken.core / straps
        lines.append(f"| {straps} | {taken.core:.3f} | {each:.0f} | {_latency(taken)} | {taken.waited:.0%} |")
    return "\n".join(lines)


def profile_table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Shares of the CPU, side by side."""
    names = list(dict.fromkeys(part for shares in found.values() for part in shares))
    lines = [f"| | {' | '.join(found)} |", "|---|" + "--:|" * len(found)]
    lines += [
        f"| {name} | " + " | ".join(f"{one.get(name, 0.0):.0%}" for one in found.values()) + " |" for name in names
    ]
    return "\n".join(lines)


def draw_growth(found: Sequence[tuple[int, Taken]], path: Path) -> None:
    """How the cost grows with the straps."""
    straps = [count for count, _ in found]
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    cost, latency = figure.subplots(1, 2)
    cost.plot(straps, [taken.core for _, taken in found], "o-", color="#08306b")
    cost.axhline(1.0, color="#cb181d", lw=0.8, ls=":")
    cost.set(xscale="log", yscale="log", xlabel="straps", ylabel="core")
    for name, colour in (("p50_ms", "#969696"), ("p99_ms", "#d94801")):
        times_ms = [taken.heard[name] for _, taken in found]
        latency.plot(straps, times_ms, "o-", color=colour, label=name.removesuffix("_ms"))
    latency.axhline(50.0, color="#cb181d", lw=0.8, ls=":")
    latency.set(xscale="log", yscale="log", xlabel="straps", ylabel="notification to message heard, ms")
    latency.legend(fontsize=8)
    for axes in (cost, latency):
        axes.grid(color="#dddddd", lw=0.5)
    with mpl.rc_context({"svg.hashsalt": "biofeedback", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def _verdict(goal: Goal, taken: Taken) -> str:
    """A goal, what was reached, and whether it holds."""
    sign = ">=" if goal.at_least else "<="
    number = f"{goal.value(taken):.2f}" if goal.limit < 10 else f"{goal.value(taken):.0f}"
    asked = f"{sign} {goal.limit:g} {goal.unit}".strip()
    if not goal.is_told_by(taken):
        return f"{goal.name} {number} ({asked}): *cannot tell*"
    return f"{goal.name} {number} ({asked}): {'holds' if goal.holds(taken) else '**missed**'}"


def _line(name: str, taken: Taken, goals: str) -> str:
    """A line of the table."""
    heard = taken.heard
    return (
        f"| {name} | {taken.us_per_message:.1f} | {taken.core:.2f} | {_latency(taken)} | {heard['per_s']} "
        f"| {taken.kb_per_viewer:.1f} | {goals} | {taken.waited:.0%} |"
    )


def _latency(taken: Taken) -> str:
    """Times from when a message was meant to be sent until it was heard."""
    return f"{taken.heard['p50_ms']:.2f} / {taken.heard['p99_ms']:.2f} / {taken.heard['longest_ms']:.1f}"
