"""Nobody in particular, or not any more: no session and no link ends in a page that cannot be used."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from scripted_clinic import NOBODY, PHYSIO, PRIVATE, TOKEN
from scripted_server import ScriptedServer
from watching import watched

from biofeedback.lang import Words

SAY = Words("en")


def test_whose_session_it_was_is_said_and_it_is_erased_without_a_pseudonym_to_type(
    browser: Browser, server: ScriptedServer
) -> None:
    view = watched(browser, server.url)
    page, clinic = view.page, server.clinic
    clinic.reset(PRIVATE)
    clinic.people = [{"id": "01P0", "pseudonym": None, "name": None, "strap": None}]
    page.goto(f"{server.url}/staff?lang=en#person=01P0")
    expect(page.locator("h1")).to_have_text(SAY("rooms.nobody"))
    expect(page.locator("main")).to_contain_text(SAY("person.nobody"))
    expect(page.get_by_role("link", name=SAY("person.room"))).to_have_count(0)  # it would open one for somebody else
    page.get_by_role("button", name=SAY("person.erase.begin"), exact=True).click()
    expect(page.locator(".sure")).to_contain_text(SAY("person.erase.sure_nobody"))
    page.get_by_role("button", name=SAY("person.erase.yes"), exact=True).click()
    page.wait_for_url("**#people")
    assert clinic.people == []
    assert view.faults == []
    page.context.close()


@pytest.mark.parametrize("kind", ["first", "reset"])
def test_a_link_that_is_no_good_is_told_before_anybody_types(
    browser: Browser, server: ScriptedServer, kind: str
) -> None:
    page = watched(browser, server.url).page
    server.clinic.reset(NOBODY)
    server.clinic.refuses["POST /api/link"] = (401, "wrong_link")
    page.goto(f"{server.url}/staff?lang=en#{kind}={TOKEN}")
    expect(page.get_by_role("alert")).to_have_text(SAY("error.wrong_link"))
    expect(page.locator("input")).to_have_count(0)
    page.get_by_role("button", name=SAY("signing.instead")).click()
    expect(page.locator("h1")).to_have_text(SAY("signing.title"))
    page.context.close()


@pytest.mark.parametrize("who", [PRIVATE, PHYSIO], ids=["tried out", "signed in"])
def test_a_link_that_works_once_is_alone_on_its_page(
    browser: Browser, server: ScriptedServer, who: dict[str, Any]
) -> None:
    page = watched(browser, server.url).page
    server.clinic.reset(who)
    page.goto(f"{server.url}/staff?lang=en#first={TOKEN}")
    expect(page.locator("h1")).to_have_text(SAY("signing.first"))
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.context.close()
