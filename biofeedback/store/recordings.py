"""Sessions of the store as recordings, to be gone on with or rebuilt; and files, which go in and come out unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from biofeedback.errors import InputError
from biofeedback.header import Header
from biofeedback.ids import is_ulid, new_ulid
from biofeedback.recording import Recording, parse_recording, whole_lines
from biofeedback.store import inputs, sessions
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of

__all__ = ["Incoming", "bring_in", "file_of", "read_file", "recording_of"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A recording from a file: its header, and all its lines as they stand there, the header's first."""

    header: Header
    lines: Sequence[bytes]
    ended: bool


def recording_of(connection: Connection, session: StoredSession) -> Recording:
    """Recording of a session. Its path is only a name, for messages.

    Raises
    ------
    RecordingCorrupt
        If an input is missing among the others, or damaged.
    SealBroken
        If one was altered.
    """
    return parse_recording(file_of(connection, session), Path(f"{session.id}.jsonl"))


def file_of(connection: Connection, session: StoredSession) -> bytes:
    """Bytes of a session's recording, those of the file that it was brought in from or of the one it would have been.

    Raises
    ------
    SealBroken
        If an input was altered.
    """
    seal = vault_of(connection).seal_of(session.person)
    return b"".join([session.header_line, *(line for _, line in inputs.lines(connection, seal, session.id))])


def read_file(path: Path) -> Incoming:
    """Recording of a file, ready to be brought in.

    Raises
    ------
    InputError
        If the file is no whole recording.
    """
    lines = whole_lines(path)
    recording = parse_recording(b"".join(lines), path)
    return Incoming(recording.header, lines, recording.ended)


def bring_in(connection: Connection, incoming: Incoming, person: str) -> StoredSession:
    """Session of a file, now in the store as one of this person.

    Raises
    ------
    InputError
        If its session is there already.
    KeyGone
        If the person has no key.
    """
    header, (header_line, *lines) = incoming.header, incoming.lines
    session = StoredSession(
        header.session if is_ulid(header.session) else new_ulid(),
        person,
        header_line,
        exercise=header.exercise,
        ended=incoming.ended,
    )
    if sessions.get(connection, session.id) is not None:
        raise InputError(f"session {session.id} is in the store already")
    sessions.add(connection, session)
    seal = vault_of(connection).seal_of(person)
    inputs.append(connection, [inputs.sealed_row(seal, session.id, seq, line) for seq, line in enumerate(lines, 1)])
    inputs.put_in_place(connection)
    return session
