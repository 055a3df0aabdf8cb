"""The server as others see it: under which names it answers, and with which certificate."""

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from biofeedback.certificates import Certificates, names_of
from biofeedback.errors import InputError
from biofeedback.loopback import is_loopback
from biofeedback.settings import Settings

__all__ = ["Front", "front_of", "name_of_host"]

FAR = ("192.0.2.1", 9)  # an address of nobody (RFC 5737); nothing is sent there


@dataclass(frozen=True, slots=True)
class Front:
    """Under which names the server answers besides those that mean this machine, and how.

    ``names`` are those of the certificate, in its order, ``origins`` such as a proxy shows, ``by_address`` whether any
    address of this machine will do: a page can be made to look up a name of its own here, but no address.
    """

    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    by_address: bool = False

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        return "http" if self.certificate is None else "https"

    def answers(self, scheme: str, host: str, here: str) -> bool:
        """Whether a request for this Host is for us.

        Parameters
        ----------
        scheme : str
            ``http`` or ``https``, as the browser sees it.
        host : str
            Name or address, with its port if there is one.
        here : str
            Address of this machine that the request came to.
        """
        if f"{scheme}://{host.lower()}" in self.origins:
            return True
        name = name_of_host(host).lower()
        if is_loopback(name) or name in self.names or f"*.{name.partition('.')[2]}" in self.names:
            return True
        return self.by_address and _is_same(name, here)

    def outward(self, settings: Settings, port: int) -> str | None:
        """Address of the pages for other machines, by the first name of the certificate; None: there is none."""
        if self.origins:
            return self.origins[0]
        if is_loopback(settings.host):
            return None
        names = (name for name in self.names if not is_loopback(name) and not name.startswith("*"))
        host = next(names, settings.host)
        if host in ("0.0.0.0", "::"):  # nosec B104 - asked for, and then admitted over TLS alone
            host = _own_address(host)
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def front_of(settings: Settings, now_utc: datetime) -> Front:
    """The front of a server.

    Raises
    ------
    InputError
        If other machines are to be admitted and nothing seals what they send; or a certificate cannot be used.
    """
    if settings.tls_cert is not None:
        _check_pair(settings.tls_cert, settings.tls_key)
        return Front(settings.tls_cert, settings.tls_key, names_of(settings.tls_cert), settings.origins)
    if is_loopback(settings.host):
        return Front(origins=settings.origins)
    own = Certificates(settings.data)
    if settings.insecure_http:
        return Front(origins=settings.origins, by_address=True)
    if own.server.exists():
        own.renew(now_utc)
        return Front(own.server, None, names_of(own.server), settings.origins)
    if settings.proxies and settings.origins and all(origin.startswith("https:") for origin in settings.origins):
        return Front(origins=settings.origins)
    raise InputError(
        f"--host {settings.host}: other machines are admitted over TLS only; make a certificate with `biofeedback "
        "certificate NAME`, or give --tls-cert and --tls-key (docs/sign-in.md)"
    )


def name_of_host(host: str) -> str:
    """Name of ``name:port`` or ``[address]:port``; of an address without its brackets."""
    return host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]


def _check_pair(certificate: Path, key: Path | None) -> None:
    """Refuse a key that is none of this certificate, or that somebody has to be asked a passphrase for."""
    try:
        names_of(certificate)
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:  # OpenSSL's own words help nobody
        raise InputError(
            f"--tls-key {key}: this is no key of {certificate}; give the one that it was made with, in PEM form and "
            "without a passphrase"
        ) from error
    except OSError as error:
        raise InputError(f"--tls-key {key}: cannot be read ({(error.strerror or str(error)).lower()})") from error


def _is_same(name: str, here: str) -> bool:
    """Whether this is an address, and that one."""
    try:
        return ip_address(name) == ip_address(here.partition("%")[0])
    except ValueError:
        return False


def _own_address(host: str) -> str:
    """Address of this machine that others most likely reach it by."""
    is_v6 = ":" in host
    family, far = (socket.AF_INET6, ("2001:db8::1", FAR[1])) if is_v6 else (socket.AF_INET, FAR)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(far)
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
