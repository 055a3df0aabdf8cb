"""How a request is refused: a status, a key of the language files (``error.CODE``), and a line for who reads logs."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from biofeedback.errors import StoreUnavailable

__all__ = ["REFUSALS", "Refused", "not_found", "refusal"]


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


async def refusal(_request: Request, reason: Exception) -> JSONResponse:
    """The answer to who is refused; what they sent is not in it."""
    if isinstance(reason, StoreUnavailable):
        reason = Refused(503, "unavailable", "nothing can be saved or read now")
    if isinstance(reason, RequestValidationError):
        fields = {".".join(str(part) for part in error["loc"][1:]) or "body" for error in reason.errors()}
        reason = Refused(422, "not_valid", ", ".join(sorted(fields)))
    assert isinstance(reason, Refused)
    return JSONResponse({"code": reason.code, "detail": reason.detail}, reason.status)


REFUSALS: tuple[type[Exception], ...] = (Refused, StoreUnavailable, RequestValidationError)
