"""Heart rate frames that can be told apart, and whose differences are known: each interval is 1/1024 s longer."""

import struct

FIRST, LAST = 310, 1800  # 1/1024 s: all of them intervals that a heart can have
EVERY_S = 0.31  # how often a heart sends the first of them
STEP_MS = 1000 / 1024  # RMSSD of frames of which none is missing, doubled or out of order


def numbered(count: int) -> bytes:
    """Frame with one interval, another one for each of 1490 counts."""
    return struct.pack("<BBH", 0x10, 60, FIRST + count % (LAST - FIRST))
