"""How a request is refused: a status, a key of the language files (``error.CODE``), and a line for who reads logs."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse, RedirectResponse, Response

from biofeedback.errors import StoreUnavailable, StudyFailed

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


async def refusal(request: Request, reason: Exception) -> Response:
    """The answer to who is refused; what they sent is not in it. Who typed a wrong address gets the start page."""
    if isinstance(reason, StoreUnavailable):
        reason = Refused(503, "unavailable", "nothing can be saved or read now")
    if isinstance(reason, StudyFailed):
        reason = Refused(503, "study_failed", str(reason))
    if isinstance(reason, RequestValidationError):
        fields = {".".join(str(part) for part in error["loc"][1:]) or "body" for error in reason.errors()}
        reason = Refused(422, "not_valid", ", ".join(sorted(fields)))
    assert isinstance(reason, Refused)
    if reason.code == "not_found" and _is_typed(request):
        return RedirectResponse("/")
    return JSONResponse({"code": reason.code, "detail": reason.detail}, reason.status)


def _is_typed(request: Request) -> bool:
    """Whether a browser asks for a page, and not a page of ours for something."""
    is_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    return is_page and request.method == "GET"


REFUSALS: tuple[type[Exception], ...] = (Refused, StoreUnavailable, StudyFailed, RequestValidationError)
