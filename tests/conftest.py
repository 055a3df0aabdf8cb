"""What holds for all tests.

Before numpy is imported anywhere: one thread, as the command line sets it, so that sums end in the same bits.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["TZ"] = "UTC"  # where moments are told, in the browsers of the tests as well

import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest
from example_recording import DESIGN

from tests.counted import leave_out_torn

if hasattr(time, "tzset"):
    time.tzset()

with suppress(ModuleNotFoundError):  # the guest with the real BlueZ has what its own tests need
    from hypothesis import settings

    # A machine that does other things as well is no fault of the code.
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


@pytest.hookimpl(wrapper=True, trylast=True)  # within pytest-cov's own, which adds up what is left
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    result = yield
    if session.config.pluginmanager.hasplugin("_cov"):
        leave_out_torn(Path(os.environ.get("COVERAGE_FILE", ".coverage")).parent)
    return result


@pytest.fixture
def design(tmp_path: Path) -> Path:
    """The example recording of the design, in a file of the test's own."""
    path = tmp_path / "session.jsonl"
    path.write_text(DESIGN)
    return path
