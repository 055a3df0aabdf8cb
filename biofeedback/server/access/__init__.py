"""Who may do what: everything is refused but what a table allows.

A route asks ``principal_of(request)`` who asks, and where its body names a person or a room it calls
``await access.require(principal, "person", id)``; what its path names was looked at before. ``access.own_people`` says
whom a list may show. The application's `Access` is ``request.app.state.access``.
"""

from biofeedback.server.access.access import Access
from biofeedback.server.access.gate import Gate, principal_of
from biofeedback.server.access.principal import Principal, Role
from biofeedback.server.access.refusal import Refused, not_found, refusal

__all__ = ["Access", "Gate", "Principal", "Refused", "Role", "not_found", "principal_of", "refusal"]
