"""Reports as HTML in a browser: axe, no overflow on any screen, and as many sheets of paper as they promise."""

import io
from pathlib import Path

import pytest
from looking import AXE, overflow, violations
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis, analyze
from biofeedback.report.printed import Form, Kind, printed
from biofeedback.report.source import read_source

RECORDINGS = Path(__file__).parents[2] / "recordings"
SEEN = {"plain": "seen", "responder": "unclear", "bad_contact": "bad_signal", "trial_exhale": "trial"}
SHEETS = {Kind.PATIENT: 1, Kind.CLINICIAN: 2}
A4_PX = {"width": 794, "height": 1123}


@pytest.fixture(scope="module", params=SEEN)
def analysis(request: pytest.FixtureRequest) -> Analysis:
    return analyze(read_source(str(RECORDINGS / f"{request.param}.jsonl")))


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_report_is_shown_and_printed_as_it_should(
    printing_browser: Browser, screenshots: Path, tmp_path: Path, analysis: Analysis, kind: Kind, language: str
) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(printed(analysis, kind, Words(language), Form.HTML))
    page = printing_browser.new_page(bypass_csp=True)  # axe is put in from outside
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.goto(file.as_uri())
    page.evaluate("document.fonts.ready")
    shown = SEEN[Path(analysis.source.facts.file).stem]

    assert violations_of(page) == []
    assert overflow(page) == []
    page.set_viewport_size(A4_PX)
    page.screenshot(path=screenshots / f"report-{kind}-{shown}-{language}.png", full_page=True)
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    page.close()

    assert len(paper.pages) == SHEETS[kind]
    assert said == []


def violations_of(page: Page) -> list[str]:
    """What axe finds on it."""
    page.evaluate(AXE)
    return violations(page)
