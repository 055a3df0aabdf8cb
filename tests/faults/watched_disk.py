"""A disk that remembers: everything that SQLite writes, cuts off, syncs and deletes in a folder, in order.

The library that Python's own sqlite3 uses is given another default VFS. It is the usual one but for the functions that
change files: these are ours, note what they do, and call the usual ones. So it is the program's own code that runs, on
the very SQLite that it runs on in use.
"""

import _sqlite3
import contextlib
import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Create", "Delete", "Op", "Sync", "Truncate", "Write", "can_watch", "watched"]

SHARED_MEMORY = "-shm"  # an index of the WAL in memory: never on a disk that lost its power, and made anew from the WAL


@dataclass(frozen=True, slots=True)
class Create:
    """A file was made; its name is on the disk with the next sync of the folder."""

    file: str


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes were written, and may be anywhere."""

    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file was cut off or made longer."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """All that was written to a file is on the disk; where the file is new, its folder as well."""

    file: str


@dataclass(frozen=True, slots=True)
class Delete:
    """A file was deleted; ``is_synced``: the folder is on the disk too."""

    file: str
    is_synced: bool


Op = Create | Write | Truncate | Sync | Delete

_POINTER, _INT, _INT64 = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)
_DELETE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT)
_CLOSE = ctypes.CFUNCTYPE(_INT, _POINTER)
_WRITE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT, _INT64)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _POINTER, _INT64)
_SYNC = ctypes.CFUNCTYPE(_INT, _POINTER, _INT)


class _Vfs(ctypes.Structure):
    """sqlite3_vfs, as far as it is changed or copied."""

    _fields_ = [
        ("iVersion", _INT),
        ("szOsFile", _INT),
        ("mxPathname", _INT),
        ("pNext", _POINTER),
        ("zName", ctypes.c_char_p),
        ("pAppData", _POINTER),
        ("xOpen", _OPEN),
        ("xDelete", _DELETE),
        ("others", _POINTER * 13),
    ]


class _Methods(ctypes.Structure):
    """sqlite3_io_methods."""

    _fields_ = [
        ("iVersion", _INT),
        ("xClose", _CLOSE),
        ("xRead", _POINTER),
        ("xWrite", _WRITE),
        ("xTruncate", _TRUNCATE),
        ("xSync", _SYNC),
        ("others", _POINTER * 13),
    ]


def _library() -> Any:
    """The SQLite that Python's own module uses."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = _POINTER
    library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    library.sqlite3_vfs_register.argtypes = [_POINTER, _INT]
    library.sqlite3_vfs_unregister.argtypes = [_POINTER]
    return library


def can_watch() -> bool:
    """Whether the SQLite of this Python can be given another VFS: it is a library of its own."""
    try:
        return _library().sqlite3_vfs_find(None) is not None
    except (AttributeError, OSError):
        return False


@contextlib.contextmanager
def watched(folder: Path) -> Iterator[list[Any]]:
    """What happens to the files of a folder while this lasts; whoever has the list may add promises of their own."""
    library = _library()
    address = library.sqlite3_vfs_find(None)
    usual = _Vfs.from_address(address)
    ours = _Watch(usual, str(folder.resolve()))
    library.sqlite3_vfs_register(ctypes.addressof(ours.vfs), 1)
    try:
        yield ours.log
    finally:
        library.sqlite3_vfs_unregister(ctypes.addressof(ours.vfs))
        library.sqlite3_vfs_register(address, 1)


class _Watch:
    """The VFS: a copy of the usual one, with functions of ours."""

    def __init__(self, usual: _Vfs, folder: str) -> None:
        self.log: list[Any] = []
        self._usual = usual
        self._folder = folder
        self._files: dict[int, str] = {}
        self._tables: dict[int, tuple[_Methods, _Methods]] = {}
        self.vfs = _Vfs.from_buffer_copy(usual)
        self.vfs.zName = b"watched"
        self._kept = [_OPEN(self._open), _DELETE(self._delete)]  # else they are gone before they are called
        self.vfs.xOpen, self.vfs.xDelete = self._kept

    def _name(self, name: int) -> str | None:
        """Name of a file that is watched."""
        path = ctypes.string_at(name).decode() if name else ""
        within = path.startswith(self._folder + "/") and not path.endswith(SHARED_MEMORY)
        return path[len(self._folder) + 1 :] if within else None

    def _open(self, _vfs: int, name: int, file: int, flags: int, out_flags: int) -> int:
        """Open a file, and put our functions into it."""
        watched_name = self._name(name)
        is_new = watched_name is not None and not (Path(self._folder) / watched_name).exists()
        code = int(self._usual.xOpen(ctypes.addressof(self._usual), name, file, flags, out_flags))
        if code == 0 and watched_name is not None:
            if is_new:
                self.log.append(Create(watched_name))
            self._files[file] = watched_name
            place = _POINTER.from_address(file)  # an open file begins with the address of its functions
            place.value = ctypes.addressof(self._table(place.value or 0)[1])
        return code

    def _delete(self, _vfs: int, name: int, sync: int) -> int:
        """Delete a file."""
        code = int(self._usual.xDelete(ctypes.addressof(self._usual), name, sync))
        if code == 0 and (watched_name := self._name(name)) is not None:
            self.log.append(Delete(watched_name, bool(sync)))
        return code

    def _table(self, address: int) -> tuple[_Methods, _Methods]:
        """The usual functions of a kind of file, and ours."""
        if address not in self._tables:
            usual = _Methods.from_address(address)
            ours = _Methods.from_buffer_copy(usual)
            self._tables[address] = (usual, ours)
            ours.xClose = self._keep(_CLOSE(lambda file: self._close(usual, file)))
            ours.xWrite = self._keep(_WRITE(lambda *call: self._write(usual, *call)))
            ours.xTruncate = self._keep(_TRUNCATE(lambda *call: self._truncate(usual, *call)))
            ours.xSync = self._keep(_SYNC(lambda *call: self._sync(usual, *call)))
        return self._tables[address]

    def _keep(self, function: Any) -> Any:
        """The function, which lasts as long as the VFS."""
        self._kept.append(function)
        return function

    def _close(self, usual: _Methods, file: int) -> int:
        """Let go of a file."""
        del self._files[file]
        return int(usual.xClose(file))

    def _write(self, usual: _Methods, file: int, data: int, size: int, offset: int) -> int:
        """Write."""
        self.log.append(Write(self._files[file], offset, ctypes.string_at(data, size)))
        return int(usual.xWrite(file, data, size, offset))

    def _truncate(self, usual: _Methods, file: int, size: int) -> int:
        """Cut off."""
        self.log.append(Truncate(self._files[file], size))
        return int(usual.xTruncate(file, size))

    def _sync(self, usual: _Methods, file: int, flags: int) -> int:
        """Sync: it holds when it has come back."""
        code = int(usual.xSync(file, flags))
        if code == 0:
            self.log.append(Sync(self._files[file]))
        return code
