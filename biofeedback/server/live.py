"""The live channel's websocket: one viewer says hello, hears the session, and may steer it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from biofeedback import messages, viewer_messages
from biofeedback.admission import TRY_AGAIN
from biofeedback.core.context import Told
from biofeedback.core.events import MarkKind
from biofeedback.core.exercises import EXERCISES
from biofeedback.errors import CommandLate, CommandRefused, ConsentMissing
from biofeedback.frames import ClockTold, Frames, StrapNews
from biofeedback.server.access import Access, Principal, Refused, Role, entry_of, may_say, seat_of
from biofeedback.server.attendance import Attendance
from biofeedback.server.clinic import Clinic, NoSuchRoom
from biofeedback.server.pace import Pace
from biofeedback.server.post import FrameRefused, SendAgain
from biofeedback.server.receipts import Receipts
from biofeedback.server.room import Room
from biofeedback.server.wire import wire_of
from biofeedback.session import Session
from biofeedback.store.audit import Act
from biofeedback.viewer import Viewer

__all__ = ["watch"]

HELLO_WITHIN_S = 10.0
OFTEN_S = 1.0  # acknowledgements that come oftener wait for their turn as everything else
MAX_BAD = 20  # messages that make no sense, before the viewer is shown the door
MAX_TEXT = 2000  # characters of a note
POLICY = 1008  # websocket close code: policy violation
_GONE = (WebSocketDisconnect, RuntimeError, OSError)  # what a socket raises whose other side left

_TOLD = frozenset(Told)
_NOTED = viewer_messages.ViewerMark | viewer_messages.ViewerRating
_ACK = b'{"type":"ack"'  # as the pages write it; said in another way it is understood as well

_decode = msgspec.json.Decoder(viewer_messages.FromViewer).decode
_decode_ack = msgspec.json.Decoder(viewer_messages.Ack).decode


class _BadMessage(Exception):
    """A message that is none of ours."""


class _NotAllowed(_BadMessage):
    """A message that is not for this viewer to send."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """One viewer's visit to one session.

    ``strap`` attends to the strap of its page, ``receipts`` to what it notes; ``author`` is who said it.
    """

    room: Room
    session: Session
    viewer: Viewer
    strap: Attendance
    receipts: Receipts
    role: Role
    author: str


@dataclass(frozen=True, slots=True)
class _Watched:
    """What is watched, and by whom."""

    room: Room
    session: Session
    principal: Principal


async def watch(socket: WebSocket, clinic: Clinic, access: Access) -> None:
    """Return when a viewer is gone."""
    await socket.accept()
    try:
        async with asyncio.timeout(HELLO_WITHIN_S):
            hello = await _hello(socket)
    except (TimeoutError, WebSocketDisconnect):
        hello = None
    if hello is None or not clinic.is_open:
        await _close(socket, POLICY if hello is None else 1012)
        return
    if len(clinic.visits) >= clinic.settings.max_viewers:
        await _refuse(socket, "busy", f"{clinic.settings.max_viewers} pages are here already")
        await _close(socket, TRY_AGAIN, "busy")
        return
    try:
        seat = seat_of(access, socket, hello)
        room = clinic.room(seat.room)
        if not seat.sees(room.session.channel.facts.epoch):
            raise NoSuchRoom("the session that was shared is over")
    except (Refused, NoSuchRoom) as error:
        await _refuse(socket, error.code if isinstance(error, Refused) else "no_room", str(error))
        await _close(socket, POLICY, "no such room")
        return
    viewer = Viewer(hello.role, asyncio.get_running_loop().time)
    session = room.join(hello, viewer)
    if seat.principal.role is not Role.PATIENT:  # who watches themselves is not noted
        seen = entry_of(seat.principal, Act.SESSION_SEEN, person=room.place.person, about=session.channel.facts.epoch)
        access.ledger.note(seen)
    door = access.presence.enter(seat.principal, lambda: session.channel.send_away(viewer, "signed_out", POLICY))
    try:
        await _visit(socket, clinic, viewer, _Watched(room, session, seat.principal))
    finally:
        access.presence.leave(door)


async def _visit(socket: WebSocket, clinic: Clinic, viewer: Viewer, watched: _Watched) -> None:
    """Let a viewer be in a room until it goes."""
    session = watched.session
    task = asyncio.current_task()
    assert task is not None
    clinic.visits.add(task)
    try:
        await _stay(socket, viewer, watched)
    finally:
        clinic.visits.discard(task)
        session.channel.leave(viewer)
        viewer.disconnect()
    if viewer.closed is not None and socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(*_GONE):
            await socket.close(*viewer.closed)


async def _stay(socket: WebSocket, viewer: Viewer, watched: _Watched) -> None:
    """Listen to a viewer until it is gone, or has to go; what is sent to it is written when it arises."""
    room, session = watched.room, watched.session
    async with asyncio.TaskGroup() as group:
        strap, receipts = Attendance(room, session, viewer, group), Receipts(session, viewer, group)
        wire, writing = wire_of(socket.scope), None
        if wire is None:
            writing = group.create_task(_write(socket, session, viewer))
        else:
            wire.stop_pings()
            wire.overhear = partial(_overhear, viewer)
            viewer.connect(wire, session.channel.frame)
        try:
            with contextlib.suppress(*_GONE):
                author = _author(viewer, watched.principal)
                await _listen(socket, _Visit(room, session, viewer, strap, receipts, watched.principal.role, author))
        finally:
            strap.leave()
            receipts.leave()
            if wire is not None:
                wire.overhear = None
            if writing is not None:
                writing.cancel()


def _author(viewer: Viewer, principal: Principal) -> str:
    """Who a mark is of: the user who is signed in; of a patient, and where nobody has an account, the page's side.

    A physiotherapist who has a patient's page open holds it for the patient.
    """
    return viewer.role if viewer.role == "patient" or principal.user is None else principal.user


async def _hello(socket: WebSocket) -> viewer_messages.ViewerHello | None:
    """The viewer's first message, or None where it is no hello that we understand."""
    try:
        hello = await _receive(socket)
    except _BadMessage as error:
        await _refuse(socket, "bad_message", str(error))
        return None
    if not isinstance(hello, viewer_messages.ViewerHello):
        await _refuse(socket, "bad_message", "the first message must be hello")
        return None
    if hello.protocol != messages.PROTOCOL:
        await _refuse(socket, "protocol", f"protocol {hello.protocol}; this server speaks {messages.PROTOCOL}")
        return None
    return hello


async def _write(socket: WebSocket, session: Session, viewer: Viewer) -> None:
    """Send what is queued, until the viewer is closed: for a server that takes no frames."""
    with contextlib.suppress(*_GONE):
        while (item := await viewer.next()) is not None:
            message = session.channel.framed(item)
            await socket.send_text(message.text)
            viewer.sent(message.q)
        assert viewer.closed is not None
        await _close(socket, *viewer.closed)


async def _listen(socket: WebSocket, visit: _Visit) -> None:
    """Obey what a viewer says, until it goes or talks nonsense for too long."""
    bad, pace = 0, Pace(visit.room.settings.max_messages_per_s, asyncio.get_running_loop().time)
    while bad < MAX_BAD:
        try:
            said = await _receive(socket)
            await pace.keep()
            if not may_say(visit.role, str(said.__struct_config__.tag)):
                raise _NotAllowed("this is not for your role")
            if (done := _HANDLERS[type(said)](said, visit)) is not None:
                await done
        except (_BadMessage, FrameRefused) as error:
            bad += 1
            code = "not_allowed" if isinstance(error, _NotAllowed) else "bad_message"
            visit.session.channel.tell(visit.viewer, messages.Error(code=code, detail=str(error)))
        except CommandRefused as error:
            visit.session.channel.tally.refused += 1
            refused = messages.Error(code=_code(said, error), detail=str(error), id=_id(said))
            visit.session.channel.tell(visit.viewer, refused)
        except SendAgain as error:
            visit.viewer.close(TRY_AGAIN, str(error))
            return
    await _close(socket, POLICY, "too many messages that make no sense")


async def _receive(socket: WebSocket) -> viewer_messages.FromViewer:
    """Next message of a viewer."""
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    try:
        said: viewer_messages.FromViewer = _decode(event.get("text") or event.get("bytes") or "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _BadMessage(str(error)) from error
    return said


def _overhear(viewer: Viewer, text: bytes) -> bool:
    """Whether a text was an acknowledgement, which comes from every viewer every few seconds, and no oftener."""
    if not text.startswith(_ACK) or asyncio.get_running_loop().time() - viewer.acknowledged_s < OFTEN_S:
        return False
    try:
        said = _decode_ack(text)
    except msgspec.DecodeError:
        return False  # it is told so as for any other message
    viewer.acknowledge(said.message_seq)
    return True


def _on_ack(said: viewer_messages.Ack, visit: _Visit) -> None:
    visit.viewer.acknowledge(said.message_seq)


def _on_pong(_said: viewer_messages.Pong, _visit: _Visit) -> None:
    """It is there; whether it keeps up is for its acknowledgements to say."""


def _on_command(said: viewer_messages.Command, visit: _Visit) -> None:
    if visit.session is not visit.room.session:
        raise CommandRefused("this session was replaced by another")
    visit.room.command(said, visit.author)
    visit.receipts.owe(said.id)


def _on_mark(said: viewer_messages.ViewerMark, visit: _Visit) -> None:
    if said.kind == "context" and visit.viewer.role == "patient" and said.text not in _TOLD:
        raise _BadMessage("a patient's page tells of the day in closed texts only")
    visit.session.mark(MarkKind(said.kind), said.text[:MAX_TEXT], visit.author, said.id)
    visit.receipts.owe(said.id)


def _on_rating(said: viewer_messages.ViewerRating, visit: _Visit) -> None:
    if not 0 <= said.value <= 10:
        raise _BadMessage(f"a rating lies between 0 and 10, got {said.value}")
    visit.session.rate(said.scale, said.moment, said.value, said.id)
    visit.receipts.owe(said.id)


async def _on_frames(said: Frames, visit: _Visit) -> None:
    await visit.strap.post().take(said.origin, said.frames)


def _on_news(said: StrapNews, visit: _Visit) -> None:
    visit.strap.post().hear_news(said)


def _on_clock(said: ClockTold, visit: _Visit) -> None:
    visit.strap.post().hear_clock(said)


def _on_hello(_said: viewer_messages.ViewerHello, _visit: _Visit) -> None:
    raise _BadMessage("hello was said already")


_HANDLERS: dict[type, Callable[[Any, _Visit], Awaitable[None] | None]] = {
    viewer_messages.Ack: _on_ack,
    viewer_messages.Pong: _on_pong,
    viewer_messages.Command: _on_command,
    viewer_messages.ViewerMark: _on_mark,
    viewer_messages.ViewerRating: _on_rating,
    viewer_messages.ViewerHello: _on_hello,
    Frames: _on_frames,
    StrapNews: _on_news,
    ClockTold: _on_clock,
}


def _id(said: viewer_messages.FromViewer) -> str | None:
    """What its page calls a command or what is to be noted."""
    return said.id if isinstance(said, viewer_messages.Command | _NOTED) else None


def _code(said: viewer_messages.FromViewer, refused: CommandRefused) -> str:
    """Key of the language files for what was refused."""
    if isinstance(refused, ConsentMissing):
        return "consent_first"
    if isinstance(refused, CommandLate):
        return "not_done"
    if isinstance(said, Frames | StrapNews | ClockTold):
        return "strap_elsewhere"
    if isinstance(said, _NOTED):
        return "not_noted"
    unknown = isinstance(said, viewer_messages.Command) and said.exercise is not None and said.exercise not in EXERCISES
    return "unknown_exercise" if unknown else "command_refused"


async def _refuse(socket: WebSocket, code: str, detail: str) -> None:
    """Say what is wrong to one that is no viewer yet."""
    await socket.send_text(msgspec.json.encode(messages.Error(code=code, detail=detail)).decode())


async def _close(socket: WebSocket, code: int, reason: str = "") -> None:
    """Close, if it is still open."""
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        await socket.close(code, reason)
