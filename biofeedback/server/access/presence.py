"""Who is here: what each sign-in has open, so that it can be closed when that ends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from biofeedback.server.access.principal import Principal

__all__ = ["Door", "Presence"]


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """Something open, and how it is closed."""

    login: str | None  # None: of a private try-out
    close: Callable[[], None]


class Presence:
    """All that is open."""

    def __init__(self) -> None:
        self._open: dict[str | None, set[Door]] = {}

    @property
    def logins(self) -> list[str]:
        """Sign-ins that have something open."""
        return [login for login in self._open if login is not None]

    def enter(self, principal: Principal, close: Callable[[], None]) -> Door:
        """Somebody is here, until ``leave``."""
        door = Door(principal.login, close)
        self._open.setdefault(door.login, set()).add(door)
        return door

    def leave(self, door: Door) -> None:
        """And is gone."""
        doors = self._open.get(door.login, set())
        doors.discard(door)
        if not doors:
            self._open.pop(door.login, None)

    def close(self, logins: Iterable[str | None]) -> None:
        """Close all that these sign-ins have open."""
        for login in logins:
            for door in self._open.pop(login, set()):
                door.close()
