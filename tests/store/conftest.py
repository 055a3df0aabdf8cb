"""A store of each test's own, on every backend."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from postgresql_server import PostgresqlServer, find_programs
from stored import Place

from biofeedback.store import Store, committer


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server for all tests of this run."""
    programs = find_programs()
    if programs is None:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    server = PostgresqlServer(programs)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place on each backend; a test of one of them names it."""
    if request.param == "sqlite":
        return Place(tmp_path / "data", None)
    server = request.getfixturevalue("postgresql")
    server.empty()
    return Place(tmp_path / "data", server.url)


@pytest.fixture
def data(place: Place) -> Path:
    """Data folder of the place."""
    return place.data


@pytest.fixture(autouse=True)
def _no_waiting_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change is a group of its own: a test does one thing after the other."""
    monkeypatch.setattr(committer, "GROUP_S", 0.0)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a store that is empty."""
    folder = tmp_path_factory.mktemp("store") / "data"

    async def make() -> None:
        await (await Place(folder, None).open()).close()

    asyncio.run(make())
    return folder


@pytest.fixture
async def store(place: Place, made: Path) -> AsyncIterator[Store]:
    """Store of the place."""
    if place.url is None:
        shutil.copytree(made, place.data)  # a test that is about the making opens the place itself
    opened = await place.open()
    yield opened
    await opened.close()
