"""One bad session never stops the server."""

import asyncio
import logging

import pytest

from biofeedback.clock import VirtualLoop
from biofeedback.server.room import _keep


class Failing:
    """A session that fails twice and then comes to its end."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.runs = 0

    async def run(self) -> None:
        self.runs += 1
        if self.runs < 3:
            raise RuntimeError("a fault of ours")
        self.ended.set()


def test_a_session_that_fails_is_taken_up_again(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> Failing:
        session = Failing()
        await _keep(session)  # type: ignore[arg-type]
        return session

    with caplog.at_level(logging.ERROR), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(main()).runs == 3
    assert caplog.text.count("taken up again") == 2
