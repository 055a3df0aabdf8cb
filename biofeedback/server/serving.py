"""Runs the server until it is told to stop."""

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from types import FrameType

import uvicorn

from biofeedback import __version__
from biofeedback.errors import InputError
from biofeedback.lang import Words
from biofeedback.logbook import open_logbook
from biofeedback.loopback import is_loopback
from biofeedback.server.access import Access
from biofeedback.server.app import create_app
from biofeedback.server.clinic import PRIVATE, Clinic
from biofeedback.server.connection import Patience, connection_with
from biofeedback.server.front import front_of
from biofeedback.server.tidying import keep_tidy
from biofeedback.server.wire import FramesProtocol
from biofeedback.settings import Settings
from biofeedback.signpost import Signpost
from biofeedback.straps.registry import AUTO, make_strap

__all__ = ["LiveServer", "open_server", "serve", "serve_tidily"]

GRACE_S = 2  # for connections to close, after the viewers were told
EXIT_WITHIN_S = 5.0  # of being told to stop; then the system ends what is left, a blocked disk included
SPARE_FILES = 100  # that are no connections: recordings, the store, the log
LAST_PORT = 65_535

_log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Return when the server was told to stop (SIGINT or SIGTERM).

    Raises
    ------
    InputError
        If other machines are to be admitted without TLS, or the port is taken.
    """
    open_logbook(settings.log_format, sys.stderr)
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
        If there is no such strap, other machines are to be admitted without TLS, or the port is taken.
    """
    if settings.strap != AUTO:
        make_strap(settings.strap)  # what cannot be used is said before anything starts
    front = front_of(settings, datetime.now(UTC))
    listener = _listen(settings)
    app = create_app(settings, front)
    _allow_files(settings.max_connections + SPARE_FILES)
    patience = Patience(settings.max_connections, settings.header_s, settings.request_s, settings.idle_s)
    config = uvicorn.Config(
        app,
        http=connection_with(patience),
        ws=FramesProtocol,
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=front.certificate,
        ssl_keyfile=front.key,
    )
    app.state.access.outward = front.outward(settings, listener.getsockname()[1])
    return LiveServer(config, app.state.clinic, app.state.access, listener)


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
            f"{_cure(error, settings.port)}"
        ) from error
    return listener


def _cure(error: OSError, port: int) -> str:
    """What helps where nothing can listen."""
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return "give an address of this machine with --host"
    if error.errno == errno.EACCES:
        return "choose one from 1024 on with --port"
    return f"stop the other program, or choose another with --port {port + 1 if port < LAST_PORT else port - 1}"


def _allow_files(count: int) -> None:
    """Let this process open so many files, where the system's own limit is lower and may be raised."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  there is none on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class LiveServer(uvicorn.Server):
    """Says where its pages are, says bye before it goes, and leaves with exit status 0."""

    def __init__(self, config: uvicorn.Config, clinic: Clinic, access: Access, listener: socket.socket) -> None:
        super().__init__(config)
        self.clinic = clinic
        self.access = access
        self.port: int = listener.getsockname()[1]
        self.ready = asyncio.Event()
        self.stopped = asyncio.Event()
        self._listener = listener
        self._signpost: Signpost | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until it is told to stop.

        Raises
        ------
        InputError
            If another program uses the data folder, or the store cannot be used.
        """
        with self._listener:
            await self.clinic.open()
            await super().serve([self._listener, *(sockets or [])])
        self.stopped.set()
        _log.info("the server has stopped")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where the pages are."""
        del sockets  # uvicorn would give TLS a minute to be agreed on, in which a connection counts nowhere
        await super().startup([])
        self.servers.append(await self._accept())
        here = _address(self.clinic.settings, self.port)
        self._signpost = Signpost.put_up(self.clinic.settings.data, self.access.outward or here)
        sys.stdout.write(_welcome(self.clinic, self.access, here))
        sys.stdout.flush()
        self.ready.set()
        _log.info("the server is ready", extra={"port": self.port, "version": __version__})

    async def _accept(self) -> asyncio.Server:
        """Take in connections; one that does not get as far as its first request has the time of a header."""
        config = self.config

        def connection() -> asyncio.Protocol:
            kind = config.http_protocol_class
            return kind(config=config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # uvicorn names no type for both of its kinds

        return await asyncio.get_running_loop().create_server(
            connection,
            sock=self._listener,
            ssl=config.ssl,
            backlog=config.backlog,
            ssl_handshake_timeout=None if config.ssl is None else self.clinic.settings.header_s,
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the viewers, then close."""
        if self._signpost is not None:
            self._signpost.take_down()
        await self.clinic.close()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order at the first signal, at once at the second."""
        del frame
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True
        _log.info("the server was told to stop", extra={"signal": sig})
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, EXIT_WITHIN_S)


def _address(settings: Settings, port: int) -> str:
    """Where this machine itself finds the pages."""
    host = settings.host if is_loopback(settings.host) else "localhost"
    scheme = "http" if settings.tls_cert is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _welcome(clinic: Clinic, access: Access, here: str) -> str:
    """Where the pages are, and what whoever starts the server has to know."""
    words = Words(clinic.settings.lang)
    lines = _private(clinic, words, here) if access.is_private else []
    if access.outward is not None:
        lines += _outward(access, words, access.outward)
    elif not access.is_private:
        lines.append(f"{words('serve.staff')}: {here}/staff")
    return "\n".join([*lines, words("serve.stop")]) + "\n"


def _private(clinic: Clinic, words: Words, here: str) -> list[str]:
    """Where the pages of a private try-out are, and which strap is used."""
    room = clinic.room(PRIVATE)
    lines = [f"{words(f'serve.{name}')}: {here}{path}" for path, name in _NAMES.items()]
    if clinic.settings.strap == AUTO and room.session.channel.facts.simulated:
        lines.append(words("serve.no_adapter"))
    elif room.session.channel.facts.simulated:
        lines.append(words("serve.simulated"))
    return lines


def _outward(access: Access, words: Words, address: str) -> list[str]:
    """Where other machines find the pages, and the first admin a way in."""
    lines = [f"{words('serve.staff')}: {address}/staff"]
    if access.settings.insecure_http:
        lines = [f"{words('serve.patient')}: {address}/join", words("serve.insecure")]
    elif access.settings.tls_cert is None and address.startswith("https:") and not access.settings.origins:
        lines.append(f"{words('serve.certificate')}: {address}/certificate")
    if access.needs_first_admin:
        token = access.links.make(None, access.times.utc)
        lines.append(f"{words('serve.first')}: {address}/staff#first={token}")
    return lines


_NAMES = {"/": "start", "/patient": "patient", "/physio": "physio"}  # what a private try-out needs
