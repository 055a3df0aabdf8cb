"""A running server with a physiotherapist who is signed in, and a room of theirs."""

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from served import BUSY_S, Page, Served

from biofeedback.server.access import Role
from biofeedback.server.access.joining import invite, share
from biofeedback.store import consents, people, users
from biofeedback.store.consents import Consent, Kind

PASSWORD = "vier paarden op een dak"
OPEN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nothing here is sealed; to read whom to trust takes each client 26 ms


class Staffed:
    """A running server with a physiotherapist and a room of theirs."""

    def __init__(self, served: Served, room: str, person: str) -> None:
        self.served, self.room, self.person = served, room, person
        self.access = served.server.access
        self.clinic = served.server.clinic
        self.opened = AsyncExitStack()

    async def browser(self) -> httpx.AsyncClient:
        browser = httpx.AsyncClient(
            base_url=self.served.url,
            headers={"Origin": self.served.url},
            trust_env=False,
            timeout=BUSY_S,
            verify=OPEN,
        )
        return await self.opened.enter_async_context(browser)

    async def physio(self) -> httpx.AsyncClient:
        browser = await self.browser()
        signed = await browser.post("/api/sign-in", json={"user": "merel", "password": PASSWORD})
        assert signed.status_code == 204
        return browser

    async def joined(self, token: str) -> httpx.AsyncClient:
        browser = await self.browser()
        assert (await browser.post("/api/join", json={"token": token})).status_code == 204
        return browser

    async def patient(self) -> httpx.AsyncClient:
        return await self.joined((await invite(self.access, self.room)).token)

    async def guest(self) -> httpx.AsyncClient:
        return await self.joined((await share(self.access, self.room)).token)

    @asynccontextmanager
    async def watching(self, browser: httpx.AsyncClient, role: str) -> AsyncIterator[Page]:
        given = (await browser.post("/api/ticket", json={"room": self.room})).json()
        async with self.served.page(role, ticket=given["ticket"]) as page:
            yield page


async def staff(served: Served, *, agrees: bool) -> Staffed:
    """The server, with a patient who agreed to be measured, or was not asked yet."""
    access, clinic = served.server.access, served.server.clinic
    hashed = access.passwords.hash(PASSWORD)

    def add(connection):
        user = users.add(connection, name="merel", role=Role.PHYSIOTHERAPIST)
        users.set_password(connection, user.id, hashed)
        person = people.add(connection, pseudonym="A-17", owner=user.id, name="Anna")
        if agrees:
            consent = Consent(person=person.id, kind=Kind.MEASUREMENT, version="2026-11", given=True)
            consents.add(connection, consent)
        return person

    person = await access.store.write(add)
    room = await clinic.open_room(person.id, "A-17", "simulated:responder:3")
    access.staff_was_registered()
    return Staffed(served, room, person.id)
