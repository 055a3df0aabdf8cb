"""Where a strap elsewhere is attended to: its frames are taken over, what is kept is told, its clock is asked."""

import asyncio
import math
import re
from collections.abc import Callable, Iterable

from biofeedback import messages
from biofeedback.core.events import Characteristic, Origin
from biofeedback.errors import BiofeedbackError
from biofeedback.frames import ClockTold, FrameBytes, FrameConnected, FrameLost, StrapNews
from biofeedback.lines import LONGEST_S
from biofeedback.session import Session
from biofeedback.straps import ClockRead, Connected, Lost, Payload, Searching
from biofeedback.straps.remote import RemoteStrap

__all__ = ["FrameRefused", "Post", "SendAgain"]

KEEP_WITHIN_S = 0.2  # from the first frame to the disk and the answer: one write for all that came meanwhile
TURN_S = 0.002  # of a message of many frames, of any bytes; then others have as long as this one had
KEEP_AGAIN_S = 1.0  # when the disk refused
ASK_CLOCK_EVERY_S = 60.0
MAX_ASKED = 8  # questions that were not answered
MAX_ORIGINS = 1000  # of one connection: a page has one, a collector one for each of its logs
MAX_VALUE_BYTES = 512  # of one attribute, by the Bluetooth standard
MAX_TEXT = 100  # characters of a model, a firmware, a reason or an origin
_DETAIL = re.compile(r"strap\.[a-z_]{1,40}")
_ORIGIN = re.compile(r"[A-Za-z0-9._:-]{1,100}")

Frame = FrameConnected | FrameLost | FrameBytes


class FrameRefused(BiofeedbackError):
    """A frame that cannot be what a strap sent."""


class SendAgain(BiofeedbackError):
    """Not all frames were taken over; over a new connection they are to be sent again from what was heard."""


class Post:
    """Attends to one strap elsewhere in one session.

    Parameters
    ----------
    session : Session
        That the strap was admitted to.
    strap : RemoteStrap
        Of that session.
    tell : callable
        Sends a message to the other side.
    """

    def __init__(self, session: Session, strap: RemoteStrap, tell: Callable[[messages.FromServer], None]) -> None:
        self.session = session
        self.strap = strap
        self._tell = tell
        self._told: dict[str, int] = {}  # what was said to be kept, by origin
        self._origin = ""  # named last
        self._came = asyncio.Event()
        self._named = asyncio.Event()
        self._asked: dict[int, float] = {}
        self._questions = 0

    async def run(self) -> None:
        """Attend until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep())
            group.create_task(self._ask_clock())

    def name(self, origin: str) -> None:
        """An origin is used from here on: it is told how far its count was taken over."""
        if not _ORIGIN.fullmatch(origin):
            raise FrameRefused(f"an origin is named by up to {MAX_TEXT} letters and digits, got {origin[:MAX_TEXT]!r}")
        if origin not in self._told and len(self._told) >= MAX_ORIGINS:
            raise FrameRefused(f"over one connection come frames of at most {MAX_ORIGINS} origins")
        self._told.setdefault(origin, -1)
        if origin != self._origin:
            self._origin = origin
            self._named.set()
        self._came.set()

    def hear_news(self, news: StrapNews) -> None:
        """Show what is going on with the strap."""
        self.name(news.origin)
        if not _DETAIL.fullmatch(news.detail):
            raise FrameRefused(f"news of a strap is a key of the language files, got {news.detail[:MAX_TEXT]!r}")
        self._hand_in(Searching(news.detail))

    async def take(self, origin: str, frames: Iterable[Frame]) -> None:
        """Take over frames that go on from what was heard, letting others go on meanwhile; those heard are left out.

        A session that has ended takes none, and does not say that they are kept.

        Raises
        ------
        FrameRefused
            If one of them cannot be; none is taken over then.
        SendAgain
            If some are missing before one, or the session does not listen at this moment.
        """
        self.name(origin)
        events = [_event(origin, frame, self.strap.source) for frame in frames]
        now_s = asyncio.get_running_loop().time
        began_s = now_s()
        for event in events:
            assert event.origin is not None
            if (spent_s := now_s() - began_s) > TURN_S:
                await asyncio.sleep(spent_s)
                began_s = now_s()
            heard = self.session.heard(origin)
            if self.session.ended.is_set():
                return
            if heard and event.origin.seq > heard + 1:
                raise SendAgain(f"frame {heard + 1} of {origin} is missing before {event.origin.seq}")
            self._hand_in(event)
            self._came.set()  # again: what came before a turn of others may be told by now, and this is not in it

    def hear_clock(self, told: ClockTold) -> None:
        """Keep what the clock said beside the session's, with how long the answer took."""
        asked_s = self._asked.pop(told.id, None)
        if asked_s is None or told.origin not in self._told:
            return
        round_trip_s = self.session.status().session_s - asked_s
        self._hand_in(ClockRead(told.origin, _time(told.t_s), round(round_trip_s, 6)))

    def _hand_in(self, event: Connected | Lost | Payload | ClockRead | Searching) -> None:
        """Hand an event to the strap."""
        if self.session.ended.is_set():
            return
        if not self.strap.listening.is_set():
            raise SendAgain("the session does not listen to its strap at this moment")
        self.strap.hand_in(event)

    async def _keep(self) -> None:
        """Put on the disk what came, and only then tell so."""
        while True:
            await self._came.wait()
            await asyncio.sleep(KEEP_WITHIN_S)
            self._came.clear()
            heard = {origin: self.session.heard(origin) for origin in self._told}
            if not await self.session.commit():
                await asyncio.sleep(KEEP_AGAIN_S)
                self._came.set()
                continue
            for origin, seq in heard.items():
                if seq != self._told[origin]:
                    self._told[origin] = seq
                    self._tell(messages.Kept(origin=origin, seq=seq))

    async def _ask_clock(self) -> None:
        """Ask what the time is there, as soon as an origin is named and every minute."""
        while True:
            self._named.clear()
            if self._origin:
                if len(self._asked) >= MAX_ASKED:
                    self._asked.clear()
                self._questions += 1
                self._asked[self._questions] = self.session.status().session_s
                self._tell(messages.ClockAsk(id=self._questions))
            try:
                async with asyncio.timeout(ASK_CLOCK_EVERY_S):
                    await self._named.wait()
            except TimeoutError:
                continue


def _event(origin_id: str, frame: Frame, source: str) -> Connected | Lost | Payload:
    """Event of a frame."""
    if frame.seq < 1:
        raise FrameRefused(f"frames count from 1, got {frame.seq}")
    origin = Origin(origin_id, frame.seq, _time(frame.t_s))
    if isinstance(frame, FrameConnected):
        return Connected(source, _text(frame.model), _text(frame.firmware), origin=origin)
    if isinstance(frame, FrameLost):
        return Lost(_text(frame.reason) or "lost", origin)
    try:
        value = bytes.fromhex(frame.value)
    except ValueError as error:
        raise FrameRefused(f"the value of frame {frame.seq} is no hex ({error})") from error
    if len(value) > MAX_VALUE_BYTES:
        raise FrameRefused(f"the value of frame {frame.seq} has {len(value)} bytes; {MAX_VALUE_BYTES} at most")
    return Payload(Characteristic(frame.characteristic), value, origin)


def _time(t_s: float) -> float:
    """A time on a clock elsewhere, as it stands."""
    if not (math.isfinite(t_s) and 0 <= t_s <= LONGEST_S):
        raise FrameRefused(f"t_s lies between 0 and {LONGEST_S:.0f} s, got {t_s}")
    return t_s


def _text(text: str | None) -> str | None:
    """What a strap says of itself, of reasonable length."""
    return None if text is None else text[:MAX_TEXT]
