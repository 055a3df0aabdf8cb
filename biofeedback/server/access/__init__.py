"""Who may do what: everything is refused but what a table allows.

A route asks ``principal_of(request)`` who asks, and where its body names a person or a room it calls
``await access.require(principal, "person", id)``; what its path names was looked at before. ``access.own_people`` says
whom a list may show. The application's `Access` is ``request.app.state.access``.
"""

from biofeedback.server.access.access import Access, Inside
from biofeedback.server.access.door import add_access
from biofeedback.server.access.gate import principal_of
from biofeedback.server.access.joining import leave_room
from biofeedback.server.access.ledger import entry_of
from biofeedback.server.access.principal import Principal, Role
from biofeedback.server.access.refusal import Refused, not_found
from biofeedback.server.access.seats import seat_of
from biofeedback.server.access.table import may_say

__all__ = [
    "Access",
    "Inside",
    "Principal",
    "Refused",
    "Role",
    "add_access",
    "entry_of",
    "leave_room",
    "may_say",
    "not_found",
    "principal_of",
    "seat_of",
]
