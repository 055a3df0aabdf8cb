"""The way by which a request came: from this machine, sealed, or in the open; and the cookie that goes with it."""

from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.responses import Response

from biofeedback.loopback import is_loopback

__all__ = ["Way", "address_of", "forget_token", "keep_token", "token_of", "way_of"]

COOKIE = "biofeedback"
SEALED_COOKIE = f"__Host-{COOKIE}"  # browsers keep it for this host alone, and send it over TLS alone (RFC 6265bis)
# What reverse proxies add: behind one, everybody seems to come from this machine.
_FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


class Way(StrEnum):
    """How a request came."""

    MACHINE = "machine"  # from this machine to itself
    SEALED = "sealed"  # with TLS
    OPEN = "open"  # for everybody between to read


def way_of(connection: HTTPConnection) -> Way:
    """How a request came."""
    server = connection.scope.get("server") or ("", None)
    is_forwarded = any(name in connection.headers for name in _FORWARDING)
    if not is_forwarded and is_loopback(address_of(connection)) and is_loopback(server[0]):
        return Way.MACHINE
    return Way.SEALED if _is_sealed(connection) else Way.OPEN


def address_of(connection: HTTPConnection) -> str:
    """Address that a request came from."""
    return connection.client.host if connection.client is not None else ""


def token_of(connection: HTTPConnection) -> str | None:
    """Token of a request's cookie."""
    return connection.cookies.get(_cookie(connection))


def keep_token(connection: HTTPConnection, response: Response, token: str, lasts_s: float | None) -> None:
    """Have the browser keep a token; for so long, or (None) until it is closed."""
    response.set_cookie(
        _cookie(connection),
        token,
        max_age=None if lasts_s is None else int(lasts_s),
        path="/",
        secure=_is_sealed(connection),
        httponly=True,
        samesite="strict",
    )


def forget_token(connection: HTTPConnection, response: Response) -> None:
    """Have the browser forget its token."""
    keep_token(connection, response, "", 0)


def _cookie(connection: HTTPConnection) -> str:
    """Name of the cookie."""
    return SEALED_COOKIE if _is_sealed(connection) else COOKIE


def _is_sealed(connection: HTTPConnection) -> bool:
    """Whether TLS is between."""
    return connection.scope["scheme"] in ("https", "wss")
