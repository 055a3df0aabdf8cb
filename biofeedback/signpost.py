"""Where the running server of a data folder is reached: a file that commands beside it read.

It is locked for as long as the server runs, so that what one that was killed left behind is not taken for true.
"""

import contextlib
import logging
import os
from pathlib import Path
from types import ModuleType

__all__ = ["Signpost", "served_at"]

NAME = "served-at"
MOST_BYTES = 1000

_log = logging.getLogger(__name__)

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows has no locks of this kind; there a killed server's file is believed
    fcntl = None


class Signpost:
    """The sign of a running server.

    Parameters
    ----------
    path : Path
        Its file.
    file : int
        Descriptor that holds the lock.
    """

    def __init__(self, path: Path, file: int) -> None:
        self._path = path
        self._file = file

    @classmethod
    def put_up(cls, data: Path, address: str) -> "Signpost | None":
        """Sign of a server on this data folder, which has no other; None: the disk is full, say, and it goes without.

        Parameters
        ----------
        data : Path
            The server's data folder.
        address : str
            Of its pages, as it says itself.
        """
        with contextlib.ExitStack() as undone:
            try:
                file = os.open(data / NAME, os.O_RDWR | os.O_CREAT, 0o600)
                undone.callback(os.close, file)
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_EX)
                os.ftruncate(file, 0)
                os.write(file, address.encode())
            except OSError as error:
                _log.warning("commands beside the server are not told its address: %s", error.strerror)
                return None
            undone.pop_all()
            return cls(data / NAME, file)

    def take_down(self) -> None:
        """The server is reached no more."""
        with contextlib.suppress(OSError):  # what is left is not locked, and so not believed
            self._path.unlink()
        os.close(self._file)


def served_at(data: Path) -> str | None:
    """Address of the server that runs on a data folder; None: none does, or it cannot be read."""
    try:
        with (data / NAME).open("rb") as file:
            return file.read(MOST_BYTES).decode() or None if _is_locked(file.fileno()) else None
    except (OSError, ValueError):
        return None


def _is_locked(file: int) -> bool:
    """Whether the server that put it up still runs."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
