"""Runs the server until it is told to stop."""

import asyncio
import logging
import socket
import sys
from types import FrameType

import uvicorn

from biofeedback.errors import InputError
from biofeedback.lang import Words
from biofeedback.loopback import is_loopback
from biofeedback.server.app import create_app
from biofeedback.server.clinic import Clinic
from biofeedback.server.tidying import keep_tidy
from biofeedback.server.wire import FramesProtocol
from biofeedback.settings import Settings
from biofeedback.straps.registry import AUTO, make_strap

__all__ = ["LiveServer", "open_server", "serve", "serve_tidily"]

MAX_MESSAGE_BYTES = 64 * 1024
GRACE_S = 2  # for connections to close, after the viewers were told


def serve(settings: Settings) -> None:
    """Return when the server was told to stop (SIGINT or SIGTERM).

    Raises
    ------
    InputError
        If the address is not this machine's own, or its port is taken.
    """
    logging.basicConfig(level=logging.WARNING, format="biofeedback: %(message)s", stream=sys.stderr)
    if not is_loopback(settings.host):
        raise InputError(
            f"--host {settings.host}: other machines are not admitted, as there is no sign-in and no TLS yet; "
            "leave --host out and open the page on this machine"
        )
    asyncio.run(serve_tidily(open_server(settings)))


async def serve_tidily(server: "LiveServer") -> None:
    """Return when a server was told to stop that has its process for itself."""
    tidying = asyncio.create_task(keep_tidy(lambda: not server.clinic.is_watched))
    try:
        await server.serve()
    finally:
        tidying.cancel()


def open_server(settings: Settings) -> "LiveServer":
    """Server that listens already, so that the pages' address is certain, and serves when it is run.

    Raises
    ------
    InputError
        If there is no such strap, or the port is taken.
    """
    if settings.strap != AUTO:
        make_strap(settings.strap)  # what cannot be used is said before anything starts
    listener = _listen(settings)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        ws=FramesProtocol,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    return LiveServer(config, app.state.clinic, listener)


def _listen(settings: Settings) -> socket.socket:
    """Socket that listens where the settings say."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise InputError(
            f"port {settings.port} on {settings.host} cannot be used ({(error.strerror or str(error)).lower()}); "
            f"stop the other program, or choose another with --port {settings.port + 1}"
        ) from error
    return listener


class LiveServer(uvicorn.Server):
    """Says where its pages are, says bye before it goes, and leaves with exit status 0."""

    def __init__(self, config: uvicorn.Config, clinic: Clinic, listener: socket.socket) -> None:
        super().__init__(config)
        self.clinic = clinic
        self.port: int = listener.getsockname()[1]
        self.ready = asyncio.Event()
        self.stopped = asyncio.Event()
        self._listener = listener

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until it is told to stop."""
        with self._listener:
            await super().serve([self._listener, *(sockets or [])])
        self.stopped.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where the pages are."""
        await super().startup(sockets)
        sys.stdout.write(_welcome(self.clinic, self.port))
        sys.stdout.flush()
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the viewers, then close."""
        await self.clinic.close()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order at the first signal, at once at the second."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True


def _welcome(clinic: Clinic, port: int) -> str:
    """Where the pages are, and which strap is used."""
    words, room = Words(clinic.settings.lang), clinic.room()
    host = f"[{clinic.settings.host}]" if ":" in clinic.settings.host else clinic.settings.host
    lines = [f"{words(f'serve.{name}')}: http://{host}:{port}{path}" for path, name in _NAMES.items()]
    if clinic.settings.strap == AUTO and room.session.channel.facts.simulated:
        lines.append(words("serve.no_adapter"))
    elif room.session.channel.facts.simulated:
        lines.append(words("serve.simulated"))
    return "\n".join([*lines, words("serve.stop")]) + "\n"


_NAMES = {"/": "start", "/patient": "patient", "/physio": "physio"}  # what a private try-out needs
