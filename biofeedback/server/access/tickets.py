"""Tickets: one goes with the first message of the live channel, once, and says who comes and where to."""

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from biofeedback.server.access.principal import Principal
from biofeedback.server.access.tokens import fingerprint, new_token

__all__ = ["Ticket", "Tickets"]

VALID_S = 30.0
MOST = 20_000  # that wait to be used; past that the oldest is no longer good


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who, and to which room; None: the only one of a private try-out."""

    principal: Principal
    room: str | None
    until_s: float


class Tickets:
    """Gives and takes tickets; they live in memory, as they live for seconds."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._given: OrderedDict[str, Ticket] = OrderedDict()

    def give(self, principal: Principal, room: str | None) -> str:
        """A ticket, good once and for half a minute."""
        now_s = self._now_s()
        while self._given and (len(self._given) >= MOST or next(iter(self._given.values())).until_s <= now_s):
            self._given.popitem(last=False)
        token = new_token()
        self._given[fingerprint(token)] = Ticket(principal, room, now_s + VALID_S)
        return token

    def take(self, token: str) -> Ticket | None:
        """Who came with it; None: it is none of ours, was used, or is too old."""
        ticket = self._given.pop(fingerprint(token), None)
        return None if ticket is None or ticket.until_s <= self._now_s() else ticket

    def void(self, logins: Collection[str]) -> None:
        """Those that were given to these sign-ins are no longer good."""
        for hashed in [hashed for hashed, ticket in self._given.items() if ticket.principal.login in logins]:
            del self._given[hashed]
