"""A report as somebody reads it: the text of its pages, whatever it was made as."""

import io
import re
from html.parser import HTMLParser

from pypdf import PdfReader

UNSEEN = {"style", "title", "desc"}


def pdf_pages(pdf: bytes) -> list[str]:
    """Text of each page, without its spaces: where a line ends is no part of what it says."""
    return [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def html_text(html: bytes) -> str:
    """Text of a page of HTML, without its spaces."""
    reader = _Reader()
    reader.feed(html.decode())
    return squeezed("".join(reader.said))


def squeezed(text: str) -> str:
    """A text without white space, without what a list puts before its lines, and without places to break a word."""
    return re.sub(r"[\s•\N{ZERO WIDTH SPACE}]", "", text)


class _Reader(HTMLParser):
    """Collects what is shown."""

    def __init__(self):
        super().__init__()
        self.said, self.unseen = [], 0

    def handle_starttag(self, tag, attributes):
        self.unseen += tag in UNSEEN

    def handle_endtag(self, tag):
        self.unseen -= tag in UNSEEN

    def handle_data(self, data):
        if not self.unseen:
            self.said.append(data)
