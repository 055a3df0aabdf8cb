"""Being told to stop, where something fails in the same moment."""

import asyncio

__all__ = ["obey_cancellation"]


def obey_cancellation() -> None:
    """Stop here, if this task was told to.

    For whoever goes on after what failed: a failure that comes with the telling, or while things are let go after it,
    takes its place. A task group says only the failure then (before Python 3.13), and so does a ``finally`` that fails.

    Raises
    ------
    CancelledError
        If this task was told to stop.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
