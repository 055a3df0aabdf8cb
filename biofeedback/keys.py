"""Keys of devices elsewhere: a collector shows the server its own, and the server keeps only what proves it."""

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from biofeedback.errors import InputError
from biofeedback.ownership import hand_over

__all__ = ["DeviceKey", "DeviceKeys", "read_key", "write_new"]

SECRET_BYTES = 32
MAX_FILE_BYTES = 1000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_TOKEN = re.compile(rf"({_NAME.pattern})\.([A-Za-z0-9_-]{{43}})")
_NOBODY = "0" * 64  # what an unknown device is compared with: it takes as long


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """Name of a device and the words that it shows, which hold the name."""

    name: str
    token: str


class DeviceKeys:
    """Keys that a server admits; on its disk are only their hashes, one file a device: taking it away revokes the key.

    Parameters
    ----------
    data : Path
        The server's data folder.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._folder = data / "collectors"

    def make(self, name: str, out: Path) -> DeviceKey:
        """New key of a device, written to ``out`` (mode 0600).

        Raises
        ------
        InputError
            If that is no name, the device has a key, or a file cannot be written.
        """
        if not _NAME.fullmatch(name):
            raise InputError(f"a device has a name like room-2 (small letters, digits, - and _), got {name!r}")
        key = DeviceKey(name, f"{name}.{secrets.token_urlsafe(SECRET_BYTES)}")
        place = self._place(name)
        if place.exists():
            raise InputError(f"{name} has a key; remove {place} to revoke it, then make another")
        write_new(out, key.token)
        try:
            for folder in (self._data, self._folder):
                _make_folder(folder)
            write_new(place, _hash(key.token))
            for path in (self._folder, place):
                hand_over(path)
        except InputError:
            out.unlink()  # nobody would admit who shows it
            raise
        return key

    def device_of(self, token: str) -> str | None:
        """Name of the device whose key this is; None: nobody's."""
        found = _TOKEN.fullmatch(token)
        name = None if found is None else found[1]
        try:
            stored = _NOBODY if name is None else self._place(name).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            stored = _NOBODY
        return name if hmac.compare_digest(stored, _hash(token)) else None

    def _place(self, name: str) -> Path:
        """File of a device's hash."""
        return self._folder / f"{name}.sha256"


def read_key(path: Path | str) -> DeviceKey:
    """Key of a file.

    Raises
    ------
    InputError
        If the file cannot be read, holds no key, or others may read it.
    """
    try:
        with Path(path).open("rb") as file:
            text = file.read(MAX_FILE_BYTES).decode("ascii", "replace").strip()
            mode = os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from error
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise InputError(f"{path}: this is no key; `biofeedback key NAME` on the server's machine makes one")
    if os.name == "posix" and mode & 0o077:
        raise InputError(f"{path}: others on this machine can read this key; run: chmod 600 {path}")
    return DeviceKey(found[1], text)


def _hash(token: str) -> str:
    """What is kept of a key: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _make_folder(folder: Path) -> None:
    """Make a folder that may be there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be used ({(error.strerror or str(error)).lower()})") from error


def write_new(path: Path, text: str) -> None:
    """Write a file that was not there, for its owner only; half of it would stand in the way of the next try."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InputError(f"{path}: exists already; choose another name") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from error
    try:
        with open(file, "w", encoding="ascii") as opened:
            opened.write(text + "\n")
    except OSError as error:
        path.unlink()
        raise InputError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from error
