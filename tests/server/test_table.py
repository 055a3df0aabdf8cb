"""The table of who may do what: deny by default, for every route that there is."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute, Mount, Route

from biofeedback import lang, viewer_messages
from biofeedback.server import create_app
from biofeedback.server.access.principal import Role
from biofeedback.server.access.table import MESSAGES, ROUTES, Reach, asked, may_say
from biofeedback.server.front import Front
from biofeedback.server.words import PAGE_WORDS
from biofeedback.settings import Settings

TO_COME = {  # what a person may see, take along and have erased
    "DELETE /api/people/{person}",
    "GET /api/people/{person}/export",
    "GET /api/people/{person}/consents",
    "POST /api/people/{person}/consents",
}
EXAMPLE = "01K00000000000000000000000"


def addresses(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    """Each method and path template that an application answers; a kind of route that is not known here fails."""
    found: set[tuple[str, str]] = set()
    for route in routes:
        if isinstance(route, Mount):
            found.add(("GET", route.path + "/{path:path}"))
        elif isinstance(route, APIWebSocketRoute):
            found.add(("WEBSOCKET", route.path))
        else:
            assert isinstance(route, APIRoute | Route), route
            found |= {(method, route.path) for method in (route.methods or ()) if method != "HEAD"}
    return found


def example(template: str) -> str:
    """A path of a template."""
    parts = (EXAMPLE if part.startswith("{") else part for part in template.split("/"))
    return "/".join(parts)


@pytest.fixture
def app(tmp_path: object) -> FastAPI:
    return create_app(Settings(data=tmp_path), Front())


def test_every_route_of_the_application_has_a_row(app: FastAPI) -> None:
    answered = addresses(app.routes)
    assert {("GET", "/patient"), ("WEBSOCKET", "/ws"), ("GET", "/static/{path:path}")} <= answered
    assert [f"{method} {path}" for method, path in answered if asked(method, example(path)) is None] == []


def test_every_row_has_a_route_of_the_application(app: FastAPI) -> None:
    def shape(path: str) -> str:
        return re.sub(r"\{\w+(:path)?\}", "{}", path)

    answered = {f"{method} {shape(path)}" for method, path in addresses(app.routes)}
    answered |= {"GET /lang/{}"}  # one route a page and language
    assert {key for key in ROUTES if shape(key) not in answered} <= TO_COME


def test_what_no_row_names_is_refused() -> None:
    for method, path in (
        ("GET", "/nowhere"), ("POST", "/"), ("DELETE", "/api/people"), ("GET", "/api/people/a/b"),
        ("WEBSOCKET", "/patient"), ("GET", "/ws"), ("OPTIONS", "/api/people"), ("get", "/"), ("GET", "/api/people/"),
    ):  # fmt: skip
        assert asked(method, path) is None


def test_a_path_that_looks_like_a_template_names_what_it_says() -> None:
    found = asked("GET", "/api/people/{person}")
    assert found is not None
    assert found.named == {"person": "{person}"}


def test_a_head_request_is_asked_as_get() -> None:
    assert asked("HEAD", "/api/users") == asked("GET", "/api/users")


def test_every_message_has_a_row_and_every_row_a_message() -> None:
    types = {struct.__struct_config__.tag for struct in viewer_messages.FromViewer.__args__}
    assert set(MESSAGES) == types
    assert not may_say(Role.LOCAL, "nonsense")


def test_an_admin_sees_nothing_of_patients_and_a_guest_only_looks_on() -> None:
    for key, row in ROUTES.items():
        if "/people" in key or "/rooms" in key or "/shares" in key:
            assert Role.ADMIN not in row
        if key.partition(" ")[0] not in ("GET", "WEBSOCKET") and None not in row:
            assert Role.GUEST not in row or key == "POST /api/ticket"
    assert {type_ for type_ in MESSAGES if may_say(Role.GUEST, type_)} == {"hello", "ack", "pong"}
    assert not [type_ for type_ in MESSAGES if may_say(Role.ADMIN, type_)]


def test_clinical_data_is_for_who_is_signed_in_and_owns_it() -> None:
    for key, row in ROUTES.items():
        if "/people" in key or "/rooms" in key or "/shares" in key:
            assert None not in row
            assert {reach for role, reach in row.items() if role is not Role.LOCAL} <= {Reach.OWN}


def test_the_languages_are_there(app: FastAPI) -> None:
    assert {
        ("GET", f"/lang/{page}.{language}.json") for page in PAGE_WORDS for language in lang.LANGUAGES
    } <= addresses(app.routes)
