"""Lessons: what an earlier session of a person teaches the next, kept so that it is not learned twice."""

from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, Table, delete, insert, select

from biofeedback.store.schema import ID, metadata
from biofeedback.store.sealing import Seal

__all__ = ["get", "lessons", "put"]

lessons = Table(
    "lessons",
    metadata,
    Column("session", ID, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("pipeline", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)


def put(connection: Connection, seal: Seal, session: str, pipeline: int, lesson: bytes) -> None:
    """Keep what a version of the pipeline has learned from a session, instead of what an earlier one had."""
    connection.execute(delete(lessons).where(lessons.c.session == session))
    sealed = seal.close(lesson, _where(session))
    connection.execute(insert(lessons).values(session=session, pipeline=pipeline, sealed=sealed))


def get(connection: Connection, seal: Seal, session: str, pipeline: int) -> bytes | None:
    """What this version of the pipeline has learned from a session; None: nothing yet.

    Raises
    ------
    SealBroken
        If it was altered.
    """
    query = select(lessons.c.sealed).where(lessons.c.session == session, lessons.c.pipeline == pipeline)
    sealed = connection.execute(query).scalar()
    return None if sealed is None else seal.open(sealed, _where(session))


def _where(session: str) -> str:
    """What a lesson is sealed to."""
    return f"lessons|{session}"
