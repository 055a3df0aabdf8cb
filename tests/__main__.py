"""All tests, four runs side by side: ``python -m tests``. Browsers, Bluetooth and servers mostly wait.

What is covered is counted where the tests of a module are. Whole programs, faults, loads and error rates run
through the same lines again; counting them there would take half of the time of all tests.
"""

import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COUNTED = ("tests/server", "tests/store", "tests/straps")
PYTEST = (sys.executable, "-m", "pytest", "--durations=5")
COUNTING = ("--cov", "--cov-report=", "-m", "not whole and not browser")
# Programs are started hundreds of times: what was compiled is kept, also where the environment says otherwise.
KEEPING = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
COMBINE = (sys.executable, "-m", "coverage", "combine", "--append", "--quiet")


def main() -> int:
    """Exit status: that of the first run that failed, or 0. What all of them covered is in ``.coverage``."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ended:
        at = Path(folder)
        runs = [
            _Run(at / "browser", "tests/browser"),
            _Run(at / "whole", "-m", "whole", *_with(r"\bmark\.whole\b")),
            _Run(at / "counted", *COUNTING, *COUNTED),
        ]
        for run in runs:
            ended.callback(run.process.terminate)
        ignored = ("tests/browser", *COUNTED, *_with(r"^pytestmark = .*\bmark\.whole\b"))
        rest = [f"--ignore={one}" for one in ignored]
        status = subprocess.call([*PYTEST, *COUNTING, *rest], cwd=ROOT, env=KEEPING)
        for run in runs:
            status = run.end() or status
    return status


def _with(marked: str) -> list[str]:
    """Files of tests with a line like this: to collect one in which nothing is run takes as long as any."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(one.relative_to(ROOT)) for one in files if re.search(marked, one.read_text("utf-8"), re.MULTILINE)]


class _Run:
    """Some of the tests in a process of their own; what it says is shown when it has ended."""

    def __init__(self, place: Path, *arguments: str) -> None:
        place.mkdir()
        self._covered = place / ".coverage"  # a run gathers all that lies beside its own
        self._said = place / "said"
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*PYTEST, "-p", "no:cacheprovider", *arguments],
                cwd=ROOT,
                env=KEEPING | {"COVERAGE_FILE": str(self._covered)},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def end(self) -> int:
        """Exit status, of the tests or of adding what they covered."""
        status = self.process.wait()
        sys.stdout.buffer.write(self._said.read_bytes())
        sys.stdout.flush()
        is_counted = any(self._covered.parent.glob(".coverage*"))
        return status or (subprocess.call([*COMBINE, self._covered], cwd=ROOT) if is_counted else 0)


if __name__ == "__main__":
    sys.exit(main())
