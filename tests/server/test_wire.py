"""Frames that are written past the queue, on real sockets."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvicorn
import websockets
from served import Serve, Served
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from biofeedback.core.events import Mark, MarkKind
from biofeedback.outgoing import Outgoing
from biofeedback.server.wire import HIGH_BYTES, FramesProtocol, wire_of

LONG = 60_000  # characters of a mark: a few of them fill what the machine keeps for a socket
Route = Callable[[WebSocket], Awaitable[None]]


@asynccontextmanager
async def served_by(route: Route, ws: type | str = FramesProtocol) -> AsyncIterator[int]:
    """Port of a small server with one websocket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = Starlette(routes=[WebSocketRoute("/", route)])
        server = uvicorn.Server(uvicorn.Config(app, ws=ws, lifespan="off", log_level="warning"))
        running = asyncio.create_task(server.serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


async def deaf(served: Served) -> socket.socket:
    """A viewer that says hello and then reads nothing."""
    loop, raw = asyncio.get_running_loop(), socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await loop.sock_connect(raw, ("127.0.0.1", served.server.port))
    head = (
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{served.server.port}\r\nOrigin: {served.url}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await loop.sock_sendall(raw, head.encode())
    assert b" 101 " in await loop.sock_recv(raw, 1000)
    hello = b'{"type":"hello","protocol":1,"role":"physio"}'
    await loop.sock_sendall(raw, bytes((0x81, 0x80 | len(hello), 0, 0, 0, 0)) + hello)
    return raw


async def test_a_viewer_that_never_reads_delays_nobody_and_is_cut_off(serve: Serve) -> None:
    served = await serve()
    channel = served.server.clinic.room().session.channel
    async with served.page() as page:
        raw = await deaf(served)
        await page.hear("quality", viewers=2)
        (silent,) = [viewer for viewer in channel.viewers if viewer.role == "physio"]
        for n in range(200):
            channel.publish_input(Mark(n, 1.0, MarkKind.NOTE, f"{n} {'x' * LONG}", "physio"))
            assert (await page.hear("mark"))["text"].startswith(f"{n} ")
        await page.say("ack", message_seq=channel.message_seq)
        await page.hear("quality")
        waiting = [item for item in silent._queue if isinstance(item, Outgoing) and item.kind == "mark"]
        assert 0 < len(waiting) < 200
        channel.reap(silent.acknowledged_s + 31)
        assert silent not in channel.viewers
        async with asyncio.timeout(120):
            while len(served.server.clinic.visits) > 1:
                await page.hear("quality", viewers=1)
        raw.close()


async def test_a_page_that_was_slow_hears_the_rest_when_it_reads_on(serve: Serve) -> None:
    served = await serve()
    channel = served.server.clinic.room().session.channel
    async with served.page() as page:
        await page.hear("snapshot")
        (viewer,) = channel.viewers
        for n in range(200):  # without a moment for the page to read
            channel.publish_input(Mark(n, 1.0, MarkKind.NOTE, f"{n} {'x' * LONG}", "physio"))
        assert viewer._queue
        for n in range(200):
            assert (await page.hear("mark"))["text"].startswith(f"{n} ")
        assert not viewer._queue


async def test_a_server_that_takes_no_frames_is_sent_texts(serve: Serve) -> None:
    served = await serve(ws="websockets-sansio")
    async with served.page() as page:
        await page.hear("snapshot")
        await page.say("command", command="start")
        await page.hear("step")
        await page.say("ack", message_seq=page.heard[-1]["q"])
        await page.hear("beat")
        served.server.clinic.room().session.channel.dismiss("too_slow", 4008)
        await page.hear("bye")
        assert await page.closed() == 4008
    async with served.page() as page:
        await page.hear("snapshot")
    async with served.page() as page:
        await page.hear("quality", viewers=1)


async def test_frames_never_stand_inside_another_message() -> None:
    async def route(chatty: WebSocket) -> None:
        await chatty.accept()
        wire = wire_of(chatty.scope)
        assert wire is not None
        for n in range(300):
            wire.write(Outgoing.of("beat", b'"frame %d"' % n).frame)
            await chatty.send_text(json.dumps(f"text {n} " + "x" * 1000 * (n % 90)))
        await chatty.close()

    async with served_by(route) as port, websockets.connect(f"ws://127.0.0.1:{port}/") as page:
        heard = [json.loads(message).split(" x")[0].strip() async for message in page]
    assert [text for text in heard if text.startswith("text")] == [f"text {n}" for n in range(300)]
    frames = [int(text.split()[1]) for text in heard if text.startswith("frame")]
    assert frames == sorted(frames)
    assert len(frames) > 1


async def test_nothing_is_taken_while_much_waits_or_when_it_is_over() -> None:
    said: list[object] = []
    over = asyncio.Event()

    async def route(chatty: WebSocket) -> None:
        await chatty.accept()
        wire = wire_of(chatty.scope)
        assert wire is not None
        while wire.write(Outgoing.of("beat", b'"%s"' % (b"x" * LONG)).frame):
            pass
        said.append(wire.transport.get_write_buffer_size() > HIGH_BYTES)
        drained = asyncio.Event()
        wire.drained = drained.set
        await drained.wait()
        said.append(wire.write(Outgoing.of("beat", b'"last"').frame))
        await chatty.close()
        said.append(wire.write(b"never"))
        over.set()

    async with served_by(route) as port, websockets.connect(f"ws://127.0.0.1:{port}/") as page:
        texts = [message async for message in page]
        await over.wait()
    assert said == [True, True, False]
    assert texts[-1] == '"last"'


async def test_a_refused_websocket_has_no_way_past_the_queue() -> None:
    async def route(chatty: WebSocket) -> None:
        await chatty.close()

    async with served_by(route) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
        await writer.wait_closed()


async def test_an_acknowledgement_is_taken_on_the_way_in_and_a_spoilt_one_is_told(serve: Serve) -> None:
    served = await serve()
    async with served.page() as page:
        await page.hear("snapshot")
        (viewer,) = served.server.clinic.room().session.channel.viewers
        for said, error in (
            ('{"type":"ack","message_seq":1}', ""),
            ('{"type":"ack","message_seq":"x"}', "bad_message"),
        ):
            viewer.acknowledged_s = before_s = viewer.acknowledged_s - 2.0
            await page.socket.send(said)
            await page.hear("error" if error else "quality")
            assert (viewer.acknowledged_s > before_s) is not bool(error)
