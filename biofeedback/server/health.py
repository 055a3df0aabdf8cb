"""Whether the server lives, and whether it can be used: for whoever watches over it."""

from fastapi import FastAPI, Response

from biofeedback.server.clinic import Clinic

__all__ = ["add_health", "not_ready"]


def add_health(app: FastAPI, clinic: Clinic) -> None:
    """``/livez`` touches nothing but this process; ``/readyz`` says why the server cannot be used now."""

    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, str]:
        reason = not_ready(clinic)
        response.status_code = 503 if reason else 200
        return {"status": reason or "ready"}


def not_ready(clinic: Clinic) -> str | None:
    """Why nobody should be sent here now; None: the server is ready. Sessions that run go on in any case."""
    if clinic.closing.is_set():
        return "closing"
    if not clinic.is_open:
        return "starting"
    return None if clinic.store.saved else "store_unavailable"
