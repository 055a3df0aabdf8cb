"""The live channel's websocket: one viewer says hello, hears the session, and may steer it."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from biofeedback import messages
from biofeedback.core.events import MarkKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.errors import CommandRefused
from biofeedback.frames import ClockTold, Frames, StrapNews
from biofeedback.server.room import Room
from biofeedback.session import Session
from biofeedback.viewer import Viewer

__all__ = ["watch"]

HELLO_WITHIN_S = 10.0
MAX_BAD = 20  # messages that make no sense, before the viewer is shown the door
MAX_TEXT = 2000  # characters of a note
POLICY = 1008  # websocket close code: policy violation

_decode = msgspec.json.Decoder(messages.FromViewer).decode


class _BadMessage(Exception):
    """A message that is none of ours."""


async def watch(socket: WebSocket, room: Room) -> None:
    """Return when a viewer is gone."""
    await socket.accept()
    try:
        async with asyncio.timeout(HELLO_WITHIN_S):
            hello = await _hello(socket)
    except (TimeoutError, WebSocketDisconnect):
        hello = None
    if hello is None or not room.is_open:
        await _close(socket, POLICY if hello is None else 1012)
        return
    viewer = Viewer(hello.role, _now_s())
    session = room.join(hello, viewer)
    visit = asyncio.current_task()
    assert visit is not None
    room.visits.add(visit)
    try:
        await _visit(socket, room, session, viewer)
    finally:
        room.visits.discard(visit)
        session.channel.leave(viewer)


async def _visit(socket: WebSocket, room: Room, session: Session, viewer: Viewer) -> None:
    """Write to a viewer and listen to it until either is over."""
    writing = asyncio.create_task(_write(socket, session, viewer))
    listening = asyncio.create_task(_listen(socket, room, session, viewer))
    try:
        await asyncio.wait((writing, listening), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (writing, listening):
            task.cancel()
        outcomes = await asyncio.gather(writing, listening, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | RuntimeError | OSError):
            raise outcome


async def _hello(socket: WebSocket) -> messages.ViewerHello | None:
    """The viewer's first message, or None where it is no hello that we understand."""
    try:
        hello = await _receive(socket)
    except _BadMessage as error:
        await _refuse(socket, "bad_message", str(error))
        return None
    if not isinstance(hello, messages.ViewerHello):
        await _refuse(socket, "bad_message", "the first message must be hello")
        return None
    if hello.protocol != messages.PROTOCOL:
        await _refuse(socket, "protocol", f"protocol {hello.protocol}; this server speaks {messages.PROTOCOL}")
        return None
    return hello


async def _write(socket: WebSocket, session: Session, viewer: Viewer) -> None:
    """Send what is queued, until the viewer is closed."""
    while (item := await viewer.next()) is not None:
        await socket.send_text(session.channel.text(item))
        viewer.sent(getattr(item, "q", 0), _now_s())
    code, reason = viewer.closed or (1000, "")
    await _close(socket, code, reason)


async def _listen(socket: WebSocket, room: Room, session: Session, viewer: Viewer) -> None:
    """Obey what a viewer says, until it goes or talks nonsense for too long."""
    bad = 0
    while bad < MAX_BAD:
        try:
            said = await _receive(socket)
            _HANDLERS[type(said)](said, room, session, viewer)
        except _BadMessage as error:
            bad += 1
            session.channel.tell(viewer, messages.Error(code="bad_message", detail=str(error)))
        except CommandRefused as error:
            session.channel.tell(viewer, messages.Error(code=_code(said), detail=str(error)))
    await _close(socket, POLICY, "too many messages that make no sense")


async def _receive(socket: WebSocket) -> messages.FromViewer:
    """Next message of a viewer."""
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    try:
        said: messages.FromViewer = _decode(event.get("text") or event.get("bytes") or "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _BadMessage(str(error)) from error
    return said


def _on_ack(said: messages.Ack, _room: Room, _session: Session, viewer: Viewer) -> None:
    viewer.acknowledge(said.message_seq, _now_s())


def _on_pong(_said: messages.Pong, _room: Room, _session: Session, _viewer: Viewer) -> None:
    """It is there; whether it keeps up is for its acknowledgements to say."""


def _on_command(said: messages.Command, room: Room, session: Session, viewer: Viewer) -> None:
    if session is not room.session:
        raise CommandRefused("this session was replaced by another")
    room.command(said, viewer.role)


def _on_mark(said: messages.ViewerMark, _room: Room, session: Session, viewer: Viewer) -> None:
    session.mark(MarkKind(said.kind), said.text[:MAX_TEXT], viewer.role)


def _on_rating(said: messages.ViewerRating, _room: Room, session: Session, _viewer: Viewer) -> None:
    if not 0 <= said.value <= 10:
        raise _BadMessage(f"a rating lies between 0 and 10, got {said.value}")
    session.rate(said.scale, said.moment, said.value)


def _on_strap(_said: Frames | StrapNews | ClockTold, _room: Room, _session: Session, _viewer: Viewer) -> None:
    raise _BadMessage("the strap of this session is not elsewhere")


def _on_hello(_said: messages.ViewerHello, _room: Room, _session: Session, _viewer: Viewer) -> None:
    raise _BadMessage("hello was said already")


_HANDLERS: dict[type, Callable[[Any, Room, Session, Viewer], None]] = {
    messages.Ack: _on_ack,
    messages.Pong: _on_pong,
    messages.Command: _on_command,
    messages.ViewerMark: _on_mark,
    messages.ViewerRating: _on_rating,
    messages.ViewerHello: _on_hello,
    Frames: _on_strap,
    StrapNews: _on_strap,
    ClockTold: _on_strap,
}


def _code(said: messages.FromViewer) -> str:
    """Key of the language files for a refused command."""
    unknown = isinstance(said, messages.Command) and said.exercise is not None and said.exercise not in EXERCISES
    return "unknown_exercise" if unknown else "command_refused"


async def _refuse(socket: WebSocket, code: str, detail: str) -> None:
    """Say what is wrong to one that is no viewer yet."""
    await socket.send_text(msgspec.json.encode(messages.Error(code=code, detail=detail)).decode())


async def _close(socket: WebSocket, code: int, reason: str = "") -> None:
    """Close, if it is still open."""
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        await socket.close(code, reason)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
