"""Addresses of pages as somebody else opens them: as a link, and as a QR code."""

from datetime import UTC, datetime

import segno
from fastapi import Request

from biofeedback.loopback import is_loopback

__all__ = ["address_for_others", "address_of_page", "qr_of", "utc_text", "utc_text_of"]


def address_of_page(request: Request, page: str) -> str:
    """Address of one of our pages for whoever uses the same address as this request."""
    return f"{request.url.scheme}://{request.url.netloc}/{page}"


def address_for_others(request: Request, page: str, outward: str | None) -> str:
    """Address of one of our pages for a telephone: this machine's own name means another machine there."""
    if outward is not None and is_loopback(request.url.hostname or ""):
        return f"{outward}/{page}"
    return address_of_page(request, page)


def qr_of(text: str) -> str:
    """QR code as an SVG drawing."""
    return segno.make(text, micro=False).svg_inline()


def utc_text(moment: datetime) -> str:
    """A moment as the API tells it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def utc_text_of(wall_s: float) -> str:
    """The same, of seconds since 1970."""
    return utc_text(datetime.fromtimestamp(wall_s, UTC))
