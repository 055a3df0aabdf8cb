"""A look into a store from another program, also while a server runs on it: nothing is changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from biofeedback.errors import InputError
from biofeedback.store.connections import connect_reading, is_unavailable
from biofeedback.store.group import unavailable
from biofeedback.store.migration import check_revision
from biofeedback.store.postgresql import shown
from biofeedback.store.sqlite import DATABASE, VAULT, check_vault

__all__ = ["looking"]


@contextmanager
def looking(data: Path, url: str | None = None) -> Iterator[Connection]:
    """Connection that only reads, for the queries of this package.

    Raises
    ------
    InputError
        If there is no store in this folder, its vault is gone, or it is of an earlier program.
    StoreTooNew
        If a later program has changed it.
    StoreUnavailable
        If it cannot be read.
    """
    place = str(data / DATABASE) if url is None else shown(url)
    if url is None:
        check_vault(data)
    if not (data / VAULT).is_file() or (url is None and not (data / DATABASE).is_file()):
        raise InputError(f"{data}: no session was kept here; name the folder with --data")
    try:
        with connect_reading(data, url) as connection:
            check_revision(connection, place)
            yield connection
    except Exception as error:
        if is_unavailable(error):
            raise unavailable(error, place) from error
        raise
