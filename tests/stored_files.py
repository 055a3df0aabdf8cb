"""Recordings as files, out of the store of a server that may still be running."""

from pathlib import Path

from biofeedback.store.reader import looking
from biofeedback.store.recordings import file_of
from biofeedback.store.sessions import everyones


def stored_files(data: Path) -> Path:
    """Folder with the recording of every session of a data folder, as far as it is committed."""
    folder = data / "exported"
    folder.mkdir(parents=True, exist_ok=True)
    if not (data / "biofeedback.db").is_file():
        return folder
    with looking(data) as connection:
        for session in everyones(connection):
            (folder / f"{session.id}.jsonl").write_bytes(file_of(connection, session))
    return folder
