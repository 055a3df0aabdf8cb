"""When the interpreter looks for garbage: never for long while somebody watches."""

import asyncio
import gc
from collections.abc import Callable

__all__ = ["keep_tidy"]

EVERY_S = 60.0
YOUNG = (700, 10)  # Python's own limits for what is young: a look of some milliseconds at most
NEVER = 1_000_000


async def keep_tidy(is_quiet: Callable[[], bool]) -> None:
    """Look through everything only in quiet moments, until cancelled.

    With thousands of sessions a full collection stops everybody for half a second (docs/load.md). Nearly everything is
    let go of without one; what only it finds can wait until nobody is there. What is older than a minute is not looked
    at again before that, and what was loaded for the start not at all before the first minute is over.
    """
    before = gc.get_threshold()
    gc.set_threshold(*YOUNG, NEVER)
    gc.freeze()
    gc.enable()
    try:
        while True:
            await asyncio.sleep(EVERY_S)
            if is_quiet():
                gc.unfreeze()
                gc.collect()
            gc.freeze()
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
