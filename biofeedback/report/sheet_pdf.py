"""A printed report as PDF: fonts inside, tagged, and the same bytes for the same report."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from biofeedback.report.sheet import Columns, Page, Panel, Picture, Sheet

if TYPE_CHECKING:
    import typst

    from biofeedback.report.sheet import Block

__all__ = ["sheet_pdf"]

HERE = Path(__file__).parent
LAST_OF_FIRST_PLANE = 0xFFFF
JOINS = "\N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}"  # of one emoji
MOST_NAMED = 12  # characters of a report whose names fit
REFUSED = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
ACCESSIBLE: Literal["ua-1"] = "ua-1"  # ISO 14289-1


def sheet_pdf(sheet: Sheet) -> bytes:
    """The whole report as PDF.

    Notes
    -----
    The blocks go in as data, not as text with marks in it: nothing that somebody wrote can steer the layout.
    """
    import typst  # noqa: PLC0415 - 80 MB, for whoever prints

    told = msgspec.structs.replace(sheet, pages=tuple(_drawn_page(page) for page in sheet.pages))
    text = spelt_out(msgspec.json.encode(told).decode())
    try:
        return _compiled({"sheet": text})
    except typst.TypstError as error:
        return _compiled({"sheet": spelt_out(text, error.diagnostic)})


def spelt_out(text: str, refusal: str = "") -> str:
    """A text, each character that no font here has as its code point: ``[U+1F600 GRINNING FACE]``.

    Those that only join others to an emoji are left out; names as well where there are many, for the page to hold them.

    Parameters
    ----------
    text : str
        What was to be shown, as JSON.
    refusal : str
        What the layout said of it; of emoji that are joined to one it says nothing, and shows nothing.
    """
    shown = "".join(REFUSED.findall(ESCAPED.sub(lambda found: chr(int(found[1], 16)), refusal)))
    joined = (one for one in set(text) if ord(one) > LAST_OF_FIRST_PLANE or unicodedata.category(one) == "Co")
    characters = dict.fromkeys((*joined, *(one for one in shown if not one.isascii())))
    characters |= dict.fromkeys(JOINS if characters else ())
    is_named = sum(text.count(one) for one in characters) <= MOST_NAMED
    for one in characters:
        text = text.replace(one, "" if one in JOINS else _code_point(one, is_named=is_named))
    return text


def _code_point(character: str, *, is_named: bool) -> str:
    """Code point of a character, with its name where that says more."""
    code, name = f"{ord(character):04X}", unicodedata.name(character, "")
    return f"[U+{code} {name}]" if is_named and name and not name.endswith(code) else f"[U+{code}]"


def _compiled(given: dict[str, str]) -> bytes:
    """The layout, filled in."""
    import typst  # noqa: PLC0415 - 80 MB, for whoever prints

    layout = (HERE / "sheet.typ").read_bytes()
    pdf: bytes = typst.compile(layout, format="pdf", font_paths=_fonts(), sys_inputs=given, pdf_standards=ACCESSIBLE)
    return pdf


@cache
def _fonts() -> "typst.Fonts":
    """Our own font; behind it, for signs that it does not have, those that come with what lays out."""
    import typst  # noqa: PLC0415 - 80 MB, for whoever prints

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(HERE / "vendor")])


def _drawn_page(page: Page) -> Page:
    """A page whose figures stand on their own."""
    return msgspec.structs.replace(page, blocks=_drawn_all(page.blocks))


def _drawn_all(blocks: "tuple[Block, ...]") -> "tuple[Block, ...]":
    """Blocks whose figures stand on their own."""
    return tuple(_drawn(block) for block in blocks)


def _drawn(block: "Block") -> "Block":
    """A block whose figures carry their style, and their words where the layout looks for them."""
    match block:
        case Picture(svg, _, _, signs):
            return msgspec.structs.replace(
                block, svg=_alone(svg), signs=tuple((_alone(one), text) for one, text in signs)
            )
        case Panel(blocks):
            return Panel(_drawn_all(blocks))
        case Columns(columns):
            return Columns(tuple(_drawn_all(one) for one in columns))
        case _:
            return block


def _alone(svg: str) -> str:
    """A figure that needs no page around it."""
    opened, rest = svg.split(">", 1)
    style = (HERE / "figures.css").read_text(encoding="utf-8")
    return f'{opened} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{rest}'
