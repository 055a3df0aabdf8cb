"""Seats: who a viewer of the live channel is, and in which room."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from biofeedback.server.access.access import Access
from biofeedback.server.access.principal import Principal, Role
from biofeedback.server.access.refusal import Refused
from biofeedback.viewer_messages import ViewerHello

__all__ = ["Seat", "seat_of"]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who comes, and to which room; None: the only one of a private try-out."""

    principal: Principal
    room: str | None

    def sees(self, session: str) -> bool:
        """Whether a session is one that may be seen from here: a guest was shown one only."""
        return self.principal.role is not Role.GUEST or self.principal.session == session


def seat_of(access: Access, connection: HTTPConnection, hello: ViewerHello) -> Seat:
    """Seat of whoever said hello.

    Raises
    ------
    Refused
        If the ticket is not good, or it is not that one's page.
    """
    if hello.ticket is not None:
        ticket = access.tickets.take(hello.ticket)
        seat = None if ticket is None else Seat(ticket.principal, ticket.room)
    else:
        local = access.local(connection)
        seat = None if local is None else Seat(local, None)
    if seat is None:
        raise Refused(401, "ticket", "a ticket is good once, and for half a minute")
    if seat.principal.role is Role.PATIENT and hello.role != "patient":
        raise Refused(403, "not_allowed", "this page is not the patient's")
    return seat
