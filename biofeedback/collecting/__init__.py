"""The remote collector: a strap in another room, kept in a log of its own and sent to the server."""

from biofeedback.collecting.collector import Collector
from biofeedback.collecting.place import Place
from biofeedback.collecting.sender import Timings

__all__ = ["Collector", "Place", "Timings"]
