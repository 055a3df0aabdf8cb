"""Names and addresses that mean this machine and no other."""

from ipaddress import ip_address

__all__ = ["is_loopback"]


def is_loopback(name: str) -> bool:
    """Whether a host's name or address means this machine and no other."""
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
