"""Access: who somebody is, and what is theirs."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from argon2 import PasswordHasher
from starlette.requests import HTTPConnection

from biofeedback.errors import StoreUnavailable
from biofeedback.links import OneTimeLinks
from biofeedback.loopback import is_loopback
from biofeedback.server.access.ledger import Ledger
from biofeedback.server.access.limits import Limit
from biofeedback.server.access.passwords import Passwords, slow_hasher
from biofeedback.server.access.presence import Presence
from biofeedback.server.access.principal import Principal, Role
from biofeedback.server.access.refusal import not_found
from biofeedback.server.access.tickets import Tickets
from biofeedback.server.access.tokens import fingerprint
from biofeedback.server.access.way import Way, token_of, way_of
from biofeedback.settings import Settings
from biofeedback.store import Store, logins, people, sessions, shares, users
from biofeedback.store.logins import Login

__all__ = ["LOCAL", "Access", "Inside", "Times"]

LOCAL = Principal(Role.LOCAL)
SEEN_EVERY_S = 300.0  # a login is seen with its requests; more often it is not written down
LOOK_ROUND_S = 300.0  # between looks at what is open by a sign-in that has ended
NAME_TRIES = 10  # in a quarter of an hour
ADDRESS_TRIES = 30
SIGN_IN_WINDOW_S = 900.0
CODE_TRIES = 5  # of one address in the life of a code
CODE_WINDOW_S = 600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Inside:
    """Who is in a room, and by which session it is measured."""

    room: str
    person: str | None
    session: str


@dataclass(frozen=True, slots=True)
class Times:
    """Clocks: ``now_s`` never steps, ``wall_s`` counts from 1970."""

    now_s: Callable[[], float] = time.monotonic
    wall_s: Callable[[], float] = time.time

    @property
    def utc(self) -> datetime:
        """The time of day."""
        return datetime.fromtimestamp(self.wall_s(), UTC)


class Access:
    """Who somebody is, what is theirs, and who is here.

    Parameters
    ----------
    inside : callable
        What is in a room of an id, None: there is no such room.
    hasher : PasswordHasher, optional
        Tests count what it is asked.
    """

    def __init__(
        self,
        settings: Settings,
        inside: Callable[[str], Inside | None],
        hasher: PasswordHasher | None = None,
        times: Times | None = None,
    ) -> None:
        self.settings = settings
        self.inside = inside
        self.times = times or Times()
        self.links = OneTimeLinks(settings.data)
        self.presence = Presence()
        self.tickets = Tickets(self.times.now_s)
        self.by_name = Limit(NAME_TRIES, SIGN_IN_WINDOW_S, self.times.now_s)
        self.by_address = Limit(ADDRESS_TRIES, SIGN_IN_WINDOW_S, self.times.now_s)
        self.codes = Limit(CODE_TRIES, CODE_WINDOW_S, self.times.now_s)
        self.scanned = Limit(ADDRESS_TRIES, CODE_WINDOW_S, self.times.now_s)
        self.staffed = asyncio.Event()  # set when somebody is registered
        self.offered: dict[str | None, str] = {}  # secrets of second factors that are not confirmed yet, by login
        self.outward: str | None = None  # address of these pages for other machines
        self._hasher = hasher or slow_hasher()
        self._passwords: Passwords | None = None
        self._store: Store | None = None
        self._ledger: Ledger | None = None

    @property
    def store(self) -> Store:
        """The store, once this was opened."""
        assert self._store is not None, "access is not open yet"
        return self._store

    @property
    def ledger(self) -> Ledger:
        """Where it is noted who saw what, once this was opened."""
        assert self._ledger is not None, "access is not open yet"
        return self._ledger

    @property
    def passwords(self) -> Passwords:
        """Passwords, once this was opened."""
        assert self._passwords is not None, "access is not open yet"
        return self._passwords

    @property
    def is_private(self) -> bool:
        """Whether this is a private try-out: nobody is registered, and staff can only be at this machine."""
        settings = self.settings
        is_alone = is_loopback(settings.host) and not settings.origins
        return not self.staffed.is_set() and (is_alone or settings.insecure_http)

    @property
    def needs_first_admin(self) -> bool:
        """Whether nobody can get in yet."""
        return not self.staffed.is_set() and not self.is_private

    async def open(self, store: Store) -> None:
        """Begin to know people by what is stored."""
        self._store = store
        self._ledger = Ledger(store)
        self._passwords = await store.read(lambda _connection: Passwords(self._hasher))  # a hash: not on the loop
        if await store.read(users.everybody):
            self.staffed.set()

    def local(self, connection: HTTPConnection) -> Principal | None:
        """Whoever is at this machine in a private try-out; None: somebody else."""
        return LOCAL if self.is_private and way_of(connection) is Way.MACHINE else None

    async def principal(self, connection: HTTPConnection) -> Principal | None:
        """Who asks; None: somebody who is not signed in."""
        local, token, way = self.local(connection), token_of(connection), way_of(connection)
        if local is not None or token is None:
            return local
        hashed, now_s = fingerprint(token), self.times.wall_s()
        login = await self.store.read(lambda found: logins.find(found, hashed, now_s))
        if login is None or not self.admits(way, Role(login.role)):
            return None
        if now_s - login.seen_s > SEEN_EVERY_S:
            with contextlib.suppress(StoreUnavailable):  # who is in stays in while nothing can be saved
                await self.store.write(lambda found: logins.seen(found, [login.id], now_s))
        return _principal(login)

    def admits(self, way: Way, role: Role) -> bool:
        """Whether somebody of this role may come this way: in the open only patients, and only where that was set."""
        return way is not Way.OPEN or (self.settings.insecure_http and role is Role.PATIENT)

    async def require(self, principal: Principal, kind: str, id_: str) -> None:
        """Go on where this is the principal's own; ``kind`` is ``person``, ``room``, ``session`` or ``share``.

        Raises
        ------
        Refused
            If it is not, or there is none: with the same words.
        """
        if not await self._owns(principal, kind, id_):
            raise not_found()

    async def own_people(self, principal: Principal) -> frozenset[str] | None:
        """Ids of the people of whom a principal may see something; None: everybody."""
        if principal.role is Role.LOCAL:
            return None
        if principal.role is Role.PHYSIOTHERAPIST:
            found = await self.store.read(lambda connection: people.ids_of(connection, principal.user))
            return frozenset(found)
        return frozenset() if principal.person is None else frozenset({principal.person})

    async def end(self, ended: Collection[str]) -> None:
        """End sign-ins, and close what they have open."""
        if not ended:
            return
        for login in ended:
            self.offered.pop(login, None)
        await self.store.write(lambda connection: logins.end(connection, ended))
        self.tickets.void(ended)  # also those that were given until now
        self.presence.close(ended)

    async def keep_house(self) -> None:
        """Look round every few minutes, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_ROUND_S)
            try:
                await self.look_round()
            except Exception:  # noqa: BLE001 - whatever it is, the next look may go well
                _log.exception("who is here is looked at again later")

    async def look_round(self) -> None:
        """Close what is open by a sign-in that has ended; what is open counts as seen."""
        self.ledger.write()
        there, now_s = self.presence.logins, self.times.wall_s()
        try:
            alive = await self.store.read(lambda connection: logins.alive(connection, there, now_s))
            self.presence.close(set(there) - alive)
            await self.store.write(lambda connection: logins.seen(connection, alive, now_s))
            await self.store.write(lambda connection: logins.sweep(connection, now_s))
            await self.store.write(lambda connection: shares.sweep(connection, now_s))
        except StoreUnavailable as error:
            _log.warning("who is here is looked at again later: %s", error)

    def staff_was_registered(self) -> None:
        """A private try-out is over with the first user."""
        self.staffed.set()
        self.presence.close([None])

    async def _owns(self, principal: Principal, kind: str, id_: str) -> bool:
        """Whether it is the principal's own."""
        if principal.role is Role.LOCAL:
            return True
        if principal.role in (Role.PATIENT, Role.GUEST):
            return id_ == {"person": principal.person, "room": principal.room}.get(kind)
        if principal.role is not Role.PHYSIOTHERAPIST:
            return False
        person = await self._person_of(kind, id_)
        if person is None:
            return False
        found = await self.store.read(lambda connection: people.get(connection, person))
        return found is not None and found.owner == principal.user

    async def _person_of(self, kind: str, id_: str) -> str | None:
        """Whose it is."""
        if kind == "person":
            return id_
        if kind == "room":
            inside = self.inside(id_)
            return None if inside is None else inside.person
        if kind == "session":
            return await self.store.read(lambda connection: sessions.person_of(connection, id_))
        if kind == "share":
            share = await self.store.read(lambda connection: shares.get(connection, id_))
            return None if share is None else share.person
        return None


def _principal(login: Login) -> Principal:
    """Who is signed in."""
    return Principal(
        Role(login.role),
        login=login.id,
        user=login.user,
        room=login.room,
        person=login.person,
        session=login.session,
    )
