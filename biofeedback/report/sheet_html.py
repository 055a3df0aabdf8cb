"""A printed report as HTML: stands on its own, asks nothing of the network."""

from base64 import b64encode
from html import escape
from pathlib import Path

from biofeedback.report.markup import html_table
from biofeedback.report.sheet import (
    Block,
    Columns,
    Facts,
    Grid,
    Heading,
    Items,
    Page,
    Panel,
    Picture,
    Sheet,
    Space,
    Text,
)

__all__ = ["sheet_html"]

HERE = Path(__file__).parent
FONT = "atkinson-hyperlegible-next-{}.ttf"


def sheet_html(sheet: Sheet) -> str:
    """The whole report as one page of HTML."""
    head = f"<header><h1>{escape(sheet.title)}</h1><p>{escape(sheet.subtitle)}</p></header>"
    first, *others = sheet.pages
    return (
        f'<!doctype html>\n<html lang="{sheet.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; font-src data:\">\n"
        f"<title>{escape(sheet.title)}</title>\n<style>\n{_style(sheet)}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join([_page(first, head), *(_page(one, "") for one in others)])
        + "\n</main>\n</body>\n</html>\n"
    )


def _style(sheet: Sheet) -> str:
    """Style with the font in it: a page is as full on every machine as it was on ours."""
    # A browser cannot try which size fits; the one in the middle leaves room for its wider lines.
    size_pt = sheet.sizes_pt[len(sheet.sizes_pt) // 2]
    fonts = {weight: (HERE / "vendor" / FONT.format(weight)).read_bytes() for weight in (400, 700)}
    faces = [
        f'@font-face {{ font-family: "Atkinson Hyperlegible Next"; font-weight: {weight}; '
        f"src: url(data:font/ttf;base64,{b64encode(font).decode()}); }}\n"
        for weight, font in fonts.items()
    ]
    sheets = [(HERE / name).read_text(encoding="utf-8") for name in ("sheet.css", "figures.css")]
    return f":root {{ --size: {size_pt}pt; }}\n" + "".join([*faces, *sheets])


def _page(page: Page, head: str) -> str:
    """One sheet of A4."""
    foot = f"<footer>{escape(page.foot)}</footer>"
    return f'<section class="page">{head}{_all(page.blocks)}{foot}</section>'


def _all(blocks: tuple[Block, ...]) -> str:
    """Blocks after each other."""
    return "".join(_block(block) for block in blocks)


def _block(block: Block) -> str:  # noqa: PLR0911 - one return for each kind of block
    """One block."""
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Text(text, tone):
            return f'<p class="{tone}">{escape(text)}</p>'
        case Items(items, tone):
            return f'<ul class="{tone}">{"".join(f"<li>{escape(item)}</li>" for item in items)}</ul>'
        case Facts(rows, across):
            pairs = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
            return f'<dl class="across-{across}">{pairs}</dl>'
        case Grid(header, rows, caption):
            table = html_table((list(header), [list(row) for row in rows]), caption)
            return f'<div class="wide">{table}</div>'
        case Picture(svg, title, caption, signs):
            legend = "".join(f"<li>{one}{escape(text)}</li>" for one, text in signs)
            legend = f'<ul class="legend">{legend}</ul>' if legend else ""
            return f"<figure><h3>{escape(title)}</h3>{svg}<figcaption>{escape(caption)}{legend}</figcaption></figure>"
        case Space(title):
            return f'<div class="space"><h2>{escape(title)}</h2></div>'
        case Panel(blocks):
            return f'<div class="panel">{_all(blocks)}</div>'
        case Columns(columns):
            return f'<div class="columns">{"".join(f"<div>{_all(one)}</div>" for one in columns)}</div>'
