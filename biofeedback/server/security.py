"""Who may talk to this server: pages that it served itself, under one of its own names."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from biofeedback.loopback import is_loopback
from biofeedback.server.front import Front, name_of_host

__all__ = ["COLLECT", "HEADERS", "Guard"]

COLLECT = "/collect"  # for programs with a key, which no browser can be made to send there

# No Permissions-Policy: pages may use Bluetooth anyway, frames of others are kept out by the policy below, and a
# Chromium without Web Bluetooth (Linux) does not know the name and says so on the console of every page.
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
ALWAYS_SEALED = "max-age=31536000"  # a year; under a name of this machine none: there http is used as well


class Guard:
    """Refuses foreign hosts (DNS rebinding) and foreign websockets; adds headers.

    The live channel, and whatever changes something, is for own pages; a missing origin is refused. Collectors have a
    key and no origin; what has one is a browser, and refused.
    """

    def __init__(self, app: ASGIApp, front: Front) -> None:
        self._app = app
        self._front = front

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
        own_page = self._own_page(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # What holds a person's data says so itself, and is not kept anywhere.
                kept = headers.get("cache-control", HEADERS["Cache-Control"])
                headers.update(HEADERS | {"Cache-Control": kept})
                if own_page is not None and _is_sealed_elsewhere(own_page):
                    headers["Strict-Transport-Security"] = ALWAYS_SEALED
            await send(message)

        await self._http_app(scope, own_page)(scope, receive, send_with_headers)

    def _http_app(self, scope: Scope, own_page: str | None) -> ASGIApp:
        """What answers: a page of ours has to be named where something is changed, as a browser always does."""
        if own_page is None:
            return _FOREIGN_HOST
        if scope["method"] in _READING or Headers(scope=scope).getlist("origin") == [own_page]:
            return self._app
        return _FOREIGN_ORIGIN

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A viewer or a collector; closing before accepting is answered as 403."""
        own_page = self._own_page(scope)
        expected = [] if scope["path"] == COLLECT else [own_page]
        if own_page is not None and Headers(scope=scope).getlist("origin") == expected:
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})

    def _own_page(self, scope: Scope) -> str | None:
        """Origin that our pages have for whoever asks; None: what is asked for is no server of ours."""
        hosts = Headers(scope=scope).getlist("host")
        scheme = _HTTP[scope["scheme"]]
        here = (scope.get("server") or ("",))[0]
        if len(hosts) != 1 or not self._front.answers(scheme, hosts[0], here):
            return None
        return f"{scheme}://{hosts[0]}"


_FOREIGN_HOST = PlainTextResponse("This server does not answer under this name.\n", status_code=421)
_FOREIGN_ORIGIN = JSONResponse({"code": "foreign_origin", "detail": "the request did not come from our page"}, 403)
_READING = frozenset({"GET", "HEAD"})
_HTTP = {"ws": "http", "wss": "https", "http": "http", "https": "https"}


def _is_sealed_elsewhere(page: str) -> bool:
    """Whether a page came with TLS from another machine's point of view."""
    scheme, _, host = page.partition("://")
    return scheme == "https" and not is_loopback(name_of_host(host))
