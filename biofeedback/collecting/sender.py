"""Sends what a collector has to the server, again after every outage, until the server says that it is kept."""

import asyncio
import random
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException

from biofeedback import __version__
from biofeedback.admission import COLLECT_PROTOCOL, Admitted, CollectorHello
from biofeedback.collecting.backlog import Backlog
from biofeedback.collecting.log import Log, OldLog
from biofeedback.collecting.place import Place
from biofeedback.errors import InputError
from biofeedback.frames import ClockTold, Frames, StrapNews
from biofeedback.keys import DeviceKey
from biofeedback.messages import ClockAsk, Error, Kept

__all__ = ["Say", "Sender", "Timings"]

WINDOW_FRAMES = 2000  # on their way and not yet kept; the rest waits in the log
_KINDS: dict[str, type] = {"admitted": Admitted, "kept": Kept, "clock_ask": ClockAsk, "error": Error}
_REFUSALS = ("protocol", "other_strap", "other_device", "is_simulated", "not_simulated", "occupied", "no_room")
_PASSING = ("occupied", "no_room", "unknown", "certificate_time")  # may go well later, with nobody doing anything here
# What OpenSSL found against a certificate (x509_vfy.h); whatever else it finds, nobody vouches for it.
_MISTRUST = {
    **dict.fromkeys((9, 10), "certificate_time"),  # not good yet, or no more: a clock that is not set yet, as well
    **dict.fromkeys((62, 64), "certificate_name"),  # of another name, or address
}
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST")  # what answers speaks, but not TLS (OpenSSL's names)

_CALL_FAILED = "Connect call failed"  # asyncio's words

Say = Callable[..., None]  # a key of the language files and its values


@dataclass(frozen=True, slots=True)
class Timings:
    """How long a sender waits, in seconds."""

    back_off_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
    jitter_fraction: float = 0.2  # so that many collectors do not come back at once
    open_s: float = 10.0
    ping_s: float = 5.0  # between pings, and for each answer: a wire that is dead at the other end is found so


class _Kind(msgspec.Struct):
    """Any message, as far as its type."""

    type: str = ""


class _Refused(Exception):
    """The server does not admit this collector, or cannot be trusted; ``code`` as in ``collect.refused.CODE``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Sender:
    """Keeps one connection to the server and sends over it what the backlog holds."""

    def __init__(self, place: Place, key: DeviceKey, backlog: Backlog, say: Say, timings: Timings) -> None:
        self.is_admitted = False  # on the connection that there is now
        self._place = place
        self._key = key
        self._backlog = backlog
        self._say = say
        self._timings = timings
        self._was_admitted = False  # ever in this run
        self._is_open = False  # the session takes frames
        self._news: str | None = None
        self._news_told: tuple[str, str] | None = None
        self._named: set[str] = set()  # logs that the server was told of, over this connection
        self._failures = 0

    async def run(self) -> None:
        """Go on until cancelled.

        Raises
        ------
        InputError
            If the server does not admit this collector and never did in this run: the key or the address is wrong, or
            nobody vouches for its certificate.
        """
        while True:
            try:
                await self._connection()
            except _Refused as refusal:
                self._refused(refusal.code)
            except (OSError, TimeoutError, WebSocketException) as error:
                self._say("collect.away", reason=_reason(error), n=self._backlog.unsent)
            self.is_admitted = False
            await asyncio.sleep(self._pause_s())

    def tell(self, detail: str | None) -> None:
        """Show on the server what is going on with the strap; None: it sends."""
        self._news = detail
        self._backlog.wake()

    async def _connection(self) -> None:
        """Be connected, until that ends."""
        try:
            async with connect(
                self._place.address,
                additional_headers={"Authorization": f"Bearer {self._key.token}"},
                compression=None,
                proxy=True if self._place.is_secure else None,
                open_timeout=self._timings.open_s,
                ping_interval=self._timings.ping_s,
                ping_timeout=self._timings.ping_s,
                close_timeout=1.0,
            ) as socket:
                await self._stay(socket)
        except InvalidStatus as error:
            raise _refusal(error) from error
        except ssl.SSLCertVerificationError as error:
            raise _Refused(_MISTRUST.get(error.verify_code, "certificate")) from error
        except ssl.SSLError as error:
            if error.reason in _NO_TLS:
                raise _Refused("no_tls") from error
            raise

    async def _stay(self, socket: ClientConnection) -> None:
        """Say who is there, then send and listen until either ends."""
        self._is_open = False
        self._news_told = None
        backlog = self._backlog
        hello = CollectorHello(
            protocol=COLLECT_PROTOCOL,
            software=__version__,
            simulated=backlog.simulated,
            session=backlog.session,
            origins=[log.origin for log in backlog.logs],
        )
        await _send(socket, hello)
        tasks = [asyncio.create_task(self._listen(socket)), asyncio.create_task(self._keep_sending(socket))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        # A refusal that was heard says more than the closing that both then saw.
        errors = sorted(
            (e for e in outcomes if isinstance(e, Exception)), key=lambda e: isinstance(e, ConnectionClosed)
        )
        if errors:
            raise errors[0]

    async def _listen(self, socket: ClientConnection) -> None:
        """Take what the server says."""
        async for text in socket:
            message = _decoded(text)
            if isinstance(message, Admitted):
                self._admit(message)
            elif isinstance(message, Kept):
                self._backlog.keep(message.origin, message.seq)
            elif isinstance(message, ClockAsk):
                log = self._backlog.log
                await _send(socket, ClockTold(origin=log.origin, id=message.id, t_s=log.now_s()))
            elif isinstance(message, Error):
                raise _Refused(message.code if message.code in _REFUSALS else "unknown")
        raise ConnectionClosed(None, None)

    def _admit(self, admitted: Admitted) -> None:
        """Begin to fill a session; what was for another stays in its log, and that is said."""
        backlog = self._backlog
        is_another = admitted.session != backlog.session
        if is_another:
            for origin, seq in admitted.earlier.items():
                backlog.keep(origin, seq)
            if backlog.unsent:
                key = "collect.before" if backlog.session is None else "collect.left"
                self._say(key, n=backlog.unsent, folder=str(backlog.folder))
            backlog.begin(admitted.session)
        if is_another or not self.is_admitted or not admitted.is_open:
            self._say("collect.admitted" if admitted.is_open else "collect.over", session=admitted.session)
        for log in backlog.logs:
            if not self.is_admitted:
                log.tail.seek(admitted.heard.get(log.origin, 0))
        self.is_admitted = self._was_admitted = True
        self._is_open = admitted.is_open
        self._failures = 0
        self._named = set()
        backlog.wake()

    async def _keep_sending(self, socket: ClientConnection) -> None:
        """Send whatever there is to send, as it comes."""
        while True:
            changed = self._backlog.changed
            if self.is_admitted and self._is_open:
                await self._send_news(socket)
                for log in self._backlog.logs:
                    if not await self._send_log(socket, log):
                        break  # what is older goes first
            await changed.wait()

    async def _send_news(self, socket: ClientConnection) -> None:
        """Tell how the strap is, where that is not known."""
        origin = self._backlog.log.origin
        if self._news is not None and self._news_told != (origin, self._news):
            self._news_told = (origin, self._news)
            await _send(socket, StrapNews(origin=origin, detail=self._news))

    async def _send_log(self, socket: ClientConnection, log: OldLog | Log) -> bool:
        """Send what a log holds; whether that was all. One with nothing is named, to hear how far it is kept."""
        session = self._backlog.session
        while session == self._backlog.session:
            is_named = log.origin in self._named
            if is_named and log.tail.seq - log.kept >= WINDOW_FRAMES:
                return False
            frames = log.tail.batch(log.durable)
            if is_named and not frames:
                return True
            self._named.add(log.origin)
            await _send(socket, Frames(origin=log.origin, frames=frames, session=session))
        return False

    def _refused(self, code: str) -> None:
        """Give up where this cannot go well; else go on collecting, and try again."""
        if not self._was_admitted and code not in _PASSING:
            raise InputError(f"collect.refused.{code}")
        self._say(f"collect.refused.{code}")
        self._failures = len(self._timings.back_off_s)

    def _pause_s(self) -> float:
        """How long to wait before the next attempt."""
        waits_s = self._timings.back_off_s
        wait_s = waits_s[min(self._failures, len(waits_s) - 1)]
        self._failures += 1
        jitter = self._timings.jitter_fraction
        return wait_s * random.uniform(1 - jitter, 1 + jitter)  # nosec B311 - no secret hangs on it


def _refusal(error: InvalidStatus) -> Exception:
    """What an answer that opens no websocket means."""
    status = error.response.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        return _Refused("key")
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.OK, HTTPStatus.MISDIRECTED_REQUEST):
        return _Refused("address")
    return OSError(f"HTTP {status}")  # a gateway or a server that is starting or closing


def _reason(error: Exception) -> str:
    """Why there is no connection: as in ``collect.reason.REASON``, or in words of the server or the system."""
    if isinstance(error, ConnectionClosed):
        return "closed" if error.rcvd is None else error.rcvd.reason or str(error.rcvd.code)
    if isinstance(error, InvalidMessage):
        return "closed"
    if isinstance(error, socket.gaierror):
        return "name"
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    # A name with several addresses fails with all that each of them said, and with no number of its own.
    return "nobody" if isinstance(error, ConnectionRefusedError) or _CALL_FAILED in text else text or "time_out"


def _decoded(text: str | bytes) -> object:
    """Message of the server; None where it is of a kind that is not known here."""
    try:
        kind = _KINDS.get(msgspec.json.decode(text, type=_Kind).type)
        return None if kind is None else msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise _Refused("protocol") from error


async def _send(socket: ClientConnection, message: msgspec.Struct) -> None:
    """Send one message."""
    await socket.send(msgspec.json.encode(message).decode())
