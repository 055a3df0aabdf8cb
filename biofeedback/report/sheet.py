"""A printed report as data: pages of blocks, laid out as HTML or as PDF without saying anything of their own."""

import re
from collections.abc import Iterator
from enum import StrEnum
from html import unescape

import msgspec

__all__ = [
    "Block",
    "Columns",
    "Facts",
    "Grid",
    "Heading",
    "Items",
    "Page",
    "Panel",
    "Picture",
    "Sheet",
    "Space",
    "Text",
    "Tone",
    "texts",
]


class Tone(StrEnum):
    """How a text is meant."""

    PLAIN = "plain"
    LARGE = "large"
    STRONG = "strong"
    SOFT = "soft"
    SMALL = "small"
    LABEL = "label"  # that nobody may miss: a simulated session


class _Part(msgspec.Struct, frozen=True, tag_field="is", tag=str.lower):
    """A block says in the JSON which one it is."""


class Heading(_Part, frozen=True):
    """Title of what follows."""

    text: str


class Text(_Part, frozen=True):
    """A paragraph."""

    text: str
    tone: Tone = Tone.PLAIN


class Items(_Part, frozen=True):
    """A list without order."""

    texts: tuple[str, ...]
    tone: Tone = Tone.PLAIN


class Facts(_Part, frozen=True):
    """Names and values."""

    rows: tuple[tuple[str, str], ...]
    across: int = 1  # so many pairs beside each other


class Grid(_Part, frozen=True):
    """A table whose first column names the row."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str


class Picture(_Part, frozen=True):
    """A figure: SVG whose ``desc`` says what is to be seen, its title, what stands under it, and its signs in words."""

    svg: str
    title: str
    caption: str
    signs: tuple[tuple[str, str], ...] = ()

    @property
    def alternative(self) -> str:
        """The figure in words."""
        found = re.search(r"<desc[^>]*>(.*?)</desc>", self.svg, re.DOTALL)
        assert found is not None, "a figure has its words in it"
        return unescape(found[1])


class Space(_Part, frozen=True):
    """Room to write by hand, as high as the page leaves."""

    title: str


class Panel(_Part, frozen=True):
    """Blocks in a frame."""

    blocks: "tuple[Block, ...]"


class Columns(_Part, frozen=True):
    """Blocks beside each other."""

    columns: "tuple[tuple[Block, ...], ...]"


Block = Heading | Text | Items | Facts | Grid | Picture | Space | Panel | Columns


class Page(msgspec.Struct, frozen=True):
    """One sheet of A4, and what stands at its foot."""

    blocks: tuple[Block, ...]
    foot: str


class Sheet(msgspec.Struct, frozen=True):
    """A whole report. ``sizes_pt``: sizes of its text, largest first; the first that fits the page is taken."""

    title: str
    subtitle: str
    language: str
    sizes_pt: tuple[float, ...]
    pages: tuple[Page, ...]


def texts(sheet: Sheet) -> list[str]:
    """All that a reader of the sheet reads, in its order; of a figure its title and what stands under it."""
    found = [sheet.title, sheet.subtitle]
    for page in sheet.pages:
        found += [text for block in page.blocks for text in _said(block)] + [page.foot]
    return [text for text in found if text]


def _said(block: Block) -> Iterator[str]:
    """Texts of a block."""
    match block:
        case Heading(text) | Text(text) | Space(text):
            yield text
        case Items(items):
            yield from items
        case Facts(rows):
            yield from (text for row in rows for text in row)
        case Grid(header, rows, caption):
            yield from (caption, *header, *(cell for row in rows for cell in row))
        case Picture(_, title, caption, signs):
            yield from (title, caption, *(text for _, text in signs))
        case Panel(blocks):
            yield from (text for one in blocks for text in _said(one))
        case Columns(columns):
            yield from (text for column in columns for one in column for text in _said(one))
