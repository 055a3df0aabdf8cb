"""Where bytes come from: interchangeable straps behind one small interface."""

from biofeedback.straps.strap import (
    ClockRead,
    Connected,
    Lost,
    Payload,
    RrFrame,
    Searching,
    Sink,
    Strap,
    StrapEvent,
)

__all__ = ["ClockRead", "Connected", "Lost", "Payload", "RrFrame", "Searching", "Sink", "Strap", "StrapEvent"]
