"""One-time links: whoever opens one chooses a password, once. Made at the machine itself, or by an admin.

Each is a file named by the hash of its token, so that a command can make one while the server runs: the database has
only one writer.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from biofeedback.errors import InputError
from biofeedback.keys import write_new
from biofeedback.ownership import hand_over

__all__ = ["Link", "OneTimeLinks"]

TOKEN_BYTES = 32
VALID = timedelta(hours=24)
TAKEN = ".taken"  # ending of the file of a link that is being used; where the server was killed then, it stays so


@dataclass(frozen=True, slots=True)
class Link:
    """Who chooses a password; ``user`` None: the first admin, who chooses a name as well."""

    user: str | None
    expires_utc: datetime


class OneTimeLinks:
    """Links of a data folder.

    Parameters
    ----------
    data : Path
        The server's data folder.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._folder = data / "links"

    def make(self, user: str | None, now_utc: datetime) -> str:
        """Token of a new link, good for a day; earlier ones of the same user are no longer.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        self.revoke(user)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        try:
            for folder in (self._data, self._folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{self._folder}: cannot be made ({(error.strerror or str(error)).lower()})") from error
        write_new(self._place(token), json.dumps({"user": user, "expires_utc": (now_utc + VALID).isoformat()}))
        for path in (self._folder, self._place(token)):
            hand_over(path)
        return token

    def find(self, token: str, now_utc: datetime) -> Link | None:
        """Whose link this is; None: nobody's, or no longer."""
        link = _read(self._place(token))
        return None if link is None or link.expires_utc <= now_utc else link

    def take(self, token: str, now_utc: datetime) -> Link | None:
        """The same, and it is good no more, unless it is given back; of two who take it at once, one gets it."""
        link = self.find(token, now_utc)
        place = self._place(token)
        try:
            place.replace(place.with_suffix(TAKEN))
        except OSError:
            return None
        return link

    def give_back(self, token: str) -> None:
        """What it was taken for could not be saved: it is as good as before."""
        place = self._place(token)
        with suppress(OSError):  # it was not taken, or what it was taken for is saved
            place.with_suffix(TAKEN).rename(place)

    def use_up(self, token: str) -> None:
        """What it was taken for is saved: it is good no more."""
        self._place(token).with_suffix(TAKEN).unlink(missing_ok=True)

    def revoke(self, user: str | None) -> None:
        """A user's links are good no more."""
        for path, link in list(self._all()):
            if link is None or link.user == user:
                path.unlink(missing_ok=True)

    def _all(self) -> Iterator[tuple[Path, Link | None]]:
        """Every link there is."""
        return ((path, _read(path)) for path in self._folder.glob("*"))

    def _place(self, token: str) -> Path:
        """File of a link."""
        return self._folder / f"{hashlib.sha256(token.encode('utf-8', 'replace')).hexdigest()}.json"


def _read(path: Path) -> Link | None:
    """Link of a file; None where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="ascii"))
        return Link(found["user"], datetime.fromisoformat(found["expires_utc"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
