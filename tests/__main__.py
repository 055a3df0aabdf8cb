"""All tests, three runs side by side: ``python -m tests``. Browsers, Bluetooth and servers mostly wait."""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WAITING = (("tests/browser", "tests/straps"), ("tests/server", "tests/security", "tests/soak"))
PYTEST = (sys.executable, "-m", "pytest", "--cov", "--cov-report=", "--durations=5")
COMBINE = (sys.executable, "-m", "coverage", "combine", "--append", "--quiet")


def main() -> int:
    """Exit status: that of the first run that failed, or 0. What all of them covered is in ``.coverage``."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ended:
        runs = [_Run(Path(folder) / str(number), folders) for number, folders in enumerate(WAITING)]
        for run in runs:
            ended.callback(run.process.terminate)
        rest = [word for folders in WAITING for one in folders for word in ("--ignore", one)]
        status = subprocess.call([*PYTEST, *rest], cwd=ROOT)
        for run in runs:
            status = run.end() or status
    return status


class _Run:
    """Tests of some folders in a process of their own; what it says is shown when it has ended."""

    def __init__(self, place: Path, folders: tuple[str, ...]) -> None:
        place.mkdir()
        self._covered = place / ".coverage"  # a run gathers all that lies beside its own
        self._said = place / "said"
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*PYTEST, "-p", "no:cacheprovider", *folders],
                cwd=ROOT,
                env=os.environ | {"COVERAGE_FILE": str(self._covered)},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def end(self) -> int:
        """Exit status, of the tests or of adding what they covered."""
        status = self.process.wait()
        sys.stdout.buffer.write(self._said.read_bytes())
        sys.stdout.flush()
        return status or subprocess.call([*COMBINE, self._covered], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
