"""What holds for all tests.

Before numpy is imported anywhere: one thread, as the command line sets it, so that sums end in the same bits.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pathlib import Path

import pytest
from example_recording import DESIGN


@pytest.fixture
def design(tmp_path: Path) -> Path:
    """The example recording of the design, in a file of the test's own."""
    path = tmp_path / "session.jsonl"
    path.write_text(DESIGN)
    return path
