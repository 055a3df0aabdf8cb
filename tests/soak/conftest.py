"""A private D-Bus for the short form of the soak."""

from private_bus import private_bus

__all__ = ["private_bus"]
