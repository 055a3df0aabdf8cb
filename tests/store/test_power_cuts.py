"""A short form of ten thousand power cuts: ``make faults ARGS=power``."""

import asyncio
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.store import sqlite
from tests.faults.lost_power import after_cut
from tests.faults.power import Ledger, cut_power, put_back, watch, wrong_after
from tests.faults.watched_disk import Create, Delete, Sync, Truncate, Write, can_watch

pytestmark = pytest.mark.skipif(not can_watch(), reason="needs a Python whose SQLite is a library of its own")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """What a store did from its first start to its close."""
    made = Ledger()
    asyncio.run(watch(tmp_path_factory.mktemp("disk") / "data", made, random.Random(1)))
    return made


@settings(max_examples=40)
@given(at=st.floats(0, 1), chance=st.randoms(use_true_random=False))
def test_after_a_power_cut_all_that_was_confirmed_is_there(ledger: Ledger, at: float, chance: random.Random) -> None:
    cut = round(at * len(ledger.log))
    with tempfile.TemporaryDirectory() as name:
        put_back(Path(name), after_cut({}, ledger.log[:cut], chance))
        assert asyncio.run(wrong_after(Path(name), ledger, cut)) == []


async def test_a_store_survives_one_cut_after_the_other() -> None:
    assert await cut_power(20, seed=2, cuts_a_run=4) == []


@pytest.fixture
def _not_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WRITING", tuple(rule.replace("= FULL", "= NORMAL") for rule in sqlite.WRITING))


@pytest.fixture
def _not_waiting_for_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "VAULT_RULES", tuple(rule.replace("= EXTRA", "= FULL") for rule in sqlite.VAULT_RULES))


@pytest.mark.usefixtures("_not_waiting_for_the_disk")
async def test_a_store_that_did_not_wait_for_the_disk_would_be_caught() -> None:
    assert any("were confirmed" in line for line in await cut_power(40, seed=1))


@pytest.mark.usefixtures("_not_waiting_for_the_folder")
async def test_a_vault_that_did_not_wait_for_its_folder_would_be_caught() -> None:
    assert any("the key is gone" in line for line in await cut_power(40, seed=1))


@pytest.fixture(params=range(20))
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


def test_what_was_synced_stays_and_what_was_not_may_be_anything(chance: random.Random) -> None:
    log = [Create("a"), Write("a", 0, b"12345678"), Sync("a"), Write("a", 2, b"xy"), Truncate("a", 4)]
    assert after_cut({}, log[:3], chance) == {"a": b"12345678"}
    left = after_cut({}, log, chance)["a"]
    assert left[:2] == b"12"
    assert len(left) in (4, 8)


def test_a_new_file_may_be_missing_until_it_is_synced(chance: random.Random) -> None:
    left = after_cut({}, [Create("a"), Write("a", 0, b"1")], chance)
    assert len(left.get("a", b"")) <= 1
    assert after_cut({}, [Create("a"), Sync("a")], chance) == {"a": b""}


def test_a_deleted_file_may_come_back_until_its_folder_is_synced() -> None:
    log = [Delete("a", is_synced=False)]
    assert {len(after_cut({"a": b"1"}, log, random.Random(seed))) for seed in range(20)} == {0, 1}
    assert after_cut({"a": b"1"}, [Delete("a", is_synced=True)], random.Random(1)) == {}
    assert after_cut({"a": b"1"}, [*log, Create("b"), Sync("b")], random.Random(1)) == {"b": b""}
