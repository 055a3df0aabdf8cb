"""A room: one person with one strap, the current session, and the next when someone asks for it."""

import asyncio
import logging
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from biofeedback import viewer_messages
from biofeedback.cancellation import obey_cancellation
from biofeedback.clock import clock_of
from biofeedback.composition import begin, go_on, new_header
from biofeedback.core.exercises import Exercise
from biofeedback.errors import CommandRefused, ConsentMissing, InputError
from biofeedback.server.archive import Archive, CutOff
from biofeedback.server.place import Place
from biofeedback.server.post import Post
from biofeedback.session import BACK_OFF_S, Session
from biofeedback.settings import Settings, exercise_of
from biofeedback.straps.registry import make_strap, resolve, resolve_again
from biofeedback.tally import Tally
from biofeedback.viewer import Viewer

__all__ = ["GOING_AWAY", "Room"]

GOING_AWAY = 1012  # websocket close code "service restart": the page comes back by itself
PACER_EVERY = 5  # housekeepings, of a second each

_log = logging.getLogger(__name__)


class Visitor(Protocol):
    """A collector that is here. ``device`` is whose it is."""

    device: str

    def dismiss(self, code: int, reason: str) -> None:
        """Show it the door."""
        ...


class Room:
    """Keeps a session running, whatever fails in it, and tells viewers when another begins.

    Parameters
    ----------
    place : Place
        What the room is for.
    archive : Archive
        Where its sessions are kept.
    settings : Settings
        Of the server.
    tally : Tally
        What the server counts.
    """

    def __init__(self, place: Place, archive: Archive, settings: Settings, tally: Tally) -> None:
        self.tally = tally
        self.place = place
        self.settings = settings
        self.archive = archive
        self.strap = place.strap
        self.closing = asyncio.Event()
        self.collector: Visitor | None = None  # whose strap is elsewhere; one at a time, as a session has one strap
        self.post: Post | None = None  # of the strap elsewhere that is used, while its page or collector is there
        self._session: Session | None = None
        self._next: Exercise | None = None  # asked for; it begins when what is known of the person has been read
        self.began = asyncio.Event()  # the next session; set once, and then another event is here
        self._replaced = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._agreed = asyncio.Event()  # to being measured

    @property
    def session(self) -> Session:
        """The current session."""
        assert self._session is not None, "the room is not open yet"
        return self._session

    @property
    def is_agreed(self) -> bool:
        """Whether whoever is in the room may be measured; the strap is not even looked for before."""
        return self._agreed.is_set()

    async def open(self, cut_off: CutOff | None = None) -> None:
        """Begin a session, or go on with one that was cut off; it runs until the room is closed."""
        word = self.place.strap
        if cut_off is None:
            self.strap = await resolve(word)
        else:
            self.strap = await resolve_again(word, simulated=cut_off.header.simulated)
        self._session = None if cut_off is None else await self._go_on(cut_off)
        self._session = self._session or await self._begin(self._exercise_of(self.place.exercise))
        self._session.channel.tally = self.tally
        if await self.archive.may_measure(self.place.person):  # last: who agrees after this finds the room
            self._agreed.set()
        self._running = asyncio.create_task(self._run())

    def say_bye(self, reason: str) -> None:
        """Tell everybody who is here that the room closes."""
        self.closing.set()
        if self.session.status().state == "ready":
            self.session.finish("stopped")  # nothing began, so there is nothing to go on with
        self.session.channel.dismiss(reason, GOING_AWAY)

    async def close(self) -> None:
        """Let go of strap and file. A session that runs can be gone on with by the next server."""
        assert self._running is not None
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        self._running = None
        self.session.close()

    def join(self, hello: viewer_messages.ViewerHello, viewer: Viewer) -> Session:
        """Session that a viewer has joined."""
        self.session.channel.join(hello, viewer)
        return self.session

    def command(self, command: viewer_messages.Command, author: str) -> None:
        """Steer the current session, or begin the next. What was carried out before is not carried out again.

        Raises
        ------
        CommandRefused
            If it makes no sense now, or comes too late.
        ConsentMissing
            If somebody would be measured who did not agree to it.
        """
        if self.session.knows(command.id):
            return
        if command.command in ("start", "new") and not self._agreed.is_set():
            raise ConsentMissing("the patient has not agreed to be measured")
        if self._next is not None:
            raise CommandRefused("the next session is about to begin")
        self.session.command(
            command.command,
            author,
            command.exercise,
            practice=command.practice,
            id_=command.id,
            given_s=command.at_s,
        )
        if command.command == "new":
            self._next = self._exercise_of(command.exercise or self.place.exercise)
            self._replaced.set()

    def allow(self, *, is_allowed: bool) -> None:
        """Whoever is in the room agreed to be measured, or does no longer: then the session ends."""
        if is_allowed:
            self._agreed.set()
        elif self._agreed.is_set():
            self._agreed.clear()
            self.session.finish("stopped")

    def use_strap(self, post: Post) -> None:
        """A page or collector is there with its strap; the newest is the one that is used."""
        self.post = post
        post.strap.arrive()

    def leave_strap(self, post: Post) -> None:
        """It is gone."""
        if self.post is post:
            self.post = None
            post.strap.leave()

    async def _begin(self, exercise: Exercise) -> Session:
        """Session that begins now."""
        place, strap = self.place, make_strap(self.strap)
        header = new_header(
            datetime.now(UTC),
            subject=place.subject,
            simulated=strap.simulated,
            exercise=exercise.name,
            prior=await self.archive.prior(place.person, simulated=strap.simulated),
        )
        keeper = await self.archive.begin(header, replace(place, exercise=exercise.name))
        clock = clock_of(place.speed)
        return begin(header, keeper, exercise, strap, clock, asked_strap=self.strap, speed=place.speed)

    async def _go_on(self, cut_off: CutOff) -> Session | None:
        """Session that was cut off, going on; None where it cannot."""
        place, strap = cut_off.place, make_strap(self.strap)
        if strap.simulated != cut_off.header.simulated:
            _log.warning("a session that was cut off cannot go on with another kind of strap, and a new one begins")
            return None
        try:
            return go_on(
                cut_off.header,
                cut_off.events,
                await self.archive.recorder(cut_off.header.session),
                self._exercise_of(cut_off.header.exercise),
                strap,
                partial(clock_of, place.speed),
                datetime.now(UTC),
                asked_strap=self.strap,
                speed=place.speed,
            )
        except InputError as error:
            _log.warning("a session that was cut off cannot go on, and a new one begins: %s", error)
            return None

    def _exercise_of(self, name: str) -> Exercise:
        """Exercise of a name; with the pattern that was set, where it is the one that it was set for."""
        return exercise_of(name, self.place.pattern if name == self.place.exercise else None)

    async def _run(self) -> None:
        """Keep the current session running, one after the other."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_house())
            while True:
                old = self.session
                keeping = group.create_task(self._keep(old))
                await self._replacement()
                self.began.set()
                self.began = asyncio.Event()
                old.channel.dismiss("new_session", GOING_AWAY)
                await keeping
                old.close()

    async def _keep(self, session: Session) -> None:
        """Run a session, whose strap is not even looked for before the patient agreed."""
        await self._agreed.wait()
        await _keep(session)

    async def _replacement(self) -> None:
        """Return when the next session has begun; one that cannot begin costs nothing but itself."""
        while True:
            await self._replaced.wait()
            self._replaced.clear()
            assert self._next is not None
            try:
                self._session = await self._begin(self._next)
                self._session.channel.tally = self.tally
            except Exception:  # noqa: BLE001 - whatever it is, the room goes on with the session that it has
                _log.exception("the next session cannot begin")
            else:
                return
            finally:
                self._next = None

    async def _keep_house(self) -> None:
        """Every second: let go of viewers that are gone, repeat what has no message of its own."""
        count, has_failed = 0, False
        await asyncio.sleep(secrets.randbelow(1000) / 1000)  # rooms that opened together do not keep house together
        while True:
            await asyncio.sleep(1.0)
            count += 1
            try:
                self._repeat(with_pacer=count % PACER_EVERY == 0)
            except Exception:  # noqa: BLE001 - whatever it is, the session goes on, and the next second may go well
                if not has_failed:  # else it would fill the log
                    _log.exception("the housekeeping of a room failed and is tried again every second")
                has_failed = True

    def _repeat(self, *, with_pacer: bool) -> None:
        """Let go of viewers that are gone, and tell the others how it stands."""
        channel = self.session.channel
        channel.reap(asyncio.get_running_loop().time())
        channel.refresh_quality()
        if with_pacer:
            channel.send_pacer()


async def _keep(session: Session) -> None:
    """Run a session to its end; a fault in it costs a moment, not the session."""
    failures = 0
    while not session.ended.is_set():
        try:
            await session.run()
        except Exception:  # noqa: BLE001 - one bad session never stops the server
            _log.exception("the session failed and is taken up again")
            obey_cancellation()
            await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
            failures += 1
