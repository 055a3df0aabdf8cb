"""Bounds of one request: how large its body may be, and how long answering it may take."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Bounds", "bytes_for", "time_for"]

EXPORT_S = 600.0  # everything of one person: a quarter of a second of CPU for each session, while others go first
_EXPORT = re.compile(r"/api/people/[^/]+/export")
STUDY_S = 150.0  # what is computed beside the server: a second or two, at most two minutes, and others may be before it
_STUDY = re.compile(r"/api/(sessions/[^/]+/(review|segment|export|report)|people/[^/]+/history)")
_EDITS = re.compile(r"/api/sessions/[^/]+/edits")  # the whole session is computed anew for the answer
EDIT_BYTES = 1 << 18  # as many beats as may be edited at once, at 12 bytes or less each
CLOSE = {"Connection": "close"}  # what is left of the request is not read
# Who is still sending hears no answer, only that the connection is gone: so much more is read and thrown away before.
SPILL_BYTES, SPILL_S = 1 << 20, 1.0


def time_for(method: str, path: str, request_s: float) -> float:
    """Seconds for a request to be sent and answered; what is made from recordings takes longer than others."""
    if method == "POST" and _EDITS.fullmatch(path):
        return max(request_s, STUDY_S)
    if method != "GET":
        return request_s
    if _EXPORT.fullmatch(path):
        return max(request_s, EXPORT_S)
    return max(request_s, STUDY_S) if _STUDY.fullmatch(path) else request_s


def bytes_for(method: str, path: str, body_bytes: int) -> int:
    """Bytes that the body of a request may have; a long stretch of edited beats takes more than others."""
    return max(body_bytes, EDIT_BYTES) if method == "POST" and _EDITS.fullmatch(path) else body_bytes


class _BodyTooLarge(Exception):
    """More came in than a body may have."""


class Bounds:
    """Answers 413 to a body that is too large, 408 to one that does not come in time, 503 when the answer does not."""

    def __init__(self, app: ASGIApp, body_bytes: int, request_s: float) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._request_s = request_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is within bounds."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most_bytes = bytes_for(scope.get("method", ""), scope.get("path", ""), self._body_bytes)
        request = _Request(receive, send, most_bytes)
        refusal = await self._answer(scope, request, most_bytes)
        if refusal is not None:
            await refusal(scope, receive, send)

    async def _answer(self, scope: Scope, request: "_Request", most_bytes: int) -> JSONResponse | None:
        """Let the application answer; what to say instead where the request is out of bounds."""
        if request.announces_too_much(Headers(scope=scope)):
            return await self._refuse(request, most_bytes)
        method = scope.get("method", "")
        time_s = time_for(method, scope.get("path", ""), self._request_s)
        try:
            # What is sent has to come as soon as of any other request, however long its answer may take.
            async with asyncio.timeout(time_s if method == "GET" else self._request_s) as time:
                if method != "GET" and time_s > self._request_s:
                    request.arrived = partial(_put_off, time, time_s)
                await self._app(scope, request.receive, request.send)
        except _BodyTooLarge:
            pass
        except TimeoutError:
            if request.has_answer or not time.expired():
                raise  # half an answer is cut off with its connection
            return _late() if request.is_whole else _slow(self._request_s)
        return await self._refuse(request, most_bytes) if request.is_too_large else None

    async def _refuse(self, request: "_Request", most_bytes: int) -> JSONResponse:
        """What is said of a body that is too large, once whoever sends it can hear it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(SPILL_S, self._request_s)):
                await request.spill()
        return JSONResponse({"code": "too_large", "detail": f"at most {most_bytes} bytes"}, 413, CLOSE)


class _Request:
    """A request whose body is counted as it comes in."""

    def __init__(self, receive: Receive, send: Send, most_bytes: int) -> None:
        self.has_answer = False
        self.is_whole = False
        self.is_too_large = False
        self.arrived: Callable[[], None] | None = None  # told once, when all of it is there
        self._receive = receive
        self._send = send
        self._left_bytes = most_bytes
        self._announced_bytes = 0

    def announces_too_much(self, headers: Headers) -> bool:
        """Whether the header says already that the body is too large."""
        length = headers.get("content-length", "")
        self._announced_bytes = int(length) if length.isdecimal() else 0
        return self._announced_bytes > self._left_bytes

    async def spill(self) -> None:
        """Read what is left of a body that is too large and throw it away, where it is not far too large."""
        left_bytes = SPILL_BYTES - self._announced_bytes
        while not self.is_whole and left_bytes > 0:
            message = await self._receive()
            self.is_whole = not message.get("more_body", False)
            left_bytes -= len(message.get("body", b""))

    async def receive(self) -> Message:
        """Next part of the body, of one that is not too large."""
        message = await self._receive()
        self.is_whole = not message.get("more_body", False)
        if self.is_whole and self.arrived is not None:
            self.arrived()
            self.arrived = None
        self._left_bytes -= len(message.get("body", b""))
        if self._left_bytes < 0:
            self.is_too_large = True
            raise _BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        """Part of the answer; what a route makes of half a body is not sent."""
        if not self.is_too_large or self.has_answer:
            self.has_answer = True
            await self._send(message)


def _put_off(time: asyncio.Timeout, seconds: float) -> None:
    """Let what goes on take so long from now."""
    time.reschedule(asyncio.get_running_loop().time() + seconds)


def _slow(request_s: float) -> JSONResponse:
    return JSONResponse({"code": "too_slow", "detail": f"the request did not come in {request_s:g} s"}, 408, CLOSE)


def _late() -> JSONResponse:
    return JSONResponse({"code": "busy", "detail": "the answer took too long"}, 503, CLOSE | {"Retry-After": "5"})
