"""The gate: who asks, whether the table lets them, and whether it is theirs. What no row names is refused."""

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from biofeedback.errors import StoreUnavailable
from biofeedback.server.access.access import Access
from biofeedback.server.access.principal import Principal
from biofeedback.server.access.refusal import Refused, not_found, refusal
from biofeedback.server.access.table import Reach, asked
from biofeedback.server.access.way import Way, way_of

__all__ = ["Gate", "principal_of"]


def principal_of(connection: HTTPConnection) -> Principal:
    """Who asks, for routes whose row admits nobody who is not signed in."""
    principal = connection.state.principal
    assert isinstance(principal, Principal), "the row of this route admits who is not signed in"
    return principal


class Gate:
    """Lets through what the table allows; ``request.state.principal`` says who it is (None: not signed in)."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            await self._admit(scope)
        except (Refused, StoreUnavailable) as refused:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": ""})
            else:
                await (await refusal(Request(scope), refused))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> None:
        """Raise `Refused` for what is not allowed."""
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        found = asked(method, scope["path"])
        if found is None:
            raise not_found()
        connection = HTTPConnection(scope)
        local = self._access.local(connection)
        principal = local if found.is_public else await self._access.principal(connection)
        scope.setdefault("state", {})["principal"] = principal
        reach = found.row.get(None if principal is None else principal.role)
        if reach is Reach.HERE and way_of(connection) is not Way.MACHINE:
            reach = None
        if reach is None and principal is None:
            raise Refused(401, "sign_in_first", "this needs a sign-in")
        if reach is None:
            raise Refused(403, "not_allowed", "this is not for your role")
        if reach is Reach.OWN:
            assert principal is not None
            for kind, id_ in found.named.items():
                await self._access.require(principal, kind, id_)
