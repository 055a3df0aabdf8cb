"""The application: pages, language files, the live channel, and a little about itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, WebSocket
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

import biofeedback
from biofeedback.certificates import Certificates
from biofeedback.core.exercises import EXERCISES
from biofeedback.errors import InputError
from biofeedback.server.access import Access, Inside, add_access, not_found
from biofeedback.server.bounds import Bounds
from biofeedback.server.clinic import PRIVATE, Clinic
from biofeedback.server.collecting import collect
from biofeedback.server.front import Front
from biofeedback.server.health import add_health
from biofeedback.server.live import watch
from biofeedback.server.metrics import Metrics
from biofeedback.server.nearby import Nearby, add_straps, listen
from biofeedback.server.people import add_people
from biofeedback.server.privacy import add_privacy
from biofeedback.server.reports import add_reports
from biofeedback.server.retention import keep_retention
from biofeedback.server.review import add_review
from biofeedback.server.rooms import add_rooms
from biofeedback.server.security import COLLECT, Guard
from biofeedback.server.session_notes import add_session_notes
from biofeedback.server.sessions import add_sessions
from biofeedback.server.words import word_files
from biofeedback.settings import Settings

__all__ = ["PAGES", "create_app", "web_folder"]

PAGES = {
    "/": "index.html",
    "/patient": "patient.html",
    "/physio": "physio.html",
    "/staff": "staff.html",
    "/join": "join.html",
    "/certificate": "certificate.html",
    "/review/{session}": "review.html",
}


def web_folder() -> Path:
    """Folder of the pages: of the installed package, or of the checkout.

    Raises
    ------
    InputError
        If neither is there.
    """
    package = Path(biofeedback.__file__).parent
    for folder in (package / "web", package.parent / "web"):
        if (folder / "index.html").is_file():
            return folder
    raise InputError(f"the pages are missing ({package / 'web'}); install biofeedback again")


def create_app(settings: Settings, front: Front) -> FastAPI:
    """Application of a clinic, which is to be opened before; the room of a private try-out opens with it."""
    clinic, web = Clinic(settings), web_folder()
    access = Access(settings, partial(_inside, clinic))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await access.open(clinic.store)
        clinic.write_last = access.ledger.write
        if access.is_private:
            await clinic.open_private()
        tasks = _housekeeping(clinic, access)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(clinic.study.close(), clinic.reading.close())
            await clinic.close()

    app = FastAPI(
        title="biofeedback",
        version=biofeedback.__version__,
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from another host
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.clinic = clinic
    add_access(app, access)
    app.add_middleware(Bounds, body_bytes=settings.max_message_bytes, request_s=settings.request_s)
    app.add_middleware(Guard, front=front)  # added last: it is asked first
    _add_pages(app, web)
    _add_authority(app, settings)
    add_health(app, clinic)
    add_people(app, clinic, access)
    add_rooms(app, clinic, access)
    add_straps(app, Nearby(listen))
    add_sessions(app, clinic, access)
    add_privacy(app, clinic, access)
    add_review(app, clinic, access, clinic.study)
    add_reports(app, clinic, access, clinic.study)
    add_session_notes(app, clinic, access)
    _add_api(app, clinic)

    app.add_api_route("/metrics", Metrics(clinic).answer, include_in_schema=False)
    _add_channels(app, clinic, access)
    return app


def _add_channels(app: FastAPI, clinic: Clinic, access: Access) -> None:
    """Where viewers and collectors in other rooms connect."""

    @app.websocket("/ws")
    async def live(socket: WebSocket) -> None:
        await watch(socket, clinic, access)

    @app.websocket(COLLECT)
    async def collecting(socket: WebSocket) -> None:
        await collect(socket, clinic)


async def _end_private(clinic: Clinic, access: Access) -> None:
    """Close the room of a private try-out when somebody is registered: from then on nobody could get in there."""
    await access.staffed.wait()
    if PRIVATE in clinic.rooms:
        await clinic.close_room(PRIVATE)


def _housekeeping(clinic: Clinic, access: Access) -> list[asyncio.Task[None]]:
    """What goes on for as long as the application runs."""
    kept = (access.keep_house(), _end_private(clinic, access), keep_retention(clinic))
    return [asyncio.create_task(task) for task in kept]


def _inside(clinic: Clinic, name: str) -> Inside | None:
    """Who is in a room; None: there is no such room."""
    room = clinic.rooms.get(name)
    return None if room is None else Inside(name, room.place.person, room.session.channel.facts.epoch)


def _add_pages(app: FastAPI, web: Path) -> None:
    """Pages, what they load, and their words."""
    for path, file in PAGES.items():
        app.add_api_route(path, _file(web / file), include_in_schema=False)
    for name, words in word_files().items():
        app.add_api_route(f"/lang/{name}", _words(words), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=web))


def _add_authority(app: FastAPI, settings: Settings) -> None:
    """The clinic's own authority, for phones to install."""

    @app.get("/biofeedback.crt", include_in_schema=False)
    async def authority() -> FileResponse:
        path = Certificates(settings.data).authority
        if not path.exists():
            raise not_found()
        return FileResponse(path, media_type="application/x-x509-ca-cert")


def _file(path: Path) -> Any:
    """Endpoint that answers with a file."""

    async def answer() -> FileResponse:
        return FileResponse(path)

    return answer


def _words(content: bytes) -> Any:
    """Endpoint that answers with a language file."""

    async def answer() -> Response:
        return Response(content, media_type="application/json")

    return answer


def _add_api(app: FastAPI, clinic: Clinic) -> None:
    """What the server says of itself."""

    @app.get("/api/status")
    async def status() -> dict[str, Any]:
        return _status(clinic)

    @app.get("/api/exercises")
    async def exercises() -> list[dict[str, Any]]:
        return [
            {
                "name": exercise.name,
                "duration_s": exercise.duration_s,
                "steps": [
                    {
                        "step": step.step.value,
                        "duration_s": step.duration_s,
                        "pattern": None if step.pattern is None else step.pattern.name,
                        "movement": step.movement,
                    }
                    for step in exercise.steps
                ],
            }
            for exercise in EXERCISES.values()
        ]


def _status(clinic: Clinic) -> dict[str, Any]:
    """The current session of a private try-out in a few words."""
    if PRIVATE not in clinic.rooms:
        raise not_found()
    room = clinic.room(PRIVATE)
    session, status = room.session, room.session.status()
    return {
        "version": biofeedback.__version__,
        "session": session.channel.facts.epoch,
        "simulated": session.channel.facts.simulated,
        "strap": room.strap,
        "strap_state": status.strap_state,
        "state": status.state,
        "session_s": status.session_s,
        "saved": status.saved,
        "viewers": len(session.channel.viewers),
    }
