"""What is asked of the live service, and the bouts that show whether it holds."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.load.bout import Bout, Taken

__all__ = ["GROWTH", "TARGETS", "Goal", "Target", "strapped"]

VIEWERS_EACH = 3
WAITED = 0.05  # share of the time without a core, up to which times are the server's own
GROWTH = (1, 10, 50, 100, 200, 500, 1000, 2000)  # straps


@dataclass(frozen=True, slots=True)
class Goal:
    """One number that is asked for: at most ``limit``, or at least.

    ``needs_core``: it says something of the server only where that had its core for itself.
    """

    name: str
    value: Callable[[Taken], float]
    limit: float
    unit: str
    at_least: bool = False
    needs_core: bool = True

    def holds(self, taken: Taken) -> bool:
        """Whether it was reached."""
        value = self.value(taken)
        return value >= self.limit if self.at_least else value <= self.limit

    def is_told_by(self, taken: Taken) -> bool:
        """Whether what was measured tells anything of it."""
        return not self.needs_core or taken.waited <= WAITED


@dataclass(frozen=True, slots=True)
class Target:
    """A line of the table: a bout, what is asked of it, and the naive server that is asked the same, if it can be."""

    name: str
    bout: Bout
    goals: tuple[Goal, ...]
    naive: Bout | None = None


def strapped(straps: int, seconds: float = 10.0) -> Bout:
    """So many straps, each with a session and three viewers."""
    return Bout("strapped_server", straps, VIEWERS_EACH * straps, seconds=seconds, settle_s=12.0, flags=_flags(straps))


def _flags(straps: int) -> tuple[str, ...]:
    """Few viewers come one by one, many come together."""
    return ("-b", str(min(128, max(1, straps))))


def _cpu(limit: float) -> Goal:
    return Goal("CPU a message", lambda taken: taken.us_per_message, limit, "us", needs_core=False)


def _p99(limit: float) -> Goal:
    return Goal("p99", lambda taken: taken.heard["p99_ms"], limit, "ms")


def _core(limit: float) -> Goal:
    return Goal("core", lambda taken: taken.core, limit, "")


_MEMORY = Goal("memory a viewer", lambda taken: taken.kb_per_viewer, 40, "kB", needs_core=False)
_RATE = Goal("messages", lambda taken: taken.heard["per_s"], 40_000, "/s", at_least=True)
_TOGETHER = Goal("the last of 1,500 is served within", lambda taken: taken.heard["longest_ms"], 50, "ms")
_ALL_BACK = Goal("back", lambda taken: taken.heard["back"], 1500, "viewers", at_least=True)
_BACK = Goal("the last is back within", lambda taken: taken.heard["back_longest_ms"], 5000, "ms")

TARGETS = (
    Target(
        "100 sessions, 20 viewers each, 41,000 messages a second",
        Bout("fed_server", 100, 2000, 20.5),
        (_cpu(25), _RATE, _p99(10), _MEMORY),
        Bout("naive_server", 100, 2000, 20.5),
    ),
    Target(
        "5,000 sessions, 2 viewers each, a beat a second",
        Bout("fed_server", 5000, 10_000, settle_s=8.0),
        (_p99(5), _core(0.6), _MEMORY),
        Bout("naive_server", 5000, 10_000, settle_s=8.0),
    ),
    Target(
        "1 session, 1,500 viewers, a beat a second",
        Bout("fed_server", 1, 1500),
        (_cpu(25), _TOGETHER),
        Bout("naive_server", 1, 1500),
    ),
    Target(
        "the same, when all 1,500 come back at once",
        Bout("fed_server", 1, 1500, seconds=30.0, flags=("-x",)),
        (_ALL_BACK, _BACK),
    ),
    Target(
        "500 straps, each with its session and three viewers",
        strapped(500),
        (_p99(20),),
    ),
)
