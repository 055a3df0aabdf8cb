"""The words that each page is given are those that its modules use."""

import re
from pathlib import Path

import msgspec
import pytest

from biofeedback.lang import LANGUAGES, Words
from biofeedback.server.app import PAGES
from biofeedback.server.words import PAGE_WORDS, word_files

WEB = Path(__file__).parents[2] / "web"
GROUPS = {key.partition(".")[0] for key in Words("nl")}
# Used everywhere, or put together where no reader of the source sees it; and sentences whose keys come from the server.
UNSEEN = {"error", "format", "language", "following_source", "resonance", "trial"}
IMPORTED = re.compile(r'(?:from|import)\s*\(?\s*"\./([\w.-]+)"')
COMMENT = re.compile(r"^\s*//.*$|\s// .*$", re.MULTILINE)
KEY = re.compile(r'["`](([a-z_]+)\.(?:[a-z_0-9]+|(?=\$)))')


def modules(page: str) -> dict[str, str]:
    """Source of all that a page loads, at once or later, by name."""
    html = (WEB / page).read_text(encoding="utf-8")
    waiting = re.findall(r'<script[^>]* type="module"[^>]* src="/static/([\w.-]+)"', html)
    waiting = waiting or re.findall(r'src="/static/([\w.-]+\.js)"', html)
    found: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = (WEB / name).read_text(encoding="utf-8")
            waiting += IMPORTED.findall(found[name])
    return found


def title_of(page: str) -> str:
    """First part of the key of a page's title: the name that its words are asked for by."""
    opened = re.findall(r'^open\([\w]+, "(\w+)\.', "\n".join(modules(page).values()), re.MULTILINE)
    assert len(opened) == 1, f"{page} opens {opened}"
    return opened[0]


@pytest.mark.parametrize("page", PAGES.values())
def test_a_page_is_given_the_words_that_its_modules_use_and_no_others(page: str) -> None:
    found = {key for text in modules(page).values() for key in KEY.findall(COMMENT.sub("", text))}
    used = {(part, group) for part, group in found if group in GROUPS}  # "report.method" of "report"
    given = set(PAGE_WORDS[title_of(page)])
    assert {part for part, group in used if not {part, group} & given} == set()
    assert given - {name for names in used for name in names} - UNSEEN == set()


def test_every_page_has_its_words_and_every_words_a_page() -> None:
    assert {title_of(page) for page in PAGES.values()} == set(PAGE_WORDS)


def test_a_file_holds_each_text_as_it_stands_in_the_language_file() -> None:
    for name, content in word_files().items():
        page, language, _ = name.split(".")
        words, told = Words(language), msgspec.json.decode(content)
        assert told["format.decimal"] == words.raw("format.decimal")
        assert told == {key: words.raw(key) for key in told}
        parts = {".".join(key.split(".")[:depth]) for key in told for depth in (1, 2)}
        assert set(PAGE_WORDS[page]) - parts == set()
        assert {key.partition(".")[0] for key in told} == {part.partition(".")[0] for part in PAGE_WORDS[page]}
    assert len(word_files()) == len(PAGE_WORDS) * len(LANGUAGES)
