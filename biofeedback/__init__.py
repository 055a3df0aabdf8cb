"""Heart-rate biofeedback for paced breathing: from a chest strap's bytes to one honest answer."""

__all__ = ["__version__"]
__version__ = "0.1.0"
