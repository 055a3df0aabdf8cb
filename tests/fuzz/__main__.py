"""``make fuzz``: a million payloads and many whole sessions through everything that reads what a strap sends.

As many messages of pages and collectors, and settings files.

Found by chance from the seed, and guided by coverage where atheris is installed. ARGS="--payloads 10000 --sessions 100"
makes it shorter. Exit status 1: something was found, and the bytes of it are printed.
"""

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from tests.fuzz.mutation import payload_seeds, session_seeds, spoilt_payloads, spoilt_sessions
from tests.fuzz.parsers import parse_everything
from tests.fuzz.talk import TALK
from tests.fuzz.whole import live_through

LONGEST_BYTES = {"payloads": 260, "sessions": 20_000}
SEEDS = {"payloads": payload_seeds, "sessions": session_seeds}
TELL_EVERY_S = 30.0
GUIDED_MOST_S = 1800  # of each target: guidance makes whole sessions several times slower
RUNS = re.compile(r"number_of_executed_units: (\d+)")


def by_chance(name: str, target: Callable[[bytes], object], inputs: Iterator[bytes], count: int) -> bool:
    """Whether so many inputs were taken without a finding."""
    start_s = told_s = time.monotonic()
    for done, data in enumerate(islice(inputs, count)):
        try:
            target(data)
        except Exception:  # noqa: BLE001  whatever it is, it is a finding
            traceback.print_exc()
            print(f"FOUND by chance, {name}, after {done} inputs: {data.hex()}")
            return False
        if time.monotonic() - told_s > TELL_EVERY_S:
            told_s = time.monotonic()
            print(f"{name}, by chance: {done:,} of {count:,}", flush=True)
    print(f"{name}, by chance: {count:,} inputs in {time.monotonic() - start_s:.0f} s, nothing found", flush=True)
    return True


def guided(name: str, count: int, seed: int) -> bool:
    """Whether atheris took so many inputs without a finding."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, data in enumerate(SEEDS[name]()):
            (corpus / str(number)).write_bytes(data)
        done = subprocess.run(
            [
                sys.executable, "-m", "tests.fuzz.guided", name, str(corpus), f"-runs={count}", f"-seed={seed}",
                f"-max_len={LONGEST_BYTES[name]}", f"-max_total_time={GUIDED_MOST_S}", "-timeout=60",
                "-report_slow_units=60", "-print_final_stats=1", f"-artifact_prefix={folder}/",
            ],
            stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        runs = RUNS.search(done.stdout)
        if done.returncode:
            print(*done.stdout.splitlines()[-60:], sep="\n")
        for artifact in Path(folder).glob("[!c]*-*"):
            print(f"FOUND by atheris, {name}: {artifact.read_bytes().hex()}")
    taken = int(runs[1]) if runs else 0
    print(f"{name}, guided: {taken:,} inputs, {'something' if done.returncode else 'nothing'} found", flush=True)
    return not done.returncode


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--payloads", type=int, default=1_000_000, help="how many payloads (default: %(default)s)")
    parser.add_argument("--sessions", type=int, default=10_000, help="how many sessions (default: %(default)s)")
    parser.add_argument("--messages", type=int, default=1_000_000, help="how many messages (default: %(default)s)")
    parser.add_argument("--settings", type=int, default=20_000, help="how many settings files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    is_well = by_chance("payloads", parse_everything, spoilt_payloads(asked.seed), asked.payloads)
    is_well &= by_chance("sessions", live_through, spoilt_sessions(asked.seed), asked.sessions)
    for name, (read, spoil) in TALK.items():
        is_well &= by_chance(name, read, spoil(asked.seed), getattr(asked, name))
    if importlib.util.find_spec("atheris") is None:
        print("SKIPPED what coverage guides: there is no atheris; pip install -e '.[fuzz]' (Linux or macOS)")
    else:
        is_well &= guided("payloads", asked.payloads, asked.seed)
        is_well &= guided("sessions", asked.sessions, asked.seed)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
