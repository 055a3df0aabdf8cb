"""The review page against the real server: a session of the store, edited, taken back, compared and taken along."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from program import serving, visit
from watching import ROOT

from biofeedback.lang import Words
from tests.ports import free_port

SAY = Words("en")
WAIT_MS = 60_000  # the analysis has a process of its own, which has to start
RESPONDER, OTHER = (ROOT / "recordings" / f"{name}.jsonl" for name in ("responder", "weak_responder"))
TACHOGRAM = ".tachogram .plot-keys"


def keep(data: Path, recording: Path) -> str:
    """Brings a recording into the store, for one person; the id of its session."""
    command = [sys.executable, "-m", "biofeedback", "import", str(recording), "--into", str(data), "--subject", "A-17"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return str(json.loads(recording.read_text(encoding="utf-8").partition("\n")[0])["session"])


def numbers(page: Page) -> list[str]:
    """All that is read off the page: the head, the answers and the measures of the steps."""
    return [text for place in (".fall", ".answers", ".measures") for text in page.locator(place).all_inner_texts()]


def test_a_beat_that_is_left_out_changes_the_numbers_and_taken_back_they_are_exactly_as_before(
    browser: Browser, tmp_path: Path, screenshots: Path
) -> None:
    session, other = keep(tmp_path, RESPONDER), keep(tmp_path, OTHER)
    port = free_port()
    with serving(tmp_path, port, "--strap", "simulated:responder") as process:
        page = visit(browser, port, f"/review/{session}", process, viewport={"width": 1280, "height": 800})
        page.wait_for_selector("[data-screen=review]", timeout=WAIT_MS)
        page.wait_for_selector(".measures")
        before = numbers(page)
        _exclude_and_undo(page)
        assert numbers(page) == before
        _lay_beside(page, other)
        page.screenshot(path=screenshots / "real-review.png", full_page=True)
        with page.expect_download() as download:
            page.get_by_role("link", name=SAY("review.export.recording"), exact=True).click()
        given = Path(download.value.path()).read_bytes()
        expect(page.locator(".hash")).to_have_text(hashlib.sha256(given).hexdigest())  # the original was never touched
        with page.expect_download(timeout=WAIT_MS) as download:
            page.get_by_role("link", name=SAY("review.report.clinician.pdf"), exact=True).click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        page.reload()
        page.wait_for_selector(".log .undone", timeout=WAIT_MS)  # the log is kept
        page.context.close()


def _exclude_and_undo(page: Page) -> None:
    """Leaves a beat of an exhale out, and takes that back."""
    said = page.locator(".edit-news")
    page.focus(TACHOGRAM)
    page.keyboard.press("PageDown")
    before = page.text_content(".fall-number")
    page.keyboard.press("x")
    expect(said).to_contain_text("Median fall per exhale", timeout=WAIT_MS)
    assert page.text_content(".fall-number") != before
    page.keyboard.press("z")
    expect(said).to_contain_text(SAY("review.done.undo"), timeout=WAIT_MS)
    assert page.text_content(".fall-number") == before
    expect(page.locator(".log li")).to_have_count(2)


def _lay_beside(page: Page, other: str) -> None:
    """Two stretches, and another session of the same person."""
    for key in ("Shift+PageDown", "1", "ArrowRight", "Shift+PageDown", "2"):
        page.keyboard.press(key)
    expect(page.locator(".stretches tbody tr").first).to_be_visible(timeout=WAIT_MS)
    page.get_by_label(SAY("review.beside.choose")).select_option(other, timeout=WAIT_MS)
    page.get_by_role("button", name=SAY("review.beside.show")).click()
    expect(page.locator(".beside table")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".other-line")).to_have_count(1)
