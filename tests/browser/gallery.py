"""All pictures of the pages on one sheet, ``screenshots/index.html``, to be leafed through in a minute."""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

STYLE = """
body { font: 16px/1.4 system-ui, sans-serif; margin: 1.5rem; background: #eee; color: #222; }
section { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; width: 15rem; }
img { width: 100%; border: 1px solid #aaa; background: #fff; }
figcaption { font-size: 0.8125rem; overflow-wrap: anywhere; }
"""


def hang(folder: Path) -> Path:
    """The sheet of all pictures in a folder, by page: each opens at its own size."""
    names = sorted(path.name for path in folder.glob("*.png"))
    sheet = folder / "index.html"
    sheet.write_text("\n".join(_lines(names)) + "\n", encoding="utf-8")
    return sheet


def _lines(names: list[str]) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages of biofeedback</title>'
    yield f"<style>{STYLE}</style><h1>Pages of biofeedback: {len(names)} pictures, all of simulated people</h1>"
    for page, group in groupby(names, key=lambda name: name.partition("-")[0]):
        yield f"<h2>{escape(page)}</h2><section>"
        for name in group:
            caption = escape(name.removesuffix(".png").partition("-")[2] or name)
            source = escape(name, quote=True)
            yield f'<figure><a href="{source}"><img loading="lazy" src="{source}" alt="{caption}"></a>'
            yield f"<figcaption>{caption}</figcaption></figure>"
        yield "</section>"
    yield "</html>"
