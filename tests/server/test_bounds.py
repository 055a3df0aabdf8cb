"""Clients that send too much, too slowly, or nothing, on bare sockets: each is cut off, and others are served."""

import asyncio
import contextlib
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from served import BUSY_S, Serve, Served
from starlette.types import Message, Receive, Scope, Send

from biofeedback.server import bounds, connection
from biofeedback.server.bounds import Bounds
from biofeedback.server.serving import _allow_files

SHORT_S = 0.2
QUICK = {"header_s": SHORT_S, "request_s": SHORT_S, "idle_s": SHORT_S}
LONG = {"header_s": 60, "request_s": 60, "idle_s": 60}  # what a test is not about: the machine may stand still
HEAD = b"Host: localhost\r\n"


class Raw:
    """A bare connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, *parts: bytes) -> None:
        self._writer.write(b"".join(parts))
        await self._writer.drain()

    async def status(self) -> int:
        """Status of the next answer, which is read to its end."""
        async with asyncio.timeout(BUSY_S):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
            await self._reader.readexactly(int(length.partition(b":")[2]))
            return int(head.split(b" ")[1])

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        async with asyncio.timeout(BUSY_S):
            try:
                return await self._reader.read()
            except ConnectionResetError:
                return b""


@asynccontextmanager
async def connected(served: Served) -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.server.port)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


async def connections_are_at_most(served: Served, count: int) -> None:
    async with asyncio.timeout(BUSY_S):
        while len(served.server.server_state.connections) > count:  # noqa: ASYNC110  uvicorn tells nobody
            await asyncio.sleep(0)


def request(path: str = "/livez", method: str = "GET", *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n{lines}\r\n".encode()


@pytest.mark.parametrize("start", [b"", b"G", b"GET /livez HTTP/1.1\r\n" + HEAD, request()[:-1]])
async def test_a_request_whose_header_does_not_come_is_cut_off(start: bytes, serve: Serve) -> None:
    served = await serve(**LONG | {"header_s": SHORT_S})
    async with connected(served) as raw:
        await raw.send(start)
        assert await raw.rest() == b""


async def test_a_header_that_trickles_in_is_cut_off(serve: Serve) -> None:
    served = await serve(**LONG | {"header_s": SHORT_S})

    async def trickle(raw: Raw) -> None:
        for byte in request("/livez", "GET", "X-Slow: " + "x" * 10_000):
            await raw.send(bytes([byte]))
            await asyncio.sleep(0.02)

    async with connected(served) as raw:
        sending = asyncio.create_task(trickle(raw))
        assert await raw.rest() == b""
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_a_connection_without_a_next_request_is_closed(serve: Serve) -> None:
    served = await serve(**LONG | {"idle_s": SHORT_S})
    async with connected(served) as raw:
        await raw.send(request(), request())  # the second came along with the first
        assert [await raw.status(), await raw.status()] == [200, 200]
        assert await raw.rest() == b""


async def test_the_next_request_has_its_time_as_well(serve: Serve) -> None:
    served = await serve(**LONG | {"header_s": 5 * SHORT_S})
    async with connected(served) as raw:
        await raw.send(request())
        assert await raw.status() == 200
        await raw.send(request()[:-1])
        assert await raw.rest() == b""


async def is_served_in_time(served: Served) -> bool:
    """Ask without a pause for longer than anything may take; False: the machine stood still, and that says nothing."""
    longest_s, asked_s = 0.0, time.monotonic()
    until_s = asked_s + 2.5 * SHORT_S
    async with connected(served) as raw:
        try:
            while asked_s < until_s:
                await raw.send(request())
                assert await raw.status() == 200
                before_s, asked_s = asked_s, time.monotonic()
                longest_s = max(longest_s, asked_s - before_s)
        except (asyncio.IncompleteReadError, ConnectionError):
            longest_s = max(longest_s, time.monotonic() - asked_s)
            assert longest_s > SHORT_S / 2, "it was cut off between one request and the next"
    return longest_s < SHORT_S / 2


async def test_a_client_in_time_is_served_over_one_connection_for_as_long_as_it_likes(serve: Serve) -> None:
    served = await serve(**QUICK)
    while not await is_served_in_time(served):
        pass


@pytest.mark.parametrize("length", ["Content-Length: 10", "Transfer-Encoding: chunked"])
async def test_a_request_whose_body_does_not_come_is_told_so(
    length: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LAST_WORD_S", 60.0)  # a machine that stands still meanwhile would only be cut off
    served = await serve(**LONG | {"request_s": SHORT_S})
    async with connected(served) as raw:
        await raw.send(request("/api/sign-in", "POST", "Content-Type: application/json", length))
        answer = await raw.rest()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"too_slow"' in answer


async def test_a_body_that_grows_too_large_on_its_way_is_refused(serve: Serve) -> None:
    served = await serve(max_message_bytes=1024)
    async with connected(served) as raw:
        head = request("/api/sign-in", "POST", "Content-Type: application/json", "Transfer-Encoding: chunked")
        await raw.send(head, b"800\r\n", b"x" * 2048, b"\r\n")
        assert (await raw.rest()).startswith(b"HTTP/1.1 413 ")


async def test_what_follows_on_an_answer_given_early_is_cut_off(serve: Serve) -> None:
    served = await serve(**LONG | {"request_s": SHORT_S, "idle_s": SHORT_S})
    async with connected(served) as raw:
        await raw.send(request("/nowhere", "POST", "Content-Length: 1000"), b"begun")
        assert await raw.status() in (401, 404)
        assert await raw.rest() == b""


async def test_a_client_that_does_not_read_its_answers_is_cut_off(serve: Serve) -> None:
    served = await serve(**LONG | {"request_s": SHORT_S})
    async with connected(served) as raw:
        await raw.send(request("/lang/physio.nl.json") * 500)
        assert served.server.server_state.connections
        await connections_are_at_most(served, 0)


async def test_who_sends_too_large_a_body_hears_so_and_no_reset(serve: Serve) -> None:
    served = await serve()
    body = bytes(bounds.SPILL_BYTES // 2)
    async with connected(served) as raw:
        await raw.send(request("/api/sign-in", "POST", f"Content-Length: {len(body)}"), body)
        assert (await raw.rest()).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("header", ["Content-Length: 70000", "Content-Length: 99999999999999999999"])
async def test_a_body_that_is_announced_too_large_is_answered_413(header: str, serve: Serve) -> None:
    served = await serve()
    async with connected(served) as raw:
        await raw.send(request("/api/sign-in", "POST", "Content-Type: application/json", header))
        answer = await raw.rest()
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b'{"code":"too_large","detail":"at most 65536 bytes"}' in answer
        assert b"content-security-policy" in answer.lower()


async def test_a_header_that_is_too_large_is_refused(serve: Serve) -> None:
    served = await serve()
    async with connected(served) as raw:
        await raw.send(b"GET /livez HTTP/1.1\r\nX-Long: ", b"x" * 20_000)
        assert (await raw.rest()).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("bytes_", [b"\x00" * 100, b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"\x01" * 200])
async def test_what_is_no_http_is_refused(bytes_: bytes, serve: Serve) -> None:
    served = await serve(**QUICK)
    async with connected(served) as raw:
        await raw.send(bytes_)
        answer = await raw.rest()
        assert not answer or answer.startswith(b"HTTP/1.1 400 ")


async def test_more_connections_than_are_allowed_are_refused_until_there_is_room(serve: Serve) -> None:
    served = await serve(max_connections=2)
    async with connected(served) as first:
        await first.send(request())
        assert await first.status() == 200
        async with connected(served) as second:
            await second.send(request())
            assert await second.status() == 200
            async with connected(served) as third:
                assert (await third.rest()).startswith(b"HTTP/1.1 503 ")
        await connections_are_at_most(served, 1)
        async with connected(served) as again:
            await again.send(request())
            assert await again.status() == 200


async def test_live_channels_count_as_connections_and_have_no_time_limit_of_http(serve: Serve) -> None:
    served = await serve(max_connections=1, header_s=1.0, request_s=1.0, idle_s=1.0)  # less than three beats take
    async with served.page() as page:
        async with connected(served) as raw:
            assert (await raw.rest()).startswith(b"HTTP/1.1 503 ")
        for _ in range(3):
            await page.hear("beat")
        assert page.socket.close_code is None


async def test_a_message_that_is_too_large_closes_its_own_channel_alone(serve: Serve) -> None:
    served = await serve(max_message_bytes=1024)
    async with served.page() as page, served.page() as other:
        await page.say("mark", kind="note", text="x" * 2000)
        assert await page.closed() == 1009
        await other.hear("beat")


def test_as_many_files_may_be_open_as_connections_are_allowed() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        _allow_files(200)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (256, before[1])
        _allow_files(300)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


class Answer:
    """What an application within bounds is asked, and what it answered."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.unread: list[Message] = []

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        starts = [message["status"] for message in self.sent if message["type"] == "http.response.start"]
        assert len(starts) == 1
        return int(starts[0])


async def asked(application, *bodies: bytes, more: bool = False, path: str = "/", request_s: float = 0.05) -> Answer:
    """Answer to a request whose body comes in these parts, and perhaps no further."""
    answer = Answer()
    parts = answer.unread = [
        {"type": "http.request", "body": body, "more_body": more or number < len(bodies)}
        for number, body in enumerate(bodies, start=1)
    ]

    async def receive() -> Message:
        if parts:
            return parts.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    await Bounds(application, body_bytes=10, request_s=request_s)(scope, receive, answer.send)
    return answer


async def reads_all(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"read"})


async def makes_400_of_it(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        await reads_all(scope, receive, send)
    except Exception:  # noqa: BLE001 - as frameworks do
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b"bad"})


@pytest.mark.parametrize("application", [reads_all, makes_400_of_it])
async def test_a_body_that_grows_too_large_is_answered_413_whatever_the_route_makes_of_it(application) -> None:
    assert (await asked(application, b"12345", b"67890")).status == 200
    answer = await asked(application, b"12345", b"678901", b"")
    assert answer.status == 413
    assert b"too_large" in answer.sent[-1]["body"]


async def test_a_body_too_large_is_read_to_its_end_so_that_who_sends_it_hears_why() -> None:
    answer = await asked(reads_all, b"12345", b"678901", b"more", b"and more")
    assert (answer.status, answer.unread) == (413, [])
    far_too_large = await asked(reads_all, b"12345", b"678901", bytes(bounds.SPILL_BYTES), b"and more")
    assert (far_too_large.status, len(far_too_large.unread)) == (413, 1)
    assert (await asked(reads_all, b"12345", b"678901", more=True)).status == 413  # and it is not waited for


async def test_a_body_that_does_not_come_is_answered_408() -> None:
    async def wants_more(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["more_body"]:
            pass

    answer = await asked(wants_more, b"half", b"", more=True)
    assert answer.status == 408
    assert b"too_slow" in answer.sent[-1]["body"]


EDITS = "/api/sessions/01K/edits"


async def reads_all_and_ponders(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["more_body"]:
        pass
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.4):
            await asyncio.Event().wait()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"read"})


async def test_an_edit_has_longer_for_its_answer_and_more_room_but_no_longer_to_come() -> None:
    body = b"more than ten bytes"
    assert (await asked(reads_all_and_ponders, body, path=EDITS, request_s=0.3)).status == 200
    assert (await asked(reads_all_and_ponders, body[:10])).status == 503
    assert (await asked(reads_all, b"half", more=True, path=EDITS)).status == 408


async def test_an_answer_that_takes_too_long_is_503() -> None:
    async def hangs(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        await asyncio.Event().wait()

    answer = await asked(hangs, b"all of it")
    assert answer.status == 503
    assert (b"retry-after", b"5") in answer.sent[0]["headers"]


async def test_half_an_answer_is_not_made_whole() -> None:
    async def stops_halfway(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await asked(stops_halfway)


async def test_a_time_out_of_the_route_itself_is_its_own() -> None:
    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await asked(fails)
