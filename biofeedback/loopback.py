"""Names and addresses that mean this machine and no other."""

from functools import lru_cache
from ipaddress import ip_address

__all__ = ["is_loopback"]


@lru_cache(maxsize=256)  # asked several times for each request
def is_loopback(name: str) -> bool:
    """Whether a host's name or address means this machine and no other."""
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
