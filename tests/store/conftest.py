"""A store of each test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from biofeedback.store import Store, open_store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Data folder; nothing is there yet."""
    return tmp_path / "data"


@pytest.fixture
async def store(data: Path) -> AsyncIterator[Store]:
    """Store of the data folder."""
    opened = await open_store(data)
    yield opened
    await opened.close()
