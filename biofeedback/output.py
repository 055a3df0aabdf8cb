"""Where a command writes what it worked out: the terminal, or a file that holds nothing which cannot be made again."""

import os
import sys
from pathlib import Path

from biofeedback.errors import InputError

__all__ = ["STDOUT", "write_output"]

STDOUT = "-"
HEADER = b'{"type":"header",'  # with which both begin


def write_output(out: str, content: bytes, *sources: str) -> None:
    """Write to a file, or to the terminal; a file that was there keeps what it held until all of it is written.

    Parameters
    ----------
    out : str
        Name of the file; ``-`` is the terminal.
    sources : str
        Files that it was made from.

    Raises
    ------
    InputError
        If the file is one of the sources or another recording, whose inputs would be lost; or it cannot be written.
    """
    if out == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    path = Path(out)
    try:
        if any(_is_same(path, Path(source)) for source in sources):
            raise InputError(f"{out}: this is the file to read, which is not written over; choose another name")
        if _holds_inputs(path) and path.read_bytes() != content:
            raise InputError(f"{out}: a recording is kept in it, which is not written over; choose another name")
        _replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({(error.strerror or str(error)).lower()})") from error


def _is_same(path: Path, source: Path) -> bool:
    """Whether both names are of one file."""
    return path.exists() and source.exists() and path.samefile(source)


def _holds_inputs(path: Path) -> bool:
    """Whether a file holds what cannot be made again: a recording, or the edits of one."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def _replace(path: Path, content: bytes) -> None:
    """Write a file as a whole; a device is written as it is."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        if path.exists():
            part.chmod(path.stat().st_mode & 0o777)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
