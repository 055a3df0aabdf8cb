"""All tests, two runs side by side: ``python -m tests``. What waits for browsers, programs and disks is one of them."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WAITING = ("tests/browser", "tests/straps", "tests/store", "tests/faults", "tests/load")
PYTEST = (sys.executable, "-m", "pytest", "--cov", "--cov-report=", "--durations=5")


def main() -> int:
    """Exit status: that of the first run that failed, or 0. What both covered is in ``.coverage``."""
    rest = [word for folder in WAITING for word in ("--ignore", folder)]
    with tempfile.TemporaryDirectory() as own, tempfile.TemporaryFile() as said:
        covered = Path(own) / ".coverage"  # a run gathers all that lies beside its own
        command = [*PYTEST, "-p", "no:cacheprovider", *WAITING]
        environment = os.environ | {"COVERAGE_FILE": str(covered)}
        waiting = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)
        try:
            status = subprocess.call([*PYTEST, *rest], cwd=ROOT)
            waited = waiting.wait()
        finally:
            waiting.terminate()
        said.seek(0)
        sys.stdout.buffer.write(said.read())
        sys.stdout.flush()
        combine = (sys.executable, "-m", "coverage", "combine", "--append", "--quiet", covered)
        combined = subprocess.call(combine, cwd=ROOT)
    return status or waited or combined


if __name__ == "__main__":
    sys.exit(main())
