"""The websocket of remote collectors: one shows its key, hears which session it may fill, and fills that one."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NoReturn

import msgspec
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from biofeedback import messages
from biofeedback.admission import COLLECT_PROTOCOL, REPLACED, TRY_AGAIN, Admitted, CollectorHello, FromCollector
from biofeedback.frames import ClockTold, Frames, StrapNews
from biofeedback.server.clinic import PRIVATE, Clinic
from biofeedback.server.pace import Pace
from biofeedback.server.post import FrameRefused, Post, SendAgain
from biofeedback.server.room import GOING_AWAY, Room
from biofeedback.session import Session
from biofeedback.straps.remote import REMOTE, RemoteStrap

__all__ = ["collect"]

HELLO_WITHIN_S = 10.0
POLICY = 1008  # websocket close code: policy violation
SCHEME = "bearer "
MAX_ORIGINS = 1000  # of one hello

_NEARNESS = ("other_strap", "other_device", "not_simulated", "is_simulated", "occupied")

_decode = msgspec.json.Decoder(FromCollector).decode
_OF_OTHERS = ("other_strap", "other_device")  # in a clinic these are other patients' rooms: one of its own may open yet


class _NotAdmitted(Exception):
    """Why a collector is not admitted: a key of the language files, ``collect.refused.CODE``."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(detail)


async def collect(socket: WebSocket, clinic: Clinic) -> None:
    """Return when a collector is gone."""
    scheme, token = socket.headers.get("authorization", "")[: len(SCHEME)], socket.headers.get("authorization", "")
    device = clinic.keys.device_of(token[len(SCHEME) :]) if scheme.lower() == SCHEME else None
    if device is None:
        await socket.send_denial_response(PlainTextResponse("This key is not known here.\n", status_code=401))
        return
    if not clinic.is_open:
        await socket.send_denial_response(PlainTextResponse("The server is closing.\n", status_code=503))
        return
    await socket.accept()
    try:
        async with asyncio.timeout(HELLO_WITHIN_S):
            hello = await _hello(socket)
        visit = _seat(clinic, partial(_Visit, socket, device=device, hello=hello))
    except _NotAdmitted as error:
        refusal = messages.Error(code=error.code, detail=str(error))
        await socket.send_text(msgspec.json.encode(refusal).decode())
        await socket.close(POLICY, error.code)
    except (TimeoutError, WebSocketDisconnect):
        await _close(socket, POLICY, "no hello")
    else:
        await _stay(clinic, visit)


def _seat(clinic: Clinic, visit_in: Callable[[Room], "_Visit"]) -> "_Visit":
    """Visit of a collector in the first room that admits it; what it is refused for is what it came nearest to."""
    refusals: list[_NotAdmitted] = []
    for room in clinic.rooms.values():
        try:
            visit = visit_in(room)
            visit.sit_down()
        except _NotAdmitted as refusal:
            refusals.append(refusal)
        else:
            return visit
    if PRIVATE not in clinic.rooms:
        refusals = [refusal for refusal in refusals if refusal.code not in _OF_OTHERS]
    raise max(refusals, key=lambda refusal: _NEARNESS.index(refusal.code), default=_NotAdmitted("no_room", "no room"))


async def _stay(clinic: Clinic, visit: "_Visit") -> None:
    """Let a collector be there until it goes."""
    task = asyncio.current_task()
    assert task is not None
    clinic.visits.add(task)
    try:
        await visit.run()
    finally:
        clinic.visits.discard(task)
        visit.get_up()


async def _hello(socket: WebSocket) -> CollectorHello:
    """The collector's first message."""
    try:
        hello = await _receive(socket)
    except FrameRefused as error:
        raise _NotAdmitted("protocol", str(error)) from error
    if not isinstance(hello, CollectorHello) or len(hello.origins) > MAX_ORIGINS:
        raise _NotAdmitted("protocol", "the first message must be hello")
    if hello.protocol != COLLECT_PROTOCOL:
        raise _NotAdmitted("protocol", f"protocol {hello.protocol}; this server speaks {COLLECT_PROTOCOL}")
    return hello


class _Visit:
    """One connection of a collector; over several sessions, if need be.

    Raises
    ------
    _NotAdmitted
        If the session's strap is not that of this collector.
    """

    def __init__(self, socket: WebSocket, room: Room, device: str, hello: CollectorHello) -> None:
        self.device = device
        self._socket = socket
        self._room = room
        self._hello = hello
        self._said: asyncio.Queue[str | None] = asyncio.Queue()  # None: close
        self._closed = (1000, "")
        self._strap_of(room.session)
        self._post: Post | None = None

    async def run(self) -> None:
        """Write to the collector, listen to it and attend to its strap until one of them is over."""
        tasks = [
            asyncio.create_task(part) for part in (self._write(), self._listen(), self._attend(), self._go_with_room())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | RuntimeError | OSError):
                raise outcome

    def dismiss(self, code: int, reason: str) -> None:
        """Close after what was said."""
        self._closed = (code, reason)
        self._said.put_nowait(None)

    def sit_down(self) -> None:
        """Take the room's seat; the newest connection of a device is the one that lives."""
        before = self._room.collector
        if before is not None and before.device != self.device:
            raise _NotAdmitted("occupied", f"the collector {before.device} is in use")
        if before is not None:
            before.dismiss(REPLACED, "another connection of this collector has taken over")
        self._room.collector = self

    def get_up(self) -> None:
        """It is gone."""
        if self._room.collector is self:
            self._room.collector = None

    async def _go(self, code: int, reason: str) -> NoReturn:
        """Close after what was said; wait until that is done and the visit is over."""
        self.dismiss(code, reason)
        while True:
            await asyncio.Event().wait()

    async def _go_with_room(self) -> None:
        """Close when the server does."""
        await self._room.closing.wait()
        await self._go(GOING_AWAY, "shutdown")

    def _tell(self, message: messages.FromServer | Admitted) -> None:
        """Queue a message."""
        self._said.put_nowait(msgspec.json.encode(message).decode())

    async def _write(self) -> None:
        """Send what is queued, until it is dismissed."""
        while (text := await self._said.get()) is not None:
            await self._socket.send_text(text)
        await _close(self._socket, *self._closed)

    async def _listen(self) -> None:
        """Take what the collector sends; what makes no sense ends the visit, and so does a hole."""
        pace = Pace(self._room.settings.max_messages_per_s, asyncio.get_running_loop().time)
        try:
            while True:
                await self._hear(await _receive(self._socket))
                await pace.keep()
        except SendAgain as error:
            await self._go(TRY_AGAIN, str(error))
        except FrameRefused as error:
            self._tell(messages.Error(code="bad_message", detail=str(error)))
            await self._go(POLICY, "bad message")

    async def _hear(self, said: FromCollector) -> None:
        """Take one message."""
        if isinstance(said, CollectorHello):
            raise FrameRefused("hello was said already")
        if not said.origin.startswith(f"{self.device}:"):
            raise FrameRefused(f"an origin of this collector begins with {self.device}:")
        if self._post is not None and (done := _HANDLERS[type(said)](said, self._post)) is not None:
            await done

    async def _attend(self) -> None:
        """Admit the collector to one session after the other."""
        while True:
            session, began = self._room.session, self._room.began
            try:
                post = Post(session, self._strap_of(session), self._tell)
            except _NotAdmitted as error:  # a session of another strap came after
                self._tell(messages.Error(code=error.code, detail=str(error)))
                await self._go(POLICY, error.code)
            self._post = post
            self._room.use_strap(post)
            try:
                await _until_heard(session, post.strap)
                self._tell(await self._admission(session))
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(post.run()), group.create_task(self._say_end(session))]
                    await began.wait()
                    for task in tasks:
                        task.cancel()
            finally:
                self._room.leave_strap(post)

    async def _say_end(self, session: Session) -> None:
        """Say that a session takes no more, when it has ended."""
        if not session.ended.is_set():
            await session.ended.wait()
            self._tell(await self._admission(session))

    async def _admission(self, session: Session) -> Admitted:
        """What the collector is told of a session."""
        origins = [origin for origin in self._hello.origins if origin.startswith(f"{self.device}:")]
        epoch, asked = session.channel.facts.epoch, self._hello.session
        earlier = {} if asked is None or asked == epoch else await self._room.archive.heard_in(asked, origins)
        return Admitted(  # as it is now: the store may have taken its time
            protocol=COLLECT_PROTOCOL,
            session=epoch,
            is_open=not session.ended.is_set(),
            heard={origin: session.heard(origin) for origin in origins},
            earlier=earlier,
        )

    def _strap_of(self, session: Session) -> RemoteStrap:
        """Strap of a session that this collector may fill."""
        strap = session.strap
        if not isinstance(strap, RemoteStrap) or strap.source != REMOTE:
            raise _NotAdmitted("other_strap", f"the session's strap is {session.channel.facts.strap}")
        if strap.device not in ("", self.device):
            raise _NotAdmitted("other_device", f"the session's strap is that of {strap.device}")
        if strap.simulated != self._hello.simulated:
            code = "is_simulated" if self._hello.simulated else "not_simulated"
            raise _NotAdmitted(code, f"the session's strap is {session.channel.facts.strap}")
        return strap


async def _until_heard(session: Session, strap: RemoteStrap) -> None:
    """Return when a session listens to its strap, or has ended: one that failed may never have come to listen."""
    waiting = [asyncio.create_task(event.wait()) for event in (session.ended, strap.listening)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()


async def _on_frames(said: Frames, post: Post) -> None:
    if said.session == post.session.channel.facts.epoch:  # what is on its way to the one before stays in the log
        await post.take(said.origin, said.frames)


def _on_news(said: StrapNews, post: Post) -> None:
    post.hear_news(said)


def _on_clock(said: ClockTold, post: Post) -> None:
    post.hear_clock(said)


_HANDLERS: dict[type, Callable[[Any, Post], Awaitable[None] | None]] = {
    Frames: _on_frames,
    StrapNews: _on_news,
    ClockTold: _on_clock,
}


async def _receive(socket: WebSocket) -> FromCollector:
    """Next message of a collector."""
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    try:
        said: FromCollector = _decode(event.get("text") or event.get("bytes") or "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FrameRefused(str(error)) from error
    return said


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    """Close, if it is still open."""
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        await socket.close(code, reason)
