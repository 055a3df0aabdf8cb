"""What the runs found: the figures on the terminal, and docs/faults.md."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.bench.machine import describe

__all__ = ["page", "say"]

Outcomes = Sequence[Mapping[str, Any]]

_HEAD = """# Faults
Written by `make faults`. Each part is done once for each of so many seeds; a part that is stopped goes on where it was.
"""
_TEXTS = {
    "collectors": """A remote collector and a server with a network between them that delays, resets, refuses, goes
dark or passes single bytes; either side is killed at random moments. Then both must hold the same.""",
    "kills": """A server with four rooms: in each a patient's page, whose strap sends numbered frames, and a
physiotherapist's, which writes notes and ratings, starts, and asks for other sessions. The server is killed
(SIGKILL) at a random moment, one time in five while it still starts, and started again on the same data; ten
times, then it is told to stop. After each the files are copied and read back: `PRAGMA integrity_check`; each
acknowledged frame is there once, in order, with its bytes; each note that the page was told is noted is there, and
none twice, though the page says again what was not noted when it comes back; each life in which a session took in
frames begins with the mark of a gap; no room is missing. *Live again* is from the start of the process until in all
rooms a new frame was acknowledged. One start in ten is from a new interpreter, which first loads the program; the
others are forked from one that has it loaded. What a server computed until then (CPU) does not depend on what else
the machine had to do.""",
    "power": """A store is worked with on a disk of which each write and sync is noted; what it may hold when its power
goes at any moment is put together from that, a torn and reordered rest included, 250 times for each seed. All that was
confirmed must be there, once and in order, whoever was erased must stay so, and both databases must be whole.""",
    "disk": """A server on a disk of its own of 3 MB, which is filled to the last byte for three seconds while a
patient and a physiotherapist watch, twice. Both must be told that nothing is being saved, the session's time must
go on, and when there is room again all that waited must be saved by itself and read back.""",
    "refusals": """The same with a disk that from one moment to the next takes nothing, as one that the system made
read-only, and then takes all again.""",
    "stops": """A server that is stopped (SIGSTOP) for four to eight seconds while a patient and a physiotherapist
watch, twice, and goes on. The strap's page does not know: what it sends waits. Both pages must be told of the same
gap; it is one session that goes on; each acknowledged frame must be there once, in order.""",
    "poison": """Four sessions with a viewer each, and a fifth that is poisoned: a strap that sends garbage, a
pipeline that raises at each input, a session that raises at each tick and is taken up again and again, ten
viewers that never read. What the viewers of the four heard must be, to the last bit, what the pipeline makes of
that session's inputs alone. Times are from a message's making to its arrival at a viewer, in the quietest of the
rounds; all is one program on one core, those who poison included. *CPU* is what this program computed meanwhile, which
does not depend on what else the machine had to do.""",
}


def page(outcomes: Mapping[str, Outcomes]) -> str:
    """docs/faults.md."""
    parts = [_HEAD, f"\n{datetime.now(UTC):%Y-%m-%d}\n```\n{describe()}\n```\n"]
    for name, of in outcomes.items():
        parts.append(f"\n## {name.capitalize()}\n{_TEXTS[name]}\n\n{_table(_figures(name, of))}")
    return "".join(parts)


def say(name: str, sums: Iterable[str], outcomes: Outcomes) -> str:
    """Figures of a part for the terminal, and all that was wrong."""
    lines = [f"{name}, {len(outcomes)} runs: " + ", ".join(f"{field} {_sum(outcomes, field)}" for field in sums)]
    lines += [" | ".join(row) for row in _figures(name, outcomes)]
    lines += [f"seed {one['seed']}: {line}" for one in outcomes for line in one["wrong"]]
    return "\n".join(lines) + "\n"


def _figures(name: str, outcomes: Outcomes) -> list[list[str]]:
    """Rows of a part's table, the first of them its head."""
    if name == "poison":
        return _poisons(outcomes)
    rows = [["what", "figure"], ["runs", str(len(outcomes))]]
    rows += [[text, f"{_sum(outcomes, field)}"] for field, text in _COUNTED[name].items()]
    for is_fresh, text in ((False, "forked"), (True, "a new interpreter")):
        lives = [life for one in outcomes for life in one.get("lives", ()) if life["is_fresh"] is is_fresh]
        for field, unit in (("live_s", "live again"), ("cpu_s", "of this, CPU")) if lives else ():
            rows.append([f"{unit}, {text}, {len(lives)} starts", _spread([life[field] for life in lives])])
    for field, text in (
        ("said_s", "until both were told"),
        ("told_s", "until both were told of the gap"),
        ("saved_s", "until all was saved again"),
    ):
        if values := [value for one in outcomes for value in one.get(field, ())]:
            rows.append([f"{text}, {len(values)} times", _spread(values)])
    for fault in sorted({fault for one in outcomes for fault in one.get("faults", ())}):
        rows.append([f"connections: {fault}", str(sum(one["faults"].get(fault, 0) for one in outcomes))])
    return [*rows, ["runs in which anything was wrong", str(sum(bool(one["wrong"]) for one in outcomes))]]


_COUNTED = {
    "collectors": {
        "server_kills": "kills of the server",
        "collector_kills": "kills of the collector",
        "frames": "frames compared",
        "sessions": "sessions",
    },
    "kills": {
        "kills": "kills",
        "early": "of these, while the server started",
        "acknowledged": "acknowledged frames, each read back once",
        "notes": "notes that were noted",
        "sessions": "sessions",
    },
    "power": {"cuts": "power cuts"},
    "disk": {"acknowledged": "acknowledged frames, each read back once"},
    "refusals": {"acknowledged": "acknowledged frames, each read back once"},
    "stops": {"acknowledged": "acknowledged frames, each read back once"},
}


def _poisons(outcomes: Outcomes) -> list[list[str]]:
    """A row for each poison: the quietest of its rounds."""
    rows = [
        [
            "poison",
            "rounds",
            "beats compared",
            "different",
            "p50 ms",
            "p99 ms",
            "longest ms",
            "CPU p99 ms",
            "CPU longest ms",
        ]
    ]
    for name in dict.fromkeys(found["poison"] for one in outcomes for found in one["poisons"]):
        rounds = [found for one in outcomes for found in one["poisons"] if found["poison"] == name]
        fields = ("p50_ms", "p99_ms", "longest_ms", "busy_p99_ms", "busy_longest_ms")
        best = [f"{min(found[field] for found in rounds)}" for field in fields]
        wrong = sum(len(found["wrong"]) for found in rounds)
        rows.append([name, str(len(rounds)), str(sum(found["compared"] for found in rounds)), str(wrong), *best])
    return rows


def _spread(values: list[float]) -> str:
    """Median, 99th percentile and longest."""
    values = sorted(values)
    return f"median {values[len(values) // 2]} s, p99 {values[len(values) * 99 // 100]} s, longest {values[-1]} s"


def _sum(outcomes: Outcomes, field: str) -> int:
    """Sum of a field."""
    return sum(one[field] for one in outcomes)


def _table(rows: list[list[str]]) -> str:
    """Markdown of a table."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(row)} |\n" for row in lines)
