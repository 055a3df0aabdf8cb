"""Vendored files are what the manifest says, each with its licence, and bring nothing from elsewhere."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = [ROOT / "web" / "vendor", ROOT / "biofeedback" / "report" / "vendor", ROOT / "tests" / "browser" / "vendor"]
OWN = {"manifest.json", "update.py"}


@pytest.mark.parametrize("folder", FOLDERS, ids=["pages", "reports", "tests"])
def test_every_vendored_file_is_listed_with_its_hash(folder: Path) -> None:
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}
    assert {entry["file"]: entry["sha256"] for entry in entries} == {
        name: digest for name, digest in found.items() if name not in OWN
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=["pages", "reports", "tests"])
def test_every_vendored_file_has_a_version_and_a_licence(folder: Path) -> None:
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", entry["version"]) and entry["licence"] for entry in entries)
    licensed = {entry["package"].removesuffix("-core") for entry in entries if entry["file"].endswith(".LICENSE")}
    assert {entry["package"].removesuffix("-core") for entry in entries} == licensed


def test_imports_of_the_pages_are_all_relative() -> None:
    pages = [*ROOT.glob("web/*.js"), *ROOT.glob("web/vendor/*.mjs")]
    imported = [
        name for page in pages for name in re.findall(r'(?:from|import) ?"([^"]+)"', page.read_text(encoding="utf-8"))
    ]
    assert len(imported) > 20
    assert [name for name in imported if not name.startswith("./")] == []


def test_no_page_has_inline_script_or_style() -> None:
    for page in ROOT.glob("web/*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://", text), page.name
