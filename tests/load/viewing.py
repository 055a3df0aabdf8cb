"""The program that watches: compiled from viewers.c where there is a compiler, else plain Python."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["client_command"]

HERE = Path(__file__).parent


def client_command(folder: Path) -> list[str]:
    """Command of the viewers; ``folder`` is where it may be built."""
    compiler = next(filter(None, map(shutil.which, (os.environ.get("CC") or "cc", "gcc", "clang"))), None)
    if compiler is None or not sys.platform.startswith("linux"):
        return [sys.executable, "-m", "tests.load.plain_viewers"]
    program = folder / "viewers"
    subprocess.run([compiler, "-O2", "-o", str(program), str(HERE / "viewers.c")], check=True)
    return [str(program)]
