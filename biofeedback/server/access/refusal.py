"""How a request is refused: a status, a key of the language files (``error.CODE``), and a line for who reads logs."""

from fastapi import Request
from starlette.responses import JSONResponse

__all__ = ["Refused", "not_found", "refusal"]


class Refused(Exception):
    """A route refuses; raised anywhere beneath it, and answered as JSON."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        super().__init__(detail)


def not_found() -> Refused:
    """It is not there, or not theirs: the two look the same."""
    return Refused(404, "not_found", "there is no such thing here")


async def refusal(_request: Request, refused: Exception) -> JSONResponse:
    """The answer to who is refused."""
    assert isinstance(refused, Refused)
    return JSONResponse({"code": refused.code, "detail": refused.detail}, refused.status)
