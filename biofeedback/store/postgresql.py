"""PostgreSQL, for a clinic that outgrows a file; keys and names stay in the vault, a file beside the server."""

from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from biofeedback.errors import InputError

__all__ = ["is_postgresql_unavailable", "reading_engine", "shown", "writing_engine"]

DRIVER = "postgresql+psycopg"
ONE_SERVER = 4_600_406  # the advisory lock that says: a server is writing this database
CONNECT_S = 5
STATEMENT_MS = 60_000  # no answer for so long is no answer: the inputs wait, and are tried again
UNACKNOWLEDGED_MS = 10_000  # of what was sent, before the way to the database counts as broken
# connection exception, insufficient resources (disk full), operator intervention (shutdown), system error, rollback
_UNAVAILABLE = ("08", "53", "57", "58", "40")
_READ_ONLY = "25006"  # a standby, or a server whose disk went bad


def writing_engine(url: str) -> Engine:
    """Engine whose one connection writes, and is the only one that does.

    Raises
    ------
    InputError
        If that is no address of a PostgreSQL, or its driver is not installed.
    """
    engine = _engine(url, "-c synchronous_commit=on")
    event.listen(engine, "connect", _lock)
    return engine


def reading_engine(url: str) -> Engine:
    """Engine whose connections cannot write."""
    return _engine(url, "-c default_transaction_read_only=on")


def shown(url: str) -> str:
    """Address as it may stand in messages."""
    return make_url(url).render_as_string(hide_password=True)


def is_postgresql_unavailable(error: DBAPIError) -> bool:
    """Whether an error is one of the server or of the way to it, not of what was asked."""
    state = getattr(error.orig, "sqlstate", "")  # psycopg gives None where the server said nothing
    if state is None:
        return type(error.orig).__name__ in ("OperationalError", "InterfaceError")
    return state.startswith(_UNAVAILABLE) or state == _READ_ONLY if state else False


def _engine(url: str, options: str) -> Engine:
    """Engine that gives up in time."""
    try:
        address = make_url(url)
        if address.get_backend_name() not in ("postgresql", "postgres"):
            raise InputError(f"{shown(url)}: a store is a folder, or a postgresql://USER:PASSWORD@HOST/DATABASE")
        return create_engine(
            address.set(drivername=DRIVER),
            poolclass=NullPool,
            connect_args={
                "connect_timeout": CONNECT_S,
                "tcp_user_timeout": UNACKNOWLEDGED_MS,
                "options": f"-c statement_timeout={STATEMENT_MS} {options}",
                "client_encoding": "utf8",
            },
        )
    except ArgumentError as error:
        raise InputError("the address of a PostgreSQL looks like postgresql://USER:PASSWORD@HOST/DATABASE") from error
    except ModuleNotFoundError as error:
        raise InputError("PostgreSQL needs its driver; run: pip install 'biofeedback[postgres]'") from error


def _lock(connection: Any, _record: Any) -> None:
    """Keep a second server away: two that give seq to one session would overwrite each other."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (ONE_SERVER,)).fetchone()
    connection.commit()  # the lock is the connection's, not the transaction's
    if not row[0]:
        raise InputError("another server is using this PostgreSQL database; stop it first")
