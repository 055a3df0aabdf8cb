import asyncio
import importlib
import pkgutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from stored import Place

import biofeedback.store
from biofeedback.errors import StoreTooNew
from biofeedback.store import Store, open_store, users
from biofeedback.store.migration import FOLDER, head
from biofeedback.store.schema import metadata

OPEN = """\
import asyncio, sys
from pathlib import Path
from biofeedback.store import open_store

async def main():
    await (await open_store(Path(sys.argv[1]))).close()

asyncio.run(main())
print("alembic" in sys.modules)
"""


def import_all_tables() -> None:
    for module in pkgutil.iter_modules(biofeedback.store.__path__, "biofeedback.store."):
        importlib.import_module(module.name)


async def test_the_revisions_build_what_the_code_says(store: Store) -> None:
    import_all_tables()
    differences = await store.write(
        lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
    )
    assert differences == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_inputs_lie_in_the_order_of_their_key(store: Store) -> None:
    query = "SELECT sql FROM sqlite_master WHERE name = 'inputs'"
    assert "WITHOUT ROWID" in await store.read(lambda connection: connection.exec_driver_sql(query).scalar())


def test_revisions_follow_each_other_in_the_order_of_their_numbers() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions("base", "heads"))[::-1]
    assert [script.revision for script in scripts] == [Path(script.path).stem for script in scripts]
    assert [script.revision.partition("_")[0] for script in scripts] == [
        f"{number:04}" for number in range(1, len(scripts) + 1)
    ]
    assert scripts[-1].revision == head()


def test_alembic_is_loaded_only_where_there_is_something_to_do(tmp_path: Path) -> None:
    loaded = [subprocess.check_output([sys.executable, "-c", OPEN, tmp_path], text=True).strip() for _ in range(2)]
    assert loaded == ["True", "False"]


async def test_a_database_of_a_later_program_is_refused(place: Place) -> None:
    store = await place.open()
    await store.write(lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    for _ in range(2):
        with pytest.raises(StoreTooNew, match=r"'9999'.*Install a newer"):
            await place.open()


async def test_a_vault_of_a_later_program_is_refused(place: Place) -> None:
    await (await place.open()).close()
    vault = sqlite3.connect(place.data / "vault.db")
    vault.execute("PRAGMA user_version = 99")
    vault.close()
    with pytest.raises(StoreTooNew, match=r"vault\.db"):
        await place.open()


async def test_stores_of_one_process_are_made_one_after_the_other(tmp_path: Path) -> None:
    opened = await asyncio.gather(*(open_store(tmp_path / str(n)) for n in range(4)))
    for one in opened:
        assert await one.read(users.everybody) == []
        await one.close()
