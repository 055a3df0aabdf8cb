"""An application with access control alone, rooms that are only said to be there, and browsers with a cookie each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI, Request

from biofeedback.ids import new_ulid
from biofeedback.server.access import Access, Inside, Role, add_access, principal_of
from biofeedback.server.access.access import Times
from biofeedback.server.front import Front
from biofeedback.server.security import Guard
from biofeedback.settings import Settings
from biofeedback.store import Store, open_store, people, users

PASSWORD = "vier paarden op een dak"
OTHER_PASSWORD = "drie ganzen in de sloot"
ELSEWHERE = "192.168.1.77"
SITE = "https://localhost"


class Counting(PasswordHasher):
    """A cheap hasher that counts what it is asked to compare."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self.compared += 1
        return bool(super().verify(hash, password))


class Clock:
    """Both clocks, put forward by hand."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


class Entered:
    """A clinic that can be entered."""

    def __init__(self, app: FastAPI, access: Access, hasher: Counting, clock: Clock, rooms: dict[str, Inside]) -> None:
        self.app, self.access, self.hasher, self.clock, self.rooms = app, access, hasher, clock, rooms

    @property
    def store(self) -> Store:
        return self.access.store

    def browser(self, site: str = SITE, address: str = ELSEWHERE) -> httpx.AsyncClient:
        """A browser with no cookie yet."""
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url=site, headers={"Origin": site})

    async def user(self, name: str, role: Role = Role.PHYSIOTHERAPIST) -> str:
        """Id of a new user with the password of the tests."""
        hashed = self.hasher.hash(PASSWORD)

        def add(connection: Any) -> str:
            user = users.add(connection, name=name, role=role)
            users.set_password(connection, user.id, hashed)
            return user.id

        made = await self.store.write(add)
        self.access.staff_was_registered()
        return made

    async def staff(self, name: str, role: Role = Role.PHYSIOTHERAPIST) -> httpx.AsyncClient:
        """A browser in which a new user is signed in."""
        await self.user(name, role)
        browser = self.browser()
        signed = await browser.post("/api/sign-in", json={"user": name, "password": PASSWORD})
        assert signed.status_code == 204, signed.text
        return browser

    async def room(self, owner: str | None) -> str:
        """A room with a patient of an owner."""
        person = await self.store.write(lambda connection: people.add(connection, pseudonym=new_ulid(), owner=owner))
        room = new_ulid()
        self.rooms[room] = Inside(room, person.id, new_ulid())
        return room

    async def patient(self, room: str) -> httpx.AsyncClient:
        """A browser of a patient in a room."""
        browser = self.browser()
        token = await invited(self, room)
        assert (await browser.post("/api/join", json={"token": token})).status_code == 204
        return browser

    async def guest(self, room: str) -> httpx.AsyncClient:
        """A browser of a guest who looks into a room."""
        from biofeedback.server.access.joining import share

        browser, shared = self.browser(), await share(self.access, room)
        assert (await browser.post("/api/join", json={"token": shared.token})).status_code == 204
        return browser


async def role(browser: httpx.AsyncClient) -> str | None:
    """What the server takes a browser's user for."""
    return (await browser.get("/api/me")).json()["role"]


async def refused(browser: httpx.AsyncClient, path: str, body: dict) -> tuple[int, str]:
    """Status and code with which something is refused."""
    answer = await browser.post(path, json=body)
    return answer.status_code, answer.json()["code"]


async def invited(clinic: Entered, room: str) -> str:
    """Token of an invitation into a room."""
    from biofeedback.server.access.joining import invite

    return (await invite(clinic.access, room)).token


@asynccontextmanager
async def entered(data: Path, **settings: Any) -> AsyncIterator[Entered]:
    """A clinic on a network address, unless set otherwise."""
    rooms: dict[str, Inside] = {}
    clock, hasher = Clock(), Counting()
    chosen = Settings(**({"data": data, "host": "192.168.1.5"} | settings))
    access = Access(chosen, rooms.get, hasher, Times(clock, clock))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_access(app, access)
    app.add_middleware(Guard, front=Front(by_address=chosen.insecure_http))

    @app.get("/api/people/{person}")
    async def person(request: Request, person: str) -> dict[str, str]:
        return {"person": person, "role": principal_of(request).role}

    @app.get("/unlisted")
    async def unlisted() -> str:
        return "nobody should read this"

    store = await open_store(data)
    try:
        await access.open(store)
        yield Entered(app, access, hasher, clock, rooms)
    finally:
        await store.close()
