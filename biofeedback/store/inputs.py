"""Inputs of sessions: one sealed JSON line each, keyed by session and seq. Storing one twice is harmless."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, Table, select

from biofeedback.store.schema import ID, metadata
from biofeedback.store.sealing import Seal

__all__ = ["Row", "append", "inputs", "last_line", "lines", "sealed_row"]

Row = tuple[str, int, bytes]  # session, seq, sealed line

inputs = Table(
    "inputs",
    metadata,
    Column("session", ID, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,  # a session's inputs lie together, in order
)
_APPEND = "INSERT INTO inputs (session, seq, sealed) VALUES ({0}, {0}, {0}) ON CONFLICT DO NOTHING"
_APPEND_BY = {"qmark": _APPEND.format("?"), "pyformat": _APPEND.format("%s")}  # how SQLite and psycopg mark a place


def sealed_row(seal: Seal, session: str, seq: int, line: bytes) -> Row:
    """Row of an input, ``line`` as ``encode_event`` writes it."""
    return session, seq, seal.close(line, _where(session, seq))


def append(connection: Connection, rows: Sequence[Row]) -> None:
    """Store inputs, past SQLAlchemy's own handling of parameters: this is the hot path."""
    if rows:
        connection.exec_driver_sql(_APPEND_BY[connection.dialect.paramstyle], list(rows))


def lines(connection: Connection, seal: Seal, session: str, after_seq: int = 0) -> list[tuple[int, bytes]]:
    """Lines of a session after a seq, in order, each with its seq.

    Raises
    ------
    SealBroken
        If one was altered.
    """
    query = select(inputs.c.seq, inputs.c.sealed).where(inputs.c.session == session, inputs.c.seq > after_seq)
    rows = connection.execute(query.order_by(inputs.c.seq))
    return [(seq, seal.open(sealed, _where(session, seq))) for seq, sealed in rows]


def last_line(connection: Connection, seal: Seal, session: str) -> bytes | None:
    """Line of a session's last input; None: it has none."""
    query = select(inputs.c.seq, inputs.c.sealed).where(inputs.c.session == session)
    row = connection.execute(query.order_by(inputs.c.seq.desc()).limit(1)).one_or_none()
    return None if row is None else seal.open(row.sealed, _where(session, row.seq))


def _where(session: str, seq: int) -> str:
    """What an input is sealed to."""
    return f"inputs|{session}|{seq}"
