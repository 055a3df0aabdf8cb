"""Where bytes come from: interchangeable straps behind one small interface."""

from biofeedback.straps.strap import (
    Connected,
    Lost,
    Payload,
    RrFrame,
    Searching,
    Sink,
    Strap,
    StrapEvent,
)

__all__ = ["Connected", "Lost", "Payload", "RrFrame", "Searching", "Sink", "Strap", "StrapEvent"]
