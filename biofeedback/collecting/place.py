"""Where the server of a collector is; its key goes there in clear text on no other wire than this machine's own."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from biofeedback.errors import InputError
from biofeedback.loopback import is_loopback

__all__ = ["Place"]

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_COLLECT = "/collect"


@dataclass(frozen=True, slots=True)
class Place:
    """Address of the server's websocket for collectors."""

    address: str

    @property
    def is_secure(self) -> bool:
        """Whether the wire is encrypted."""
        return self.address.startswith("wss:")

    @classmethod
    def parse(cls, url: str) -> "Place":
        """Place of a URL as a person types it, http(s) or ws(s).

        Raises
        ------
        InputError
            If that is no such URL, or the key would go over a network in clear text.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise InputError(f"--server {url}: this is no address ({error})") from error
        if parts.scheme not in _SCHEMES or not host or parts.query or parts.fragment or parts.username is not None:
            raise InputError(f"--server {url}: an address looks like https://clinic.example or http://127.0.0.1:8800")
        scheme = _SCHEMES[parts.scheme]
        if scheme == "ws" and not is_loopback(host):
            raise InputError(
                f"--server {url}: the key would go over the network in clear text; use https, or a tunnel: "
                f"ssh -N -L 8800:127.0.0.1:{port or 8800} USER@{host} and then --server http://127.0.0.1:8800"
            )
        path = parts.path.rstrip("/").removesuffix(_COLLECT)
        return cls(f"{scheme}://{parts.netloc}{path}{_COLLECT}")
