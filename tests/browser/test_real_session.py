"""The pages against the real server: a simulated responder, a recording of a real strap, and a server that dies."""

import json
import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from program import serving, visit, wait_until_ready
from watching import ROOT
from websockets.sync.client import connect
from websockets.typing import Origin

from biofeedback.lang import Words
from biofeedback.messages import PROTOCOL
from tests.ports import free_port

SHARED = ROOT.parent / "shared" / "data"
WAIT_MS = 60_000
SLOWER = re.compile(r"about \d+ beats? per minute slower")


def start_as_a_viewer(port: int) -> None:
    """Starts the exercise as soon as beats arrive, without a page."""
    with connect(f"ws://127.0.0.1:{port}/ws", origin=Origin(f"http://127.0.0.1:{port}")) as viewer:
        viewer.send(json.dumps({"type": "hello", "protocol": PROTOCOL, "role": "patient"}))
        while json.loads(viewer.recv()).get("strap_state") != "beats":
            pass
        viewer.send(json.dumps({"type": "command", "command": "start"}))
        while json.loads(viewer.recv())["type"] != "step":
            pass


def start(page: Page) -> None:
    page.wait_for_selector("[data-screen=ready]")
    page.get_by_role("button", name="Straight to the exercise", exact=True).click()
    page.get_by_role("button", name="Start", exact=True).click()


def test_a_simulated_responder_reaches_yes_on_both_pages(browser: Browser, tmp_path: Path, screenshots: Path) -> None:
    port = free_port()
    with serving(tmp_path, port, "--strap", "simulated:responder", "--speed", "10") as process:
        wait_until_ready(port, process)
        start_as_a_viewer(port)  # before the pages are there: how the seeded person fares depends on when it begins
        patient = visit(browser, port, "/patient", process)
        physio = visit(browser, port, "/physio", process, viewport={"width": 1280, "height": 800})
        patient.wait_for_selector("[data-screen=breathe]", timeout=WAIT_MS)
        expect(physio.locator(".fall-answer strong")).to_have_text("Yes", timeout=WAIT_MS)
        expect(physio.locator(".fall-number strong")).to_have_text(re.compile(r"^\d+\.\d$"))
        expect(physio.locator(".fall")).to_contain_text("95% interval")
        expect(physio.locator(".simulated")).to_be_visible()
        patient.screenshot(path=screenshots / "real-responder-patient.png")
        physio.screenshot(path=screenshots / "real-responder-physio.png")
        patient.get_by_role("button", name="Stop", exact=True).click()
        patient.wait_for_selector("[data-screen=tension_after]", timeout=WAIT_MS)
        patient.click(".scale-step >> nth=3")
        expect(patient.locator(".closing li")).to_have_count(3)
        expect(patient.locator(".closing")).to_contain_text(SLOWER)
        expect(physio.locator(".session .state")).to_have_text(Words("en")("state.finished"))
        expect(physio.locator(".steps .left")).to_have_count(1)
        expect(physio.locator(".marks")).to_contain_text("Tension after: 3")
        patient.context.close()
        physio.context.close()


@pytest.mark.shared
def test_a_real_straps_recording_reaches_the_patient(browser: Browser, tmp_path: Path, screenshots: Path) -> None:
    recording = SHARED / "polar_h10" / "slow_breathing_ibi.csv"
    if not recording.exists():
        pytest.skip("../shared/data/polar_h10/slow_breathing_ibi.csv is not there")
    port = free_port()
    with serving(tmp_path, port, "--strap", f"replay:{recording}", "--speed", "20") as process:
        patient = visit(browser, port, "/patient", process, viewport={"width": 1280, "height": 800})
        physio = visit(browser, port, "/physio", process, viewport={"width": 1280, "height": 800})
        start(patient)
        patient.wait_for_selector("[data-screen=breathe] .heart-line .rate", state="attached", timeout=WAIT_MS)
        answered = ", ".join(f"[data-card={state}]" for state in ("yes", "unknown", "no", "not_following"))
        patient.wait_for_selector(answered, timeout=WAIT_MS)
        patient.screenshot(path=screenshots / "real-h10-patient.png")
        physio.wait_for_selector("rect.breath", timeout=WAIT_MS)
        physio.screenshot(path=screenshots / "real-h10-physio.png")
        expect(patient.locator(".simulated")).to_have_count(0)
        patient.context.close()
        physio.context.close()


def test_a_killed_server_is_noticed_and_found_again_without_a_reload(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    arguments = ("--strap", "simulated:responder", "--exercise", "plain_4_6")
    with serving(tmp_path, port, *arguments) as process:
        page = visit(browser, port, "/patient", process)
        page.evaluate("window.notReloaded = true")
        start(page)
        page.wait_for_selector("[data-screen=breathe] .answer:not([data-card=waiting])")
        os.kill(process.pid, signal.SIGKILL)
        page.wait_for_selector("[data-card=lost]")
        expect(page.locator(".answer .sentence")).to_have_text(Words("en")("card.lost.sentence"))
        radius = page.get_attribute(".disc .body", "r")
        page.wait_for_selector(f".disc .body:not([r='{radius}'])")
    with serving(tmp_path, port, *arguments) as process:
        page.wait_for_selector(".answer:not([data-card=lost])", timeout=WAIT_MS)
        page.wait_for_selector("[data-screen=breathe], [data-screen=finished], [data-screen=tension_after]")
        assert page.evaluate("window.notReloaded") is True
        page.context.close()
