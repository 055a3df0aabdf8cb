"""Inputs of sessions: one sealed JSON line each, keyed by session and seq. Storing one twice is harmless.

In a file they come in at the end of ``arrivals``, and are put in their place every few seconds. Each in its place at
once would write a page of 4 kB for every beat, as each session has pages of its own: three times the CPU, eight times
the time of a commit (``python -m tests.bench.storing``).
"""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, Table, delete, func, select, text

from biofeedback.store.schema import ID, metadata
from biofeedback.store.sealing import Seal

__all__ = [
    "Row",
    "append",
    "arrivals",
    "each_line",
    "inputs",
    "lines",
    "newest_seqs",
    "put_in_place",
    "sealed_row",
]

Row = tuple[str, int, bytes]  # session, seq, sealed line

inputs = Table(
    "inputs",
    metadata,
    Column("session", ID, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,  # a session's inputs lie together, in order
)
arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Integer, primary_key=True),  # the order in which they came
    Column("session", ID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
_ARRIVE = "INSERT INTO arrivals (session, seq, sealed) VALUES (?, ?, ?)"
_APPEND = "INSERT INTO inputs (session, seq, sealed) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_PUT_IN_PLACE = text(
    "INSERT INTO inputs (session, seq, sealed) SELECT session, seq, sealed FROM arrivals WHERE true "
    "ORDER BY session, seq, id ON CONFLICT DO NOTHING"
)


def sealed_row(seal: Seal, session: str, seq: int, line: bytes) -> Row:
    """Row of an input, ``line`` as ``encode_event`` writes it."""
    return session, seq, seal.close(line, _where(session, seq))


def append(connection: Connection, rows: Sequence[Row]) -> None:
    """Store inputs, past SQLAlchemy's own handling of parameters: this is the hot path."""
    if rows:
        connection.exec_driver_sql(_ARRIVE if connection.dialect.name == "sqlite" else _APPEND, list(rows))


def put_in_place(connection: Connection) -> None:
    """Move what arrived to where it is kept; of an input that came twice, the first stays."""
    connection.execute(_PUT_IN_PLACE)
    connection.execute(delete(arrivals))


def lines(connection: Connection, seal: Seal, session: str, after_seq: int = 0) -> list[tuple[int, bytes]]:
    """Lines of a session after a seq, in order, each with its seq.

    Raises
    ------
    SealBroken
        If one was altered.
    """
    found: dict[int, bytes] = {}
    for seq, sealed in _stored(connection, session, after_seq):
        found.setdefault(seq, sealed)
    return [(seq, seal.open(found[seq], _where(session, seq))) for seq in sorted(found)]


def each_line(connection: Connection, seal: Seal, session: str, after_seq: int = 0) -> Iterator[tuple[int, bytes]]:
    """The same one by one, for who may stop before the end; an input that came twice may be given twice.

    Raises
    ------
    SealBroken
        If one was altered.
    """
    for seq, sealed in _stored(connection, session, after_seq):
        yield seq, seal.open(sealed, _where(session, seq))


def newest_seqs(connection: Connection, sessions: Collection[str]) -> dict[str, int]:
    """Seq of the last input of each session that has one."""
    newest = func.max(arrivals.c.seq).label("newest")
    query = select(arrivals.c.session, newest).where(arrivals.c.session.in_(sessions)).group_by(arrivals.c.session)
    found: dict[str, int] = {row.session: row.newest for row in connection.execute(query)}
    for session in set(sessions) - set(found):
        seq = _newest_in_place(connection, session)
        if seq is not None:
            found[session] = seq
    return found


def _newest_in_place(connection: Connection, session: str) -> int | None:
    """Seq of the last input of a session that is in its place."""
    query = select(inputs.c.seq).where(inputs.c.session == session).order_by(inputs.c.seq.desc()).limit(1)
    newest: int | None = connection.execute(query).scalar()
    return newest


def _stored(connection: Connection, session: str, after_seq: int) -> Iterator[tuple[int, bytes]]:
    """Sealed lines of a session, those in their place first; one may be there twice."""
    for table, order in ((inputs, inputs.c.seq), (arrivals, arrivals.c.id)):
        query = select(table.c.seq, table.c.sealed).where(table.c.session == session, table.c.seq > after_seq)
        yield from ((row.seq, row.sealed) for row in connection.execute(query.order_by(order)))


def _where(session: str, seq: int) -> str:
    """What an input is sealed to."""
    return f"inputs|{session}|{seq}"
