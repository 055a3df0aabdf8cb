"""``make load``: what the live service takes, beside a naive server in the same run; docs/load.md tells."""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.machine import describe
from tests.load.bout import ROOT, Bout, Taken, profile_bout, run_bout
from tests.load.load_page import draw_growth, growth_table, profile_table, target_table
from tests.load.targets import GROWTH, TARGETS, Target, strapped
from tests.load.viewing import client_command

OUT = ROOT / "docs" / "load.md"
PAGE = """# What the live service takes

Made by `{command}` at {moment}.

```
{machine}
```

The server is a process of its own on one core: the whole application, with sign-in's gate, numbered messages, queues
for viewers that are behind, acknowledgements every five seconds and `/metrics`. The viewers are on the other core
({client}); each takes a ticket first. A time counts from when a message was *meant* to be sent until a
viewer has it. *Waited* is the share of the time in which the server would have run and the machine was busy with
something else. Where it is more than 5 %, times, rates and cores are those of a machine that is shared: they tell
nothing of the server, which falls behind while it waits, and its times grow with every second. CPU a message is the
figure that counts then.

## Targets

Sessions are fed by a metronome through the real channel, except for the straps: simulated ones, whose every
notification goes through a whole session, pipeline and all; every input sealed and stored. The naive server is FastAPI
with a set of sockets for each session and `json.dumps` for each message; it has no sign-in, no queue and no resume.
Nobody is measured in a fed session: its viewers hear the session's time each second, beside the beat.

{targets}

## More and more straps

{viewers} viewers for each strap, everything in one process on one core, the simulated people as well.

![How cost and time grow with the number of straps](load.svg)

{growth}

## Where the time goes

Shares of the server's CPU, from a profile (which itself costs most where many small functions are called).

{profile}
"""


def measured(folder: Path, bout: Bout, client: list[str], said: str) -> Taken:
    """What a bout took; one that was measured before is not run again."""
    kept = folder / f"{hash_of(bout)}.json"
    if kept.exists():
        return Taken(**json.loads(kept.read_text(encoding="utf-8")))
    taken = run_bout(bout, client)
    kept.write_text(json.dumps(asdict(taken)), encoding="utf-8")
    print(f"{said}: {taken.us_per_message:.1f} us a message, core {taken.core:.2f}, {taken.heard}", flush=True)
    return taken


def profiled(folder: Path, bout: Bout, client: list[str]) -> dict[str, float]:
    """Where the time of a bout goes; one that was profiled before is not run again."""
    kept = folder / f"{hash_of(bout)}.profile.json"
    if not kept.exists():
        kept.write_text(json.dumps(profile_bout(bout, client)), encoding="utf-8")
    shares: dict[str, float] = json.loads(kept.read_text(encoding="utf-8"))
    return shares


def hash_of(bout: Bout) -> int:
    """Number of a bout, the same in every run."""
    return int.from_bytes(repr(bout).encode(), "big") % (2**61 - 1)


def targets(folder: Path, client: list[str], beside: int) -> list[tuple[Target, Taken, Taken | None]]:
    """Every target, with the naive server beside it where there are no more viewers than ``beside``."""
    found = []
    for target in TARGETS:
        taken = measured(folder, target.bout, client, target.name)
        is_beside = target.naive is not None and target.naive.viewers <= beside
        naive = measured(folder, target.naive, client, "- naive") if target.naive and is_beside else None
        found.append((target, taken, naive))
    return found


def main() -> None:
    """Measure, print the table, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="folder of what was measured; what is there is not run again")
    parser.add_argument("--most", type=int, default=GROWTH[-1], help="straps at most")
    parser.add_argument("--beside", type=int, default=10_000, help="viewers of the naive server at most")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        kept = asked.keep or Path(name)
        kept.mkdir(parents=True, exist_ok=True)
        machine, client = describe(), client_command(Path(name))
        found = targets(kept, client, asked.beside)
        table = target_table(found)
        print(table, flush=True)
        growth = [
            (straps, measured(kept, strapped(straps), client, f"{straps} straps"))
            for straps in GROWTH
            if straps <= asked.most
        ]
        fanned, worn = TARGETS[0].bout, strapped(min(200, asked.most))
        profile = {"viewers": profiled(kept, fanned, client), "straps": profiled(kept, worn, client)}
    draw_growth(growth, OUT.with_suffix(".svg"))
    compiled = client[0].endswith("viewers")
    OUT.write_text(
        PAGE.format(
            command=" ".join(["make load", *([f'ARGS="{" ".join(sys.argv[1:])}"'] if sys.argv[1:] else [])]),
            moment=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            machine=machine,
            client="compiled from tests/load/viewers.c" if compiled else "plain Python: there is no compiler here",
            targets=table,
            viewers=3,
            growth=growth_table(growth),
            profile=profile_table(profile),
        ),
        encoding="utf-8",
    )
    print(growth_table(growth))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and the servers with it
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"the viewers cannot be built: {error}")
