"""Picking a strap that is near, on the staff's page."""

from playwright.sync_api import Browser, expect
from scripted_clinic import PHYSIO
from scripted_server import ScriptedServer
from watching import watched

from biofeedback.lang import Words

SAY = Words("en")


def test_a_strap_that_is_near_is_picked_and_without_bluetooth_its_address_is_typed(
    browser: Browser, server: ScriptedServer
) -> None:
    view = watched(browser, server.url)
    page = view.page
    server.clinic.reset(PHYSIO)
    page.goto(f"{server.url}/staff?lang=en#person=01P1")
    page.select_option("select[name=strap]", "ble")
    look = page.get_by_role("button", name=SAY("rooms.near.look"), exact=True)
    look.click()
    expect(page.locator(".near-straps button").nth(1)).to_be_disabled()  # in use
    page.click(".near-straps button >> nth=0")
    expect(page.locator(".near-straps [aria-pressed=true]")).to_contain_text("Polar H10 00112233")
    expect(page.locator("input[name=which]")).to_have_value("A0:9E:1A:00:11:22")
    server.clinic.near = {"straps": [], "trouble": "strap.no_adapter"}
    look.click()
    expect(page.locator(".near [role=status]")).to_contain_text(SAY("strap.no_adapter"))
    page.fill("input[name=which]", "A0:9E:1A:00:11:33")
    page.get_by_role("button", name=SAY("person.strap.keep"), exact=True).click()
    expect(page.locator(".news:visible")).to_have_text(SAY("person.strap.kept"))
    assert server.clinic.people[0]["strap"] == "ble:A0:9E:1A:00:11:33"
    assert view.faults == []
    page.context.close()
