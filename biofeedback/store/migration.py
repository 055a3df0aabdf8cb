"""Brings a database to the schema of this program; Alembic is loaded only where there is something to do."""

import threading
from pathlib import Path

from sqlalchemy import Connection, inspect

from biofeedback.errors import InputError, StoreTooNew

__all__ = ["check_revision", "head", "migrate", "revisions"]

FOLDER = Path(__file__).parent / "migrations"
_VERSION_TABLE = "alembic_version"
_ALONE = threading.Lock()  # Alembic has one environment a process: a second store's thread would write with the first's


def head() -> str:
    """Newest revision: its name is that of its file, and they count up."""
    return revisions()[-1]


def migrate(connection: Connection, place: str) -> None:
    """Bring a database to the newest revision.

    Raises
    ------
    StoreTooNew
        If a later program has changed it.
    """
    with connection.begin():
        found = _revision(connection)
    if found == head():
        return
    if found is not None and found not in revisions():
        raise StoreTooNew(place, found, head())
    _upgrade(connection)


def check_revision(connection: Connection, place: str) -> None:
    """Refuse a database that is not of this program.

    Raises
    ------
    InputError
        If it is of an earlier one, which a server of this one has not yet brought up to date.
    StoreTooNew
        If it is of a later one.
    """
    found = _revision(connection)
    if found is not None and found not in revisions():
        raise StoreTooNew(place, found, head())
    if found != head():
        raise InputError(f"{place}: it is of an earlier version; start biofeedback serve once")


def revisions() -> list[str]:
    """All revisions of this program, the oldest first."""
    return sorted(path.stem for path in (FOLDER / "versions").glob("[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    """Revision of a database; None: it is empty."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    query = f"SELECT version_num FROM {_VERSION_TABLE}"  # nosec B608 - a name of ours
    found: str | None = connection.exec_driver_sql(query).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    """Run the revisions that are missing."""
    from alembic import command  # noqa: PLC0415 - a third of a second, at the first start of a new version only
    from alembic.config import Config  # noqa: PLC0415 - with it

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ALONE, connection.begin():
        command.upgrade(config, "head")
