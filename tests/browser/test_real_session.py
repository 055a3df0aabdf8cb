"""The pages against the real server: a simulated responder, a recording of a real strap, and a server that dies."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, watched
from playwright.sync_api import Browser, Page, expect

from biofeedback.lang import Words

SHARED = ROOT.parent / "shared" / "data"
WAIT_MS = 60_000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(data: Path, port: int, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program itself, as a person starts it; killed at the end, and by no name but its own."""
    command = [sys.executable, "-m", "biofeedback", "serve", "--port", str(port), "--data", str(data), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def visit(browser: Browser, port: int, path: str, process: subprocess.Popen[str], **options: object) -> Page:
    """The page, as soon as the server answers."""
    origin = f"http://127.0.0.1:{port}"
    page = watched(browser, origin, **options).page
    for _attempt in range(200):
        if process.poll() is not None:
            raise AssertionError(f"the server stopped: {process.communicate()[0]}")
        try:
            page.goto(f"{origin}{path}?lang=en")
            return page
        except Exception as error:
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            page.wait_for_timeout(50)
    raise AssertionError("the server did not answer")


def start(page: Page) -> None:
    page.wait_for_selector("[data-screen=ready]")
    page.get_by_role("button", name="Start", exact=True).click()


def test_a_simulated_responder_reaches_yes_on_both_pages(browser: Browser, tmp_path: Path, screenshots: Path) -> None:
    port = free_port()
    with serving(tmp_path, port, "--strap", "simulated:responder", "--speed", "20") as process:
        patient = visit(browser, port, "/patient", process)
        physio = visit(browser, port, "/physio", process, viewport={"width": 1280, "height": 800})
        start(patient)
        patient.wait_for_selector("[data-card=yes]", timeout=WAIT_MS)
        expect(patient.locator(".answer .sentence")).to_contain_text(re.compile(r"about \d+ beats? per minute slower"))
        expect(physio.locator(".fall-number strong")).to_have_text(re.compile(r"^\d+\.\d$"))
        expect(physio.locator(".fall")).to_contain_text("95% interval")
        expect(physio.locator(".simulated")).to_be_visible()
        patient.screenshot(path=screenshots / "real-responder-patient.png")
        physio.screenshot(path=screenshots / "real-responder-physio.png")
        patient.wait_for_selector("[data-screen=tension_after]", timeout=WAIT_MS)
        patient.click(".scale-step >> nth=3")
        expect(patient.locator(".closing li")).to_have_count(3)
        expect(physio.locator(".steps .done")).to_have_count(3)
        expect(physio.locator(".session .state")).to_have_text(Words("en")("state.finished"))
        expect(physio.locator(".marks")).to_contain_text("Tension after: 3")
        patient.screenshot(path=screenshots / "real-responder-finished.png")
        patient.context.close()
        physio.context.close()


@pytest.mark.shared
def test_a_real_straps_recording_reaches_the_patient(browser: Browser, tmp_path: Path, screenshots: Path) -> None:
    recording = SHARED / "polar_h10" / "slow_breathing_ibi.csv"
    if not recording.exists():
        pytest.skip("../shared/data/polar_h10/slow_breathing_ibi.csv is not there")
    port = free_port()
    with serving(
        tmp_path, port, "--strap", f"replay:{recording}", "--speed", "20", "--exercise", "plain_4_6"
    ) as process:
        patient = visit(browser, port, "/patient", process, viewport={"width": 1280, "height": 800})
        physio = visit(browser, port, "/physio", process, viewport={"width": 1280, "height": 800})
        start(patient)
        patient.wait_for_selector("[data-screen=breathe]")
        patient.wait_for_selector(".heart-line .rate", state="attached", timeout=WAIT_MS)  # beats
        physio.wait_for_selector("rect.breath", timeout=WAIT_MS)  # breaths
        answered = ", ".join(
            f"[data-card={state}]" for state in ("yes", "unknown", "no", "no_baseline", "not_following")
        )
        patient.wait_for_selector(answered, timeout=WAIT_MS)
        expect(patient.locator(".simulated")).to_have_count(0)
        patient.screenshot(path=screenshots / "real-h10-patient.png")
        physio.screenshot(path=screenshots / "real-h10-physio.png")
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
        page.wait_for_selector("[data-card=lost]", timeout=5000)
        expect(page.locator(".answer .sentence")).to_have_text(Words("en")("card.lost.sentence"))
        radius = page.get_attribute(".disc .body", "r")
        page.wait_for_selector(f".disc .body:not([r='{radius}'])")
    with serving(tmp_path, port, *arguments) as process:
        page.wait_for_selector(".answer:not([data-card=lost])", timeout=WAIT_MS)
        page.wait_for_selector("[data-screen=breathe], [data-screen=finished], [data-screen=tension_after]")
        assert page.evaluate("window.notReloaded") is True
        page.context.close()
