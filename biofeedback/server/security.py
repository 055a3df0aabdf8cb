"""Who may talk to this server: pages that it served itself, under a name of this machine."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from biofeedback.loopback import is_loopback

__all__ = ["COLLECT", "HEADERS", "Guard"]

COLLECT = "/collect"  # for programs with a key, which no browser can be made to send there

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
STRAP_PAGE = "/patient"  # the only page that may reach a strap by Bluetooth


class Guard:
    """Refuses foreign hosts (DNS rebinding) and foreign websockets; adds headers.

    The live channel, and whatever changes something, is for own pages; a missing origin is refused. Collectors have a
    key and no origin; what has one is a browser, and refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page or a question, answered with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
                MutableHeaders(scope=message)["Permissions-Policy"] = _may_use(scope["path"])
            await send(message)

        await self._http_app(scope)(scope, receive, send_with_headers)

    def _http_app(self, scope: Scope) -> ASGIApp:
        """What answers: a page of ours has to be named where something is changed, as a browser always does."""
        headers = Headers(scope=scope)
        if not _is_this_machine(headers):
            return _FOREIGN_HOST
        own_page = f"{scope['scheme']}://{headers.get('host')}"
        if scope["method"] in _READING or headers.getlist("origin") == [own_page]:
            return self._app
        return _FOREIGN_ORIGIN

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A viewer or a collector; closing before accepting is answered as 403."""
        headers = Headers(scope=scope)
        own_page = f"{_HTTP[scope['scheme']]}://{headers.get('host')}"
        expected = [] if scope["path"] == COLLECT else [own_page]
        if _is_this_machine(headers) and headers.getlist("origin") == expected:
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})


_FOREIGN_HOST = PlainTextResponse("This server answers under localhost only.\n", status_code=421)
_FOREIGN_ORIGIN = JSONResponse({"code": "foreign_origin", "detail": "the request did not come from our page"}, 403)
_READING = frozenset({"GET", "HEAD"})
_HTTP = {"ws": "http", "wss": "https"}


def _may_use(path: str) -> str:
    """Which of a device's abilities a page may use, for whatever it loads as well."""
    return f"bluetooth={'(self)' if path == STRAP_PAGE else '()'}"


def _is_this_machine(headers: Headers) -> bool:
    """Whether the Host header names this machine."""
    hosts = headers.getlist("host")
    return len(hosts) == 1 and is_loopback(_name(hosts[0]))


def _name(host: str) -> str:
    """Name of ``name:port`` or ``[address]:port``."""
    return host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
